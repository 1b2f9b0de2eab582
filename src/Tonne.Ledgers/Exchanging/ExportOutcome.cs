namespace Tonne.Ledgers.Exchanging;

/// <summary>Where an export went.</summary>
/// <param name="File">The file written.</param>
/// <param name="Rows">Rows added.</param>
/// <param name="Note">Why it is not the file asked for; null if it is.</param>
public sealed record ExportOutcome(string File, int Rows, string? Note);
