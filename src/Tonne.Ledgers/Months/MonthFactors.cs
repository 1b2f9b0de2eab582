namespace Tonne.Ledgers.Months;

/// <summary>The method and the factors by which runs of a month were accounted.</summary>
/// <param name="Method">Version of the method; null if unknown.</param>
/// <param name="FactorsHash">Hash of the factor tables; null if unknown.</param>
/// <param name="Runs">Number of runs.</param>
public sealed record MonthFactors(string? Method, string? FactorsHash, int Runs);
