using Tonne.Runs;

namespace Tonne.Lab.Cleaning;

/// <summary>What cleaning did, counted.</summary>
/// <param name="Before">Rows × columns that came.</param>
/// <param name="After">Rows × columns that were kept.</param>
/// <param name="Removed">Rows removed by reason; reasons not met are left out. After.Rows + their sum = Before.Rows.</param>
/// <param name="KeptByLabel">Rows kept of each label.</param>
public sealed record CleaningReport(
    DataShape Before, DataShape After, IReadOnlyDictionary<RemovalReason, long> Removed, IReadOnlyDictionary<string, long> KeptByLabel)
{
    /// <summary>Rows removed, of all.</summary>
    public long RemovedRows => Before.Rows - After.Rows;
}
