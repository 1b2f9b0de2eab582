namespace Tonne.Ledgers.Listing;

/// <summary>A value that runs can be filtered by.</summary>
/// <param name="Value">The value.</param>
/// <param name="Runs">Runs that have it.</param>
public sealed record RunValue(string Value, int Runs);
