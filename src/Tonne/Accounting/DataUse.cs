namespace Tonne.Accounting;

/// <summary>Energy of data that a run or phase stores or transfers: shown beside it, never part of its sum.</summary>
/// <param name="Name"><c>storage</c> or <c>network</c>.</param>
/// <param name="Use">The energy, kWh. That of a network includes its own overhead, so no PUE is applied.</param>
/// <param name="Factors">Factors of the place of the phase; a network is elsewhere, and its grid is assumed to be the same.</param>
public sealed record DataUse(string Name, PhaseUse Use, AccountingFactors Factors);
