using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Splits the job's energy at stage and epoch edges and at quarter hours (UTC), exact to the microjoule.</summary>
/// <remarks>
/// Energy between two readings is assumed to be evenly spread in time. Each mark triggers a sample of its own, so the edge of a stage or
/// an epoch rarely falls between two readings.
/// </remarks>
sealed class EnergyAllocator
{
    const long NanosecondsPerQuarterHour = 900L * 1_000_000_000;

    readonly Timeline _timeline;
    readonly long[] _edges;
    readonly EnergyAccumulator[] _tallies;
    readonly int[] _stages;
    readonly int[] _epochs;
    readonly DateTimeOffset[] _quarters;

    internal EnergyAllocator(Timeline timeline, DateTimeOffset startedAt)
    {
        _timeline = timeline;
        var edges = new SortedSet<long> { 0, Math.Max(1, timeline.End) };
        foreach (var span in timeline.Stages)
            edges.UnionWith([span.From, span.To]);
        foreach (var epoch in timeline.Epochs)
            edges.UnionWith([epoch.From, epoch.To]);
        foreach (var (from, to) in timeline.StepSeries.SelectMany(series => series.Spans))
            edges.UnionWith([from.Timestamp, to.Timestamp]);
        var sinceQuarter = startedAt.UtcTicks % TimeSpan.FromMinutes(15).Ticks * 100;
        for (var edge = NanosecondsPerQuarterHour - sinceQuarter; edge < timeline.End; edge += NanosecondsPerQuarterHour)
            edges.Add(edge);
        _edges = [.. edges];
        var count = _edges.Length - 1;
        (_tallies, _stages, _epochs, _quarters) = (new EnergyAccumulator[count], new int[count], new int[count], new DateTimeOffset[count]);
        for (var i = 0; i < count; i++)
        {
            _tallies[i] = new EnergyAccumulator();
            var at = startedAt.AddTicks(_edges[i] / 100);
            _quarters[i] = at.AddTicks(-(at.UtcTicks % TimeSpan.FromMinutes(15).Ticks));
        }

        Assign(_stages, timeline.Stages.Select(span => (span.From, span.To)));
        Assign(_epochs, timeline.Epochs.Select(epoch => (epoch.From, epoch.To)));
    }

    /// <summary>
    /// Gives each slice between two edges the number of the first span that contains it, -1 if none does. The spans begin and end at edges.
    /// </summary>
    void Assign(int[] numbers, IEnumerable<(long From, long To)> spans)
    {
        Array.Fill(numbers, -1);
        foreach (var (number, (from, to)) in spans.Index().Reverse())
        {
            if (from < to)
                numbers.AsSpan(GetSlices(from, to)).Fill(number);
        }
    }

    /// <summary>The slices between two edges.</summary>
    Range GetSlices(long from, long to)
    {
        var start = Math.Clamp(Find(from), 0, _tallies.Length);
        return start..Math.Clamp(Find(to), start, _tallies.Length);
    }

    /// <summary>Adds the job's energy of one component over a time span (ns from the start).</summary>
    internal void Add(Component component, string? device, long from, long to, Microjoules energy, ReadOnlySpan<RatedAmount> amounts)
    {
        var first = Math.Clamp(Find(from), 0, _tallies.Length - 1);
        var last = Math.Clamp(Find(Math.Max(from, to - 1)), first, _tallies.Length - 1);
        if (first == last)
        {
            _tallies[first].Add(component, device, energy, amounts, 1);
            return;
        }

        var count = last - first + 1;
        var weights = new double[count];
        var parts = new Microjoules[count];
        for (var i = 0; i < count; i++)
            weights[i] = Math.Max(0, Math.Min(to, _edges[first + i + 1]) - Math.Max(from, _edges[first + i]));
        var total = weights.Sum();
        Split(energy, weights, parts);
        for (var i = 0; i < count; i++)
            _tallies[first + i].Add(component, device, parts[i], amounts, weights[i] / total);
    }

    /// <summary>Stages in order of first appearance. The time outside all stages comes last.</summary>
    internal ImmutableArray<StageRecord> BuildStages()
    {
        var stages = ImmutableArray.CreateBuilder<StageRecord>();
        var tallies = SumByStage();
        var quarters = SumQuarterHoursByStage();
        foreach (var spans in _timeline.Stages.GroupBy(span => span.Name, StringComparer.Ordinal))
        {
            var tally = tallies.GetValueOrDefault(spans.Key) ?? new EnergyAccumulator();
            stages.Add(new StageRecord(spans.Key, spans.First().From / 1e9, spans.Sum(span => span.To - span.From) / 1e9,
                spans.FirstOrDefault(span => span.DataIn is not null)?.DataIn, spans.LastOrDefault(span => span.DataOut is not null)?.DataOut, tally.ToEnergyUses())
            {
                QuarterHours = quarters.GetValueOrDefault(spans.Key) ?? [],
            });
        }

        var timely = _timeline.Stages.Select(span => span.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var late in _timeline.LateStages.DistinctBy(span => span.Name, StringComparer.Ordinal).Where(span => !timely.Contains(span.Name)))
            stages.Add(new StageRecord(late.Name, late.From / 1e9, 0, late.DataIn, late.DataOut, []) { IsLate = true });

        var outside = Sum(.., i => _stages[i] < 0);
        var seconds = (_timeline.End - _timeline.Stages.Sum(span => span.To - span.From)) / 1e9;
        var start = Array.FindIndex(_stages, stage => stage < 0);
        if (start >= 0 && (seconds > 0 || stages.Count == 0))
            stages.Add(new StageRecord(StageRecord.Outside, _edges[start] / 1e9, seconds, null, null, outside.ToEnergyUses())
            {
                QuarterHours = SumByQuarterHour(.., i => _stages[i] < 0),
            });
        return stages.ToImmutable();
    }

