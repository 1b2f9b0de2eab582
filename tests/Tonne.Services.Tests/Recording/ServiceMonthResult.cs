using Tonne.Services.Accounts;

namespace Tonne.Services.Tests.Recording;

/// <summary>What stays of a service's days.</summary>
/// <param name="Account">Its hours.</param>
/// <param name="Samples">Samples between looks.</param>
/// <param name="WholeRuns">Runs that have all their readings.</param>
/// <param name="RawBytes">Bytes of these, and of all looks.</param>
/// <param name="OtherBytes">Bytes of everything else in the ledger.</param>
/// <param name="ManagedBytes">Most managed memory, asked each hour.</param>
/// <param name="WorkingSetBytes">Largest working set of this process, asked each hour.</param>
/// <param name="Problems">What the recorder said.</param>
sealed record ServiceMonthResult(
    ServiceAccount Account, long Samples, int WholeRuns, long RawBytes, long OtherBytes, long ManagedBytes, long WorkingSetBytes,
    IReadOnlyList<string> Problems);
