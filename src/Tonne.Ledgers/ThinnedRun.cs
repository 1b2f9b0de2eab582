namespace Tonne.Ledgers;

/// <summary>The result of thinning the trace of a run.</summary>
/// <param name="Id">Id.</param>
/// <param name="SamplesBefore">Samples before.</param>
/// <param name="SamplesAfter">Samples now.</param>
/// <param name="BytesBefore">Bytes before.</param>
/// <param name="BytesAfter">Bytes now.</param>
/// <param name="LargestDeviation">
/// Largest difference between the record's job energies and those computed from the thinned trace, ÷ the run's; 0 if there is none.
/// </param>
/// <param name="Problem">Why it was not thinned; null if it was.</param>
public sealed record ThinnedRun(string Id, int SamplesBefore, int SamplesAfter, long BytesBefore, long BytesAfter, double LargestDeviation, LedgerProblem? Problem);
