using System.Text.Json;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Json;

/// <summary>A bench as JSON, schema <c>tonne.bench/1</c>.</summary>
public sealed record BenchDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.bench/1";

    /// <summary>Id; the runs in the ledger carry it as tag <c>bench</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Seed of the order of the runs.</summary>
    public required int Seed { get; init; }

    /// <summary>Rounds that count.</summary>
    public required int Rounds { get; init; }

    /// <summary>Rounds at most.</summary>
    public required int MaximumRounds { get; init; }

    /// <summary>Rounds before those that count.</summary>
    public required int WarmupRounds { get; init; }

    /// <summary>Probability that at least one pair is called different although it is not.</summary>
    public required double Risk { get; init; }

    /// <summary>Relative difference that does not matter.</summary>
    public required double Margin { get; init; }

    /// <summary>The figure by which the commands are compared: energy, time or emissions.</summary>
    public required string DecidedBy { get; init; }

    /// <summary>Why it stopped: decided, used_up, interrupted or failed.</summary>
    public required string Stopped { get; init; }

    /// <summary>The failure; null if there is none.</summary>
    public required FailurePart? Failure { get; init; }

    /// <summary>Boundary of the energy; null before the first run.</summary>
    public required string? Boundary { get; init; }

    /// <summary>measured, modelled or assumed: quality of the energy; null before the first run.</summary>
    public required string? Quality { get; init; }

    /// <summary>Measured energy ÷ total energy; null before the first run.</summary>
    public required double? MeasuredShare { get; init; }

    /// <summary>The commands, with their runs in the order of the rounds.</summary>
    public required IReadOnlyList<CommandPart> Commands { get; init; }

    /// <summary>For each round the labels in the order in which they ran.</summary>
    public required IReadOnlyList<string> Orders { get; init; }

    /// <summary>The comparisons of every two commands.</summary>
    public required IReadOnlyList<PairPart> Pairs { get; init; }

    /// <summary>The power limits that were compared; null if commands were.</summary>
    public PowerLimitsPart? PowerLimits { get; init; }

    /// <summary>What the figures do not include.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The pairs of a comparison.</summary>
    public static IReadOnlyList<PairPart> CreatePairs(VariantComparison comparison) =>
    [
        .. comparison.Pairs.Select(pair => new PairPart(
            comparison.Names[pair.First], comparison.Names[pair.Second],
            pair.Verdict switch { PairVerdict.Difference => "difference", PairVerdict.WithinMargin => "within_margin", _ => "no_difference_seen" },
            pair.DecidedAfter,
            RatioPart.From(pair.GetRatio(ComparedFigure.Energy)), RatioPart.From(pair.GetRatio(ComparedFigure.Time)), RatioPart.From(pair.GetRatio(ComparedFigure.Emissions)),
            VariantText.DescribeVerdict(comparison, pair))),
    ];

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.BenchDocument);

    /// <summary>A command that failed.</summary>
    public sealed record FailurePart(string Label, int? ExitCode, string Text);

    /// <summary>A command; the medians are of its runs, null before the first.</summary>
    public sealed record CommandPart(
        string Label, IReadOnlyList<string> Command, double? MedianEnergyKwh, double? MedianDurationS, double? MedianEmissionsKg,
            IReadOnlyList<VariantRunPart> Runs)
    {
        /// <summary>The power limit that was set, W; null if none was, or if devices had different ones.</summary>
        public double? PowerLimitW { get; init; }
    }

    /// <summary>One run.</summary>
    public sealed record VariantRunPart(string Id, double EnergyKwh, double DurationS, double CpuS, double EmissionsKg);

    /// <summary>Two commands; the ratios are the second ÷ the first.</summary>
    public sealed record PairPart(
        string First, string Second, string Verdict, int? DecidedAfterRounds, RatioPart? EnergyRatio, RatioPart? TimeRatio, RatioPart? EmissionsRatio, string Sentence);

    /// <summary>The power limits that were compared: the devices, the label of what was found, and the limits with the least of each
    /// figure.</summary>
    public sealed record PowerLimitsPart(IReadOnlyList<LimitedDevicePart> Devices, string Found, IReadOnlyList<LeastPart> Least);

    /// <summary>A device whose power was limited; limits in W, null if not reported.</summary>
    public sealed record LimitedDevicePart(string Id, string Name, double FoundW, double? MinW, double? MaxW, double? DefaultW);

    /// <summary>The limit with the least energy, time, energy × time (energy_delay) or emissions; the ratio is to what was found, null if
    /// it is that.</summary>
    public sealed record LeastPart(string Figure, string Label, double? PowerLimitW, RatioPart? RatioToFound);

    /// <summary>A ratio; a bound is null while there are too few rounds to compute it.</summary>
    public sealed record RatioPart(double Value, double? Low, double? High)
    {
        /// <summary>A ratio with six digits; null if there is none.</summary>
        public static RatioPart? From(RatioInterval? ratio) => ratio is { } known
            ? new(SixDigitRounding.Round(known.Value), known.Low > 0 ? SixDigitRounding.Round(known.Low) : null, double.IsFinite(known.High) ? SixDigitRounding.Round(known.High) : null)
            : null;
    }
}
