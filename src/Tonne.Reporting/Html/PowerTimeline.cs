using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>The power of a job by component over the time of its run, from its trace.</summary>
/// <remarks>
/// The trace is divided into parts, and the energy of each part is attributed as in the record: the parts add up to the run's energy, to
/// the microjoule.
/// A run with few samples has one part from each sample to the next. A longer one has intervals of equal length; in each, the
/// sample with the highest power and the one with the lowest are parts of their own, so that no peak is lost. They are found by what the
/// meters counted (the job's processor time where there is no energy meter).
/// </remarks>
sealed record PowerTimeline
{
    /// <summary>Most parts of a timeline with three components.</summary>
    public const int MaxParts = 2_400;

    const int MaxValues = 16_000;

    /// <summary>
    /// Ends of the parts in s from the start of the run, one more than there are parts: the first is the start of the first.
    /// </summary>
    public required ImmutableArray<double> Edges { get; init; }

    /// <summary>The components, each with its mean power in every part, W.</summary>
    public required ImmutableArray<ComponentSeries> Components { get; init; }

    /// <summary>Stages in order of time; one that was entered again is there again.</summary>
    public required ImmutableArray<StageSpan> Stages { get; init; }

    /// <summary>Samples that the trace has.</summary>
    public required int Samples { get; init; }

    /// <summary>Whether parts have several samples.</summary>
    public required bool IsReduced { get; init; }

    /// <summary>The power of one component.</summary>
    /// <param name="Component">Kind of component.</param>
    /// <param name="Device">Number of the device; null if there is one only, or several are added.</param>
    /// <param name="Watts">Mean power of the job in each part, W.</param>
    public sealed record ComponentSeries(Component Component, string? Device, ImmutableArray<double> Watts);

    /// <summary>A time in one stage, s from the start of the run.</summary>
    public sealed record StageSpan(string Name, double From, double To);

    /// <summary>Reads a timeline from a trace.</summary>
    /// <param name="open">Opens the trace from its start; called four times.</param>
    /// <param name="seconds">Duration of the run, s.</param>
    /// <param name="devices">Number of components and devices of the run.</param>
    /// <returns>Null if the trace has fewer than two samples.</returns>
    /// <exception cref="TraceDamagedException">The trace has no opening that can be read.</exception>
    public static PowerTimeline? Read(Func<Stream> open, double seconds, int devices)
    {
        var (times, marks) = ReadTimes(open);
        if (times.Count < 2)
            return null;
        var parts = Math.Min(MaxParts, MaxValues / Math.Max(1, devices));
        var edges = times.Count <= parts ? [.. times] : ChooseEdges(open, times, parts / 3);
        var record = RecordBuilder.Build(() => new DividedTraceStream(open(), edges));
        var count = edges.Count - 1;
        var energies = new Dictionary<(Component, string?), double[]>();
        foreach (var part in record.Stages)
        {
            if (!DividedTraceStream.TryParseName(part.Name, out var index) || index >= count)
                continue;
            foreach (var use in part.Energy)
            {
                if (!energies.TryGetValue((use.Component, use.Device), out var joules))
                    energies[(use.Component, use.Device)] = joules = new double[count];
                joules[index] += use.Microjoules / 1e6;
            }
        }

        return new PowerTimeline
        {
            Edges = [.. edges.Select(edge => edge / 1e9)],
            Components =
            [
                .. energies.OrderBy(pair => pair.Key.Item1).ThenBy(pair => pair.Key.Item2, StringComparer.Ordinal).Select(pair =>
                    new ComponentSeries(pair.Key.Item1, pair.Key.Item2,
                        [.. pair.Value.Select((joules, i) => joules / ((edges[i + 1] - edges[i]) / 1e9))])),
            ],
            Stages = FindStages(marks, seconds),
            Samples = times.Count,
            IsReduced = count < times.Count - 1,
        };
    }

    static (List<long> Times, List<Mark> Marks) ReadTimes(Func<Stream> open)
    {
        var (times, marks) = (new List<long>(), new List<Mark>());
        using var stream = open();
        var reader = new TraceReader(stream);
        while (reader.Read())
        {
            if (reader.Kind == TraceBlock.Sample && reader.Payload.Length >= 8)
            {
                var at = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(reader.Payload.Span);
                // Two samples at one time, as a mark and a period may ask for them, are one edge.
                if (times.Count == 0 || at - times[^1] >= MinPartNanoseconds)
                    times.Add(at);
            }
            else if (reader.Kind == TraceBlock.Mark && ReadMark(reader) is { Kind: MarkKind.Stage or MarkKind.StageEnd } mark)
            {
                marks.Add(mark);
            }
        }

        return (times, marks);
    }

