using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Finds recognised lines that were read long after they were true, because the program's output was buffered.</summary>
/// <remarks>
/// Epochs are late if two of them ended within 1 ms, or one began and ended within 1 ms: their lines were read together. So are an epoch
/// and those that follow it, if each of these took less than 20 ms, which is below a sample, and all together at most a fiftieth of the
/// epoch before: a silence, then a burst. An epoch that begins where a late one ended is late too, because its begin is unknown; and all of
/// a series of which three in ten are.
/// </remarks>
static class LateMarks
{
    /// <summary>Lines closer than this were read together, in ns.</summary>
    const long SameRead = 1_000_000;

    /// <summary>Longest epoch of a burst: the time below which a mark takes no sample of its own, in ns.</summary>
    const long LongestInBurst = 20_000_000;

    const int SilencePerBurst = 50;
    const int SilencePerTwoStages = 5;
    const double ShareOfSeries = 0.3;

    /// <summary>Sets <see cref="Timeline.EpochSpan.IsLate"/>.</summary>
    internal static void FlagEpochs(List<Timeline.EpochSpan> epochs)
    {
        var late = new bool[epochs.Count];
        for (var i = 0; i < epochs.Count; i++)
        {
            if (!epochs[i].IsRecognised)
                continue;
            if (epochs[i].To - epochs[i].From < SameRead)
                late[i] = true;
            if (i > 0 && epochs[i - 1].IsRecognised && epochs[i].To - epochs[i - 1].To < SameRead)
                late[i - 1] = late[i] = true;
            if (FindBurst(epochs, i) is var end && end > i)
                Array.Fill(late, true, i, end - i + 1);
        }

        for (var i = 0; i < epochs.Count; i++)
            epochs[i].IsLate = late[i] || (i > 0 && late[i - 1] && epochs[i].IsRecognised && epochs[i].From - epochs[i - 1].To < SameRead);
        for (var from = 0; from < epochs.Count;)
        {
            var to = from + 1;
            while (to < epochs.Count && epochs[to].Stage == epochs[to - 1].Stage && epochs[to].Number > epochs[to - 1].Number)
                to++;
            if (late[from..to].Count(one => one) is > 0 and var count && count >= ShareOfSeries * (to - from))
            {
                foreach (var epoch in epochs[from..to])
                    epoch.IsLate = epoch.IsRecognised;
            }

            from = to;
        }
    }

    /// <summary>Index of the last epoch of a burst that begins with an epoch which took very long; that epoch's index if there is none.</summary>
    static int FindBurst(List<Timeline.EpochSpan> epochs, int first)
    {
        var silence = epochs[first].To - epochs[first].From;
        var last = first;
        while (last + 1 < epochs.Count && epochs[last + 1] is { IsRecognised: true } next
            && next.To - epochs[last].To <= LongestInBurst && (next.To - epochs[first].To) * SilencePerBurst <= silence)
            last++;
        // A burst ends with the stream or with the next silence, not with an epoch a little longer than those before.
        return last + 1 < epochs.Count && epochs[last + 1].IsRecognised && epochs[last + 1].To - epochs[last].To < silence / SilencePerBurst * 10 ? first : last;
    }

    /// <summary>
    /// The recognised marks of stages that came together after a silence: two with at most a fifth of it after them, or more with less
    /// than all of it.
    /// </summary>
    internal static HashSet<Mark> FindStages(List<Mark> ordered, long end)
    {
        var stages = ordered.FindAll(mark => mark is { Kind: MarkKind.Stage, Origin: MarkOrigin.Pattern });
        var late = new HashSet<Mark>(ReferenceEqualityComparer.Instance);
        for (var from = 0; from < stages.Count;)
        {
            var to = from + 1;
            while (to < stages.Count && stages[to].Timestamp - stages[to - 1].Timestamp < SameRead)
                to++;
            var silence = stages[from].Timestamp - (from > 0 ? stages[from - 1].Timestamp : 0);
            var after = (to < stages.Count ? stages[to].Timestamp : end) - stages[to - 1].Timestamp;
            // Two together may be a stage that takes no time and the next; three are hardly ever.
            if (to - from > 1 && after * (to - from == 2 ? SilencePerTwoStages : 1) <= silence)
                late.UnionWith(stages[from..to]);
            from = to;
        }

        return late;
    }
}
