using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Formatting;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Planning;

/// <summary>A plan as JSON, schema <c>tonne.plan/1</c>.</summary>
public sealed record PlanDocument
{
    /// <summary>The schema.</summary>
    public string Schema { get; init; } = "tonne.plan/1";

    /// <summary>When the plan was made, UTC.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Duration of the work in s.</summary>
    public required double DurationS { get; init; }

    /// <summary>When the work has to be finished, UTC.</summary>
    public required DateTimeOffset FinishBy { get; init; }

    /// <summary>observed, forecast, profile or annual: the coarsest of the intensities used.</summary>
    public required string Signal { get; init; }

    /// <summary>lifecycle, direct or unstated.</summary>
    public required string Basis { get; init; }

    /// <summary>production, consumption, provider or unstated.</summary>
    public required string Scope { get; init; }

    /// <summary>average or marginal.</summary>
    public required string Kind { get; init; }

    /// <summary>The options, the first of them immediate.</summary>
    public required IReadOnlyList<OptionPart> Options { get; init; }

    /// <summary>Name of the option that is recommended.</summary>
    public required string Recommended { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether the options are optima. If not, they are at most slightly above them; a warning says why.</summary>
    public required bool IsExact { get; init; }

    /// <summary>The same job planned by marginal intensity; absent if there is no such series. Its figures are not comparable with the others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MarginalPart? Marginal { get; init; }

    /// <summary>Data that is moved to other places; absent if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TransferPart? Transfer { get; init; }

    /// <summary>Renewables on the site of the first place; absent if there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RenewablesPart? Renewables { get; init; }

    /// <summary>Where the intensities of each place come from.</summary>
    public required IReadOnlyList<string> Origins { get; init; }

    /// <summary>Warnings.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>How Slurm starts the job; absent unless a batch script was planned.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SlurmPart? Slurm { get; init; }

    /// <summary>A plan as a document.</summary>
    public static PlanDocument From(PlanReport report)
    {
        var (plan, request) = (report.Plan, report.Plan.Request);
        var series = request.Places[0].Intensity;
        return new PlanDocument
        {
            Now = request.Now.ToUniversalTime(),
            DurationS = request.Profile.Duration.TotalSeconds,
            FinishBy = request.FinishBy.ToUniversalTime(),
            Signal = EnumWords.Format(report.Signal),
            Basis = EnumWords.Format(series.Basis),
            Scope = EnumWords.Format(series.Scope),
            Kind = EnumWords.Format(series.Kind),
            Options = [.. plan.Options.Select(option => OptionPart.From(option, report))],
            Recommended = EnumWords.Format(plan.Recommendation.Option.Kind),
            Reason = plan.Recommendation.Reason,
            IsExact = plan.IsExact,
            Marginal = report.Marginal is { Second: Plan marginal } comparison ? new MarginalPart(
                [.. marginal.Options.Select(option => OptionPart.From(option, null))],
                    EnumWords.Format(marginal.Recommendation.Option.Kind), marginal.Recommendation.Reason,
                comparison.FirstOnSecond?.Saving, comparison.SecondOnFirst?.Saving) : null,
            Transfer = report.Transfer is { } transfer
                ? new TransferPart(transfer.Terabytes, QuantityDocument.From(transfer.Network, "network"), transfer.Time.TotalSeconds,
                    transfer.Network.Source.Id) : null,
            Renewables = report.Renewables is { } renewables ? new RenewablesPart(renewables.Description, renewables.IsModelled) : null,
            Origins = report.Origins,
            Warnings = [.. report.AllWarnings],
            Sources = report.Sources,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.PlanDocument);

    /// <summary>A way to run the job. Emissions are operational, unless hardware is given: then the embodied ones of the hardware, for the time it is held, are added.</summary>
    /// <param name="Name">immediate, contiguous or pauses.</param>
    /// <param name="Hardware">Hardware of the first segment; null if none was given.</param>
    /// <param name="Segments">When and where it runs.</param>
    /// <param name="EnergyKwh">Energy of the facility, PUE included.</param>
    /// <param name="EmissionsKg">Emissions.</param>
    /// <param name="SavingShare">Share of the immediate option's emissions that is saved, expected where there is a forecast; null if that option is not known.</param>
    /// <param name="ExpectedRegretKg">Expected emissions above the best plan in hindsight; null without a forecast.</param>
    /// <param name="Price">Cost of the grid's energy; null if it is not known.</param>
    /// <param name="Currency">Currency of the price, ISO 4217.</param>
    /// <param name="End">When it is finished.</param>
    public sealed record OptionPart(
        string Name, string? Hardware, IReadOnlyList<SegmentPart> Segments, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg, SharePart? SavingShare,
        double? ExpectedRegretKg, double? Price, string? Currency, DateTimeOffset End)
    {
        /// <summary>Energy of the transfer to its place, PUE included; absent without one.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public QuantityDocument? TransferEnergyKwh { get; init; }

        /// <summary>Emissions of the transfer, which the emissions include; absent without one.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public QuantityDocument? TransferEmissionsKg { get; init; }

        /// <summary>Share of the energy that renewables on the site supply; absent without them.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public SharePart? RenewableShare { get; init; }

        internal static OptionPart From(PlanOption option, PlanReport? report)
        {
            const double GramsPerKilogram = 1000;
            var hardware = option.Segments[0].Place.Hardware;
            var boundary = "facility (PUE included); " + (hardware is null ? "operational" : "operational and embodied");
            var kilograms = option.TotalGrams is { } grams
                ? new Bounds(Math.Min(grams.Low, option.Total.Grams) / GramsPerKilogram, option.Total.Grams / GramsPerKilogram, Math.Max(grams.High, option.Total.Grams) / GramsPerKilogram)
                : Bounds.FromExact(option.Total.Grams / GramsPerKilogram);
            var request = report?.Plan.Request;
            if (report?.Renewables?.GetGrams(request!, option) is { IsExact: false } modelled)
                kilograms = new Bounds(Math.Min(kilograms.Low, modelled.Low / GramsPerKilogram), kilograms.Best,
                    Math.Max(kilograms.High, modelled.High / GramsPerKilogram));
            var moved = report?.Transfer is not null ? PlanTransfer.Find(request!, option) : null;
            return new OptionPart(
                EnumWords.Format(option.Kind), hardware?.Name, [.. option.Segments.Select(SegmentPart.Create)],
                QuantityDocument.From(Bounds.FromExact(option.Energy.KilowattHours), "facility (PUE included)", Quality.Modelled, 0),
                QuantityDocument.From(kilograms, boundary, Quality.Modelled, 0),
                SharePart.From(option), option.ExpectedRegret?.Grams / GramsPerKilogram, option.Price, option.Currency, option.End)
            {
                TransferEnergyKwh = moved is { } data ? QuantityDocument.From(report!.Transfer!.Spread(data.Energy.KilowattHours),
                    "network", Quality.Assumed, 0) : null,
                TransferEmissionsKg = moved is { } sent ? QuantityDocument.From(report!.Transfer!.Spread(sent.Emissions.Kilograms),
                    "network", Quality.Assumed, 0) : null,
                RenewableShare = report?.Renewables?.GetShare(request!, option) is { } share ? SharePart.From(share) : null,
            };
        }
    }

    /// <summary>A time in which the job runs, and where.</summary>
    public sealed record SegmentPart(DateTimeOffset From, DateTimeOffset To, string Zone, double Pue)
    {
        internal static SegmentPart Create(PlanSegment segment) =>
            new(segment.From, segment.To, segment.Place.Intensity.Zone.Code, segment.Place.Pue);
    }

    /// <summary>A share with its 95 % interval, which may be below 0.</summary>
    public sealed record SharePart(double Value, double Low, double High)
    {
        internal static SharePart? From(PlanOption option) =>
            option.ExpectedSaving is { } expected ? new SharePart(Round(expected.Value), Round(expected.Low), Round(expected.High))
            : option.Saving is { } saving ? new SharePart(saving, saving, saving)
            : null;

        internal static SharePart From(Bounds share) => new(share.Best, Round(share.Low), Round(share.High));

        static double Round(double share) => SixDigitRounding.Round(share);
    }

    /// <summary>The plan by marginal intensity.</summary>
    /// <param name="Options">Its options.</param>
    /// <param name="Recommended">Name of the one recommended.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="SavingShareOfAveragePlan">What the best plan by average intensity saves by marginal intensity.</param>
    /// <param name="SavingShareOfMarginalPlan">What the best plan by marginal intensity saves by average intensity.</param>
    public sealed record MarginalPart(IReadOnlyList<OptionPart> Options, string Recommended, string Reason, double? SavingShareOfAveragePlan, double? SavingShareOfMarginalPlan);

    /// <summary>Data that is moved before the job starts at another place than the first.</summary>
    /// <param name="DataTb">The data, TB.</param>
    /// <param name="KwhPerTb">Energy of the network; PUE of the place it goes to is added.</param>
    /// <param name="TimeS">How long it takes, s.</param>
    /// <param name="Source">Id of the source of the network's energy.</param>
    public sealed record TransferPart(double DataTb, QuantityDocument KwhPerTb, double TimeS, string Source);

    /// <summary>Renewables on the site.</summary>
    /// <param name="Description">What they are, and where their power comes from.</param>
    /// <param name="IsModelled">Whether the power is computed from the position of the sun.</param>
    public sealed record RenewablesPart(string Description, bool IsModelled);

    /// <summary>How Slurm starts the job. Its time limit is taken as the duration, and the begin reserves nothing.</summary>
    /// <param name="Script">The batch script.</param>
    /// <param name="TimeLimitS">Its time limit in s.</param>
    /// <param name="Begin">The value of sbatch's --begin, local time; null if the job is submitted as it is.</param>
    /// <param name="Command">The words of the command.</param>
    /// <param name="JobId">Id of the job; null if it was not submitted.</param>
    public sealed record SlurmPart(string Script, double TimeLimitS, string? Begin, IReadOnlyList<string> Command, string? JobId);
}
