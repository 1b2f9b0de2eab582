using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Stages and epochs as intervals, from the marks of a run.</summary>
/// <remarks>
/// A stage lasts until the next or its own end. An epoch mark means that an epoch has ended. The epoch began at its begin mark, else at
/// the end of the epoch before,
/// but never before the start of its stage. A repeated number adds metrics to the epoch just ended.
/// If the program marks its epochs itself, lines recognised in its output are ignored: they may be numbered differently, and arrive late
/// from a buffer.
/// A recognised line is as old as the program's buffer. Epochs whose lines were read together, or in a burst after a silence many times
/// as long, are late (<see cref="LateMarks"/>).
/// </remarks>
sealed class Timeline
{
    internal Timeline(IEnumerable<Mark> marks, long end)
    {
        End = end;
        StageSpan? open = null;
        (int Number, long At)? begun = null;
        var ordered = marks.OrderBy(mark => mark.Timestamp).ToList();
        var marked = ordered.Exists(mark => mark.Kind is MarkKind.Epoch && !IsRecognised(mark));
        var lateStages = LateMarks.FindStages(ordered, end);
        var steps = new List<Mark>();
        foreach (var mark in ordered)
        {
            var at = Math.Clamp(mark.Timestamp, 0, end);
            switch (mark.Kind)
            {
                case MarkKind.Stage when lateStages.Contains(mark):
                    Close(at);
                    LateStages.Add(new StageSpan(mark.Name ?? "unnamed", at) { To = at, DataIn = mark.DataIn, DataOut = mark.DataOut });
                    break;
                case MarkKind.Stage when open is not null && open.Name == mark.Name:
                    open.DataIn = mark.DataIn ?? open.DataIn;
                    open.DataOut = mark.DataOut ?? open.DataOut;
                    break;
                case MarkKind.Stage:
                    Close(at);
                    open = new StageSpan(mark.Name ?? "unnamed", at) { DataIn = mark.DataIn, DataOut = mark.DataOut };
                    break;
                case MarkKind.StageEnd:
                    if (open is not null)
                        open.DataOut = mark.DataOut ?? open.DataOut;
                    Close(at);
                    break;
                case MarkKind.EpochBegin or MarkKind.Epoch when marked && IsRecognised(mark):
                    break;
                case MarkKind.EpochBegin when mark.Number is { } number:
                    begun = (number, at);
                    break;
                case MarkKind.Epoch when mark.Number is { } number:
                    EndEpoch(number, at, mark);
                    break;
                case MarkKind.Step when mark.Number is not null:
                    steps.Add(mark with { Timestamp = at });
                    break;
                case MarkKind.Note when mark.Name is { } text:
                    Notes.Add(text);
                    break;
                default:
                    break;
            }
        }

        Close(end);
        LateMarks.FlagEpochs(Epochs);
        if (Epochs.Count == 0)
            StepSeries.AddRange(StepTimeline.Split(steps));

        static bool IsRecognised(Mark mark) => mark.Origin == MarkOrigin.Pattern;

        void Close(long at)
        {
            if (open is not null && at > open.From)
            {
                open.To = at;
                Stages.Add(open);
            }

            open = null;
        }

        void EndEpoch(int number, long at, Mark mark)
        {
            var stage = open?.Name ?? StageRecord.Outside;
            if (Epochs.Count > 0 && Epochs[^1].Number == number && Epochs[^1].Stage == stage && begun?.Number != number)
            {
                Epochs[^1].Add(mark.Metrics);
                return;
            }

            var earliest = Math.Max(open?.From ?? (Stages.Count > 0 ? Stages[^1].To : 0), Epochs.Count > 0 ? Epochs[^1].To : 0);
            var from = Math.Clamp(begun is { } begin && begin.Number == number ? begin.At : earliest, Math.Min(earliest, at), at);
            begun = null;
            var epoch = new EpochSpan(number, stage, from, at) { IsRecognised = IsRecognised(mark) };
            epoch.Add(mark.Metrics);
            Epochs.Add(epoch);
        }
    }

    internal long End { get; }

    internal List<StageSpan> Stages { get; } = [];

    /// <summary>Stages whose lines were read late, so that their times are unknown.</summary>
    internal List<StageSpan> LateStages { get; } = [];

    internal List<EpochSpan> Epochs { get; } = [];

    /// <summary>Series of steps; none if there are epochs.</summary>
    internal List<StepTimeline> StepSeries { get; } = [];

    internal List<string> Notes { get; } = [];

    internal sealed class StageSpan(string name, long from)
    {
        public string Name { get; } = name;

        public long From { get; } = from;

        public long To { get; set; }

        public DataShape? DataIn { get; set; }

        public DataShape? DataOut { get; set; }
    }

    internal sealed class EpochSpan(int number, string stage, long from, long to)
    {
        readonly SortedDictionary<string, double> _metrics = new(StringComparer.Ordinal);

        public int Number { get; } = number;

        public string Stage { get; } = stage;

        public long From { get; } = from;

        public long To { get; } = to;

        /// <summary>Whether it was recognised in the output.</summary>
        public bool IsRecognised { get; init; }

        /// <summary>Whether its line was read long after its end.</summary>
        public bool IsLate { get; set; }

        public IReadOnlyDictionary<string, double> Metrics => _metrics;

        public void Add(IReadOnlyDictionary<string, double>? metrics)
        {
            foreach (var (name, value) in metrics ?? new Dictionary<string, double>())
                _metrics[name] = value;
        }
    }
}
