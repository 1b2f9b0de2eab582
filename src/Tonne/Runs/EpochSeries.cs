namespace Tonne.Runs;

/// <summary>Epochs that belong together: of one stage, with rising numbers. Numbers that begin again are another training.</summary>
/// <remarks>For example the folds of a cross-validation, two models one after another, or a training that was resumed.</remarks>
/// <param name="From">Index of the first epoch.</param>
/// <param name="Count">Number of epochs, at least 1.</param>
/// <param name="IsResumed">Whether its first number is above 1, so that earlier epochs were not seen.</param>
/// <param name="IsLate">Whether the energy of one of its epochs is unknown (<see cref="EpochRecord.IsLate"/>).</param>
public readonly record struct EpochSeries(int From, int Count, bool IsResumed, bool IsLate)
{
    /// <summary>The series of a run, in order.</summary>
    public static IReadOnlyList<EpochSeries> Split(IReadOnlyList<EpochRecord> epochs)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        var series = new List<EpochSeries>();
        for (var from = 0; from < epochs.Count;)
        {
            var late = epochs[from].IsLate;
            var to = from + 1;
            for (; to < epochs.Count && epochs[to].Stage == epochs[to - 1].Stage && epochs[to].Number > epochs[to - 1].Number; to++)
                late |= epochs[to].IsLate;
            series.Add(new EpochSeries(from, to - from, epochs[from].Number > 1, late));
            from = to;
        }

        return series;
    }

    /// <summary>The longest of several series; of equally long ones, the last. Null if there is none.</summary>
    public static EpochSeries? FindLongest(IEnumerable<EpochSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        EpochSeries? longest = null;
        foreach (var one in series)
        {
            if (one.Count >= (longest?.Count ?? 0))
                longest = one;
        }

        return longest;
    }
}
