namespace Tonne.Ledgers.ImportExport;

/// <summary>The result of an export.</summary>
/// <param name="File">The file written.</param>
/// <param name="Rows">Number of rows added.</param>
/// <param name="Note">Why another file was written; null if it was the given one.</param>
public sealed record ExportOutcome(string File, int Rows, string? Note);
