using Tonne.Accounting;

namespace Tonne.Ledgers.ImportExport;

/// <summary>A run of another tool, as an entry of a ledger, with the text it was read from.</summary>
/// <param name="Entry">Record and statement.</param>
/// <param name="Origin">The header and the row, stored as evidence instead of a trace.</param>
/// <param name="Line">Line of the row in its file.</param>
public sealed record ImportedRun(LedgerEntry Entry, string Origin, int Line);
