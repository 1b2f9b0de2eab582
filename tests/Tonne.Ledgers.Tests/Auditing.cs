using Tonne.Ledgers.Auditing;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests;

/// <summary>Compares records as the ledger's own check does.</summary>
static class Auditing
{
    public static IReadOnlyList<string> Same(RunRecord a, RunRecord b) => RecordComparison.Differences(a, b);
}