    /// <summary>Epochs in order.</summary>
    internal ImmutableArray<EpochRecord> BuildEpochs() =>
        [.. _timeline.Epochs.Select((epoch, index) => new EpochRecord(
            epoch.Number, epoch.Stage, epoch.From / 1e9, (epoch.To - epoch.From) / 1e9, epoch.Metrics,
            epoch.IsLate ? [] : Sum(GetSlices(epoch.From, epoch.To), i => _epochs[i] == index).ToEnergyUses())
        {
            IsLate = epoch.IsLate,
            QuarterHours = epoch.IsLate ? [] : SumByQuarterHour(GetSlices(epoch.From, epoch.To), i => _epochs[i] == index),
        })];

    /// <summary>Series of steps in order; null if there are none.</summary>
    /// <param name="devices">Devices of the machine, for tokens printed per device.</param>
    internal IReadOnlyList<StepSeriesRecord>? BuildStepSeries(int devices) => _timeline.StepSeries.Count == 0 ? null :
        [.. _timeline.StepSeries.Select(series => new StepSeriesRecord(
            series.First.Number!.Value, series.Last.Number!.Value, series.First.Timestamp / 1e9, StepTimeline.GetMetrics(series.First),
            [.. series.Spans.Select(span => new StepSpanRecord(
                span.To.Number!.Value, (span.To.Timestamp - span.From.Timestamp) / 1e9,
                // With several devices it is not known how many of them the program used.
                StepTimeline.CountTokens(span.From, span.To) is { } tokens && !(tokens.IsPerDevice && devices > 1) ? tokens.Count : null,
                StepTimeline.GetMetrics(span.To),
                Sum(GetSlices(span.From.Timestamp, span.To.Timestamp), _ => true).ToEnergyUses()))]))];

    /// <summary>Notes that the recorded program sent.</summary>
    internal IReadOnlyList<string> Notes => _timeline.Notes;

    /// <summary>Energy by quarter hour, UTC.</summary>
    internal ImmutableArray<QuarterHour> BuildQuarterHours() =>
        [.. Enumerable.Range(0, _quarters.Length).GroupBy(i => _quarters[i]).Select(quarter => new QuarterHour(
            quarter.Key, Sum(quarter.First()..(quarter.Last() + 1), _ => true).ToEnergyUses()))];

    Dictionary<string, EnergyAccumulator> SumByStage()
    {
        var sums = new Dictionary<string, EnergyAccumulator>(StringComparer.Ordinal);
        for (var i = 0; i < _tallies.Length; i++)
        {
            if (_stages[i] < 0)
                continue;
            var name = _timeline.Stages[_stages[i]].Name;
            if (!sums.TryGetValue(name, out var sum))
                sums[name] = sum = new EnergyAccumulator();
            sum.Add(_tallies[i]);
        }

        return sums;
    }

    Dictionary<string, List<QuarterHourEnergy>> SumQuarterHoursByStage()
    {
        var sums = new Dictionary<string, List<QuarterHourEnergy>>(StringComparer.Ordinal);
        for (var i = 0; i < _tallies.Length; i++)
        {
            if (_stages[i] < 0)
                continue;
            var name = _timeline.Stages[_stages[i]].Name;
            if (!sums.TryGetValue(name, out var sum))
                sums[name] = sum = [];
            AddTo(sum, i);
        }

        return sums;
    }

    List<QuarterHourEnergy> SumByQuarterHour(Range slices, Func<int, bool> which)
    {
        var sums = new List<QuarterHourEnergy>();
        var (start, count) = slices.GetOffsetAndLength(_tallies.Length);
        for (var i = start; i < start + count; i++)
        {
            if (which(i))
                AddTo(sums, i);
        }

        return sums;
    }

    /// <summary>Adds the energy of a slice to its quarter hour; slices come in order.</summary>
    void AddTo(List<QuarterHourEnergy> sums, int slice)
    {
        var energy = _tallies[slice].Energy.Value;
        if (sums.Count > 0 && sums[^1].Start == _quarters[slice])
            sums[^1] = sums[^1] with { Microjoules = sums[^1].Microjoules + energy };
        else
            sums.Add(new QuarterHourEnergy(_quarters[slice], energy));
    }

    EnergyAccumulator Sum(Range slices, Func<int, bool> which)
    {
        var sum = new EnergyAccumulator();
        var (start, count) = slices.GetOffsetAndLength(_tallies.Length);
        for (var i = start; i < start + count; i++)
        {
            if (which(i))
                sum.Add(_tallies[i]);
        }

        return sum;
    }

    int Find(long at)
    {
        var index = Array.BinarySearch(_edges, at);
        return index >= 0 ? index : ~index - 1;
    }

    /// <summary>Splits an energy that may be negative (marginal policy, power below idle): splits its absolute value, then restores the
    /// sign.</summary>
    static void Split(Microjoules energy, ReadOnlySpan<double> weights, Span<Microjoules> parts)
    {
        new Microjoules(Math.Abs(energy.Value)).Split(weights, parts);
        if (energy.Value < 0)
        {
            for (var i = 0; i < parts.Length; i++)
                parts[i] = new(-parts[i].Value);
        }
    }
}
