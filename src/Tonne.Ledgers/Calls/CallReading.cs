using System.Collections.Immutable;

namespace Tonne.Ledgers.Calls;

/// <summary>What was read of the calls of a ledger.</summary>
/// <param name="Rows">The rows, one for each key, by hour.</param>
/// <param name="Problems">Lines that could not be read and are not counted.</param>
public sealed record CallReading(ImmutableArray<CallRow> Rows, ImmutableArray<LedgerProblem> Problems);
