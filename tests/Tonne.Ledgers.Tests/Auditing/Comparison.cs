using Tonne.Ledgers.Auditing;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Auditing;

/// <summary>Compares records as the ledger's own check does.</summary>
static class Comparison
{
    public static IReadOnlyList<string> Same(RunRecord a, RunRecord b) => RecordComparison.FindDifferences(a, b);
}