    // In a shorter time the clocks of the meters do not tell energy from noise.
    const long MinPartNanoseconds = 20_000_000;

    static Mark? ReadMark(TraceReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.Mark);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static ImmutableArray<StageSpan> FindStages(List<Mark> marks, double seconds)
    {
        var spans = ImmutableArray.CreateBuilder<StageSpan>();
        (string Name, double From)? open = null;
        foreach (var mark in marks.OrderBy(mark => mark.Timestamp))
        {
            var at = Math.Clamp(mark.Timestamp / 1e9, 0, seconds);
            if (mark.Kind == MarkKind.Stage && open?.Name == mark.Name)
                continue;
            if (open is { } ended && at > ended.From)
                spans.Add(new StageSpan(ended.Name, ended.From, at));
            open = mark.Kind == MarkKind.Stage ? (mark.Name ?? "unnamed", at) : null;
        }

        if (open is { } last && seconds > last.From)
            spans.Add(new StageSpan(last.Name, last.From, seconds));
        return spans.ToImmutable();
    }

    /// <summary>Edges of intervals of equal length, and those of the samples with the highest and the lowest power in each.</summary>
    static List<long> ChooseEdges(Func<Stream> open, List<long> times, int intervals)
    {
        var powers = ReadPowers(open, times);
        var edges = new SortedSet<long> { times[0], times[^1] };
        var (start, length) = (times[0], (double)(times[^1] - times[0]) / intervals);
        for (var first = 0; first < powers.Length;)
        {
            var interval = Math.Min(intervals - 1, (int)((times[first] - start) / length));
            var (last, low, high) = (first, first, first);
            for (; last + 1 < powers.Length && Math.Min(intervals - 1, (int)((times[last + 1] - start) / length)) == interval; last++)
            {
                low = powers[last + 1] < powers[low] ? last + 1 : low;
                high = powers[last + 1] > powers[high] ? last + 1 : high;
            }

            foreach (var i in new[] { first, low, low + 1, high, high + 1, last + 1 })
                edges.Add(times[i]);
            first = last + 1;
        }

        return [.. edges];
    }

    /// <summary>
    /// What the meters counted from each sample to the next, per second: W, or busy threads where there is no energy meter.
    /// </summary>
    static double[] ReadPowers(Func<Stream> open, List<long> times)
    {
        var powers = new double[times.Count - 1];
        using var stream = open();
        var reader = new TraceReader(stream);
        RunOpening? opening = null;
        bool[] isUsed = [];
        Reading[] readings = [];
        var (before, next) = (Array.Empty<Reading>(), 0);
        while (reader.Read())
        {
            if (reader.Kind == TraceBlock.Opening)
            {
                opening = JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RunOpening);
                isUsed = [.. opening!.Meters.Select(meter => meter.Role == MeterRole.Machine
                    && meter.Kind is MeterKind.EnergyCounter or MeterKind.Power)];
                if (!Array.Exists(isUsed, used => used))
                    isUsed = [.. opening.Meters.Select(meter => meter is { Role: MeterRole.Job, Kind: MeterKind.CpuTime })];
                readings = new Reading[opening.Meters.Length];
            }

            if (reader.Kind != TraceBlock.Sample || opening is null || next >= times.Count)
                continue;
            if (reader.ReadSample(readings) != times[next])
                continue;
            if (next > 0)
            {
                var seconds = (times[next] - times[next - 1]) / 1e9;
                for (var i = 0; i < readings.Length; i++)
                {
                    if (isUsed[i] && !readings[i].IsGap)
                        powers[next - 1] += GetPower(opening.Meters[i], before[i], readings[i], seconds);
                }
            }

            before = [.. readings];
            next++;
        }

        return powers;
    }

    static double GetPower(MeterDescription meter, Reading before, Reading now, double seconds) => meter.Kind switch
    {
        MeterKind.Power => now.Value / 1e3,
        // A counter that wrapped or was reset has no difference here; the attribution counts it.
        _ when before.IsGap || now.Value < before.Value => 0,
        MeterKind.EnergyCounter => (now.Value - before.Value) / 1e6 / seconds,
        _ => (now.Value - before.Value) / 1e9 / seconds,
    };
}
