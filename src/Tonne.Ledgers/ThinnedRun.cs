namespace Tonne.Ledgers;

/// <summary>A run whose trace was looked at to be thinned.</summary>
/// <param name="Id">Id.</param>
/// <param name="SamplesBefore">Samples before.</param>
/// <param name="SamplesAfter">Samples now.</param>
/// <param name="BytesBefore">Bytes before.</param>
/// <param name="BytesAfter">Bytes now.</param>
/// <param name="LargestDeviation">Largest difference between the record's job energies and what the thinned trace folds to, ÷ the run's; 0 if it folds to the same.</param>
/// <param name="Problem">Why it was left as it is; null if it was thinned.</param>
public sealed record ThinnedRun(string Id, int SamplesBefore, int SamplesAfter, long BytesBefore, long BytesAfter, double LargestDeviation, LedgerProblem? Problem);
