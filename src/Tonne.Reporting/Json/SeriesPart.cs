using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Json;

/// <summary>A series of epochs or of steps in the JSON of a run.</summary>
public sealed record SeriesPart
{
    /// <summary>Its number, from 1; epochs name it.</summary>
    public required int Number { get; init; }

    /// <summary>epochs or steps.</summary>
    public required string Kind { get; init; }

    /// <summary>Stage of its epochs; null for steps.</summary>
    public string? Stage { get; init; }

    /// <summary>Number of the first epoch or step, as printed.</summary>
    public required int First { get; init; }

    /// <summary>Number of the last.</summary>
    public required int Last { get; init; }

    /// <summary>Epochs in it, or steps after the first.</summary>
    public required int Count { get; init; }

    /// <summary>Whether epochs before the first were not seen, because the training was resumed.</summary>
    public required bool Resumed { get; init; }

    /// <summary>Duration in s; null if unknown.</summary>
    public double? DurationS { get; init; }

    /// <summary>The job's IT energy of the steps after the first; null for epochs, which have their own, and if unknown.</summary>
    public QuantityDocument? EnergyKwh { get; init; }

    /// <summary>Operational emissions of the same.</summary>
    public QuantityDocument? EmissionsKg { get; init; }

    /// <summary>IT energy per step, J.</summary>
    public QuantityDocument? EnergyJPerStep { get; init; }

    /// <summary>Tokens processed; null if the program does not print them.</summary>
    public double? Tokens { get; init; }

    /// <summary>IT energy per token, J; null if the program prints no tokens.</summary>
    public QuantityDocument? EnergyJPerToken { get; init; }

    /// <summary>At most 64 spans of the steps; absent for epochs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StepSpanPart>? Spans { get; init; }

    /// <summary>A span of steps: the number of the last, duration, tokens, metrics of the last, and energy at best factors.</summary>
    public sealed record StepSpanPart(int LastStep, double DurationS, double? Tokens, ImmutableSortedDictionary<string, double?> Metrics, double EnergyKwh);

    /// <summary>The series of a run; null if there are none.</summary>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures; null to leave those of steps out.</param>
    internal static IReadOnlyList<SeriesPart>? CreateAll(RunRecord record, Footprint? footprint)
    {
        var series = EpochSeries.Split(record.Epochs).Select((one, i) => new SeriesPart
        {
            Number = i + 1,
            Kind = "epochs",
            Stage = record.Epochs[one.From].Stage,
            First = record.Epochs[one.From].Number,
            Last = record.Epochs[one.From + one.Count - 1].Number,
            Count = one.Count,
            Resumed = one.IsResumed,
            DurationS = one.IsLate ? null : record.Epochs.Skip(one.From).Take(one.Count).Sum(epoch => epoch.DurationSeconds),
        }).Concat((record.StepSeries ?? []).Select((steps, i) => Create(steps, footprint?.StepSeries[i]))).ToList();
        return series.Count == 0 ? null : [.. series.Select((one, i) => one with { Number = i + 1 })];
    }

    /// <summary>Metrics in which a value that is not finite is null.</summary>
    internal static ImmutableSortedDictionary<string, double?> Finite(IReadOnlyDictionary<string, double> metrics) =>
        metrics.ToImmutableSortedDictionary(metric => metric.Key, metric => double.IsFinite(metric.Value) ? metric.Value : (double?)null, StringComparer.Ordinal);

    static SeriesPart Create(StepSeriesRecord series, StageFigures? figures)
    {
        var part = new SeriesPart { Number = 1, Kind = "steps", First = series.FirstStep, Last = series.LastStep, Count = series.Steps, Resumed = false };
        if (figures is null || figures.IsWithheld)
            return part;
        double total = series.Spans.Sum(span => span.Energy.Sum(use => use.Microjoules));
        return part with
        {
            DurationS = series.DurationSeconds,
            EnergyKwh = QuantityDocument.From(figures.Energy),
            EmissionsKg = QuantityDocument.From(figures.Emissions),
            EnergyJPerStep = Per(series.Steps),
            Tokens = series.Tokens,
            EnergyJPerToken = series.Tokens is > 0 and var tokens ? Per(tokens) : null,
            Spans = [.. series.Spans.Select(span => new StepSpanPart(
                span.LastStep, span.DurationSeconds, span.Tokens, Finite(span.Metrics),
                total > 0 ? figures.Energy.Value * (span.Energy.Sum(use => use.Microjoules) / total) : 0))],
        };

        QuantityDocument Per(double count) => QuantityDocument.From(figures.Energy with { Bounds = figures.Energy.Bounds * (Energy.JoulesPerKilowattHour / count) });
    }
}
