using Tonne.Runs;

namespace Tonne.Lab.Cleaning;

/// <summary>Counts of a cleaning.</summary>
/// <param name="Before">Rows × columns before.</param>
/// <param name="After">Rows × columns after.</param>
/// <param name="Removed">Rows removed by reason, without reasons that did not occur. After.Rows + their sum = Before.Rows.</param>
/// <param name="KeptByLabel">Rows kept of each label.</param>
public sealed record CleaningReport(
    DataShape Before, DataShape After, IReadOnlyDictionary<RemovalReason, long> Removed, IReadOnlyDictionary<string, long> KeptByLabel)
{
    /// <summary>Rows removed, of all.</summary>
    public long RemovedRows => Before.Rows - After.Rows;
}
