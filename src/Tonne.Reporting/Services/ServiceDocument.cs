using System.Text.Json;
using Tonne.Quantities;
using Tonne.Reporting.Json;
using Tonne.Reporting.Totals;
using Tonne.Services.Accounts;
using Tonne.Services.Requests;

namespace Tonne.Reporting.Services;

/// <summary>A service as JSON, schema <c>tonne.service-report/1</c>; see docs/formats/service.md.</summary>
public sealed record ServiceDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.service-report/1";

    /// <summary>Name of the service.</summary>
    public required string Name { get; init; }

    /// <summary>Time of the report, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it is recorded now.</summary>
    public required bool IsRecorded { get; init; }

    /// <summary>Boundary of the emissions, in words; null without figures.</summary>
    public required string? Boundary { get; init; }

    /// <summary>measured, modelled or assumed: the quality of the energy; null without figures.</summary>
    public required string? Quality { get; init; }

    /// <summary>Method of accounting; null without figures.</summary>
    public required string? Method { get; init; }

    /// <summary>The day so far (UTC).</summary>
    public required AmountsPart Today { get; init; }

    /// <summary>The last seven days, today included.</summary>
    public required AmountsPart Week { get; init; }

    /// <summary>The seven days before these.</summary>
    public required AmountsPart WeekBefore { get; init; }

    /// <summary>All of it.</summary>
    public required AmountsPart All { get; init; }

    /// <summary>Energy of a request in the last seven days ÷ in the seven before, less 1; null without requests in both.</summary>
    public required double? RequestEnergyChange { get; init; }

    /// <summary>Emissions of a day in the last seven days ÷ in the seven before, less 1; null without both.</summary>
    public required double? DailyEmissionsChange { get; init; }

    /// <summary>Emissions of a day, kg CO2e; null before an hour was recorded.</summary>
    public required BoundsPart? KgPerDay { get; init; }

    /// <summary>Emissions of the training, kg CO2e; null if not given.</summary>
    public required BoundsPart? TrainingKg { get; init; }

    /// <summary>Days after which use exceeds the training; null if unknown.</summary>
    public required double? BreakEvenDays { get; init; }

    /// <summary>The models, without idle.</summary>
    public required IReadOnlyList<ServiceModelPart> Models { get; init; }

    /// <summary>The days (UTC).</summary>
    public required IReadOnlyList<ServiceDayPart> Days { get; init; }

    /// <summary>Percentiles of the facility energy of single requests, of all time; null if no request has an energy of its own.</summary>
    public required PercentilesPart? PercentilesWh { get; init; }

    /// <summary>Why there are no percentiles; null if there are.</summary>
    public required string? PercentilesReason { get; init; }

    /// <summary>Calls that a program of the same name wrote into the ledger; they are in no figure here. Null if there are none.</summary>
    public required CallsDocument.CallsPart? Calls { get; init; }

    /// <summary>What is unusual.</summary>
    public required IReadOnlyList<string> Alerts { get; init; }

    /// <summary>Times of which requests are not known, or not completely.</summary>
    public required IReadOnlyList<ServiceGapPart> Gaps { get; init; }

    /// <summary>Ids of the runs of the ledger that have the energy.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>What could not be read.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The document of a report.</summary>
    public static ServiceDocument From(ServiceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var account = report.Account;
        return new ServiceDocument
        {
            Name = account.Name,
            At = report.At,
            IsRecorded = account.IsRecorded,
            Boundary = account.Boundary,
            Quality = account.Quality is { } quality ? EnumWords.Format(quality) : null,
            Method = account.Method,
            Today = AmountsPart.From(report.Today),
            Week = AmountsPart.From(report.Week),
            WeekBefore = AmountsPart.From(report.WeekBefore),
            RequestEnergyChange = report.RequestChange,
            DailyEmissionsChange = report.DailyChange,
            All = AmountsPart.From(report.All),
            KgPerDay = BoundsPart.From(report.KilogramsPerDay),
            TrainingKg = BoundsPart.From(report.TrainingKg),
            BreakEvenDays = report.BreakEvenDays,
            Models = [.. account.SumModels().Select(static model => new ServiceModelPart(model.Model, AmountsPart.From(model.Amounts)))],
            Days = [.. account.SumDays().Select(static day => new ServiceDayPart(day.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), AmountsPart.From(day.Amounts)))],
            PercentilesWh = PercentilesPart.From(report.All.RequestPercentiles),
            PercentilesReason = report.All.RequestPercentiles is null ? RequestPercentiles.MissingReason : null,
            Calls = report.Calls is { } calls ? CallsDocument.CallsPart.From(calls, null) : null,
            Alerts = report.Alerts,
            Gaps = [.. account.Gaps.Select(static gap => new ServiceGapPart(gap.From, gap.To, gap.Reason))],
            Runs = account.Runs,
            Problems = account.Problems,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.ServiceDocument);

    /// <summary>A value in its 95 % interval.</summary>
    public sealed record BoundsPart(double Value, double Low, double High)
    {
        internal static BoundsPart? From(Bounds? bounds) => bounds is { } known ? new(known.Best, known.Low, known.High) : null;
    }

    /// <summary>Facility energy of single requests, Wh: percentiles by nearest rank. Idle energy of times without a request is in
    /// none.</summary>
    /// <param name="N">Requests whose own energy is known.</param>
    /// <param name="P50">Half of them took at most this.</param>
    /// <param name="P95">95 % took at most this.</param>
    /// <param name="P99">99 % took at most this.</param>
    /// <param name="Resolution">Relative width of the bins that they come from; a value is within half of it.</param>
    public sealed record PercentilesPart(long N, double P50, double P95, double P99, double Resolution)
    {
        internal static PercentilesPart? From(RequestPercentiles? known) =>
            known is null ? null : new(known.Requests, known.P50, known.P95, known.P99, EnergyHistogram.Resolution);
    }

    /// <summary>A model.</summary>
    public sealed record ServiceModelPart(string Model, AmountsPart Amounts);

    /// <summary>A day (UTC).</summary>
    public sealed record ServiceDayPart(string Day, AmountsPart Amounts);

    /// <summary>A time of which requests are not known.</summary>
    public sealed record ServiceGapPart(DateTimeOffset From, DateTimeOffset To, string Reason);

    /// <summary>Requests, tokens, energy and emissions of some time. Energies in µJ are at the plug, and add up exactly.</summary>
    public sealed record AmountsPart(
        double Seconds, double UnknownSeconds, long Requests, long Failed, long RequestsWithoutEnergy, long PromptTokens, long CachedTokens,
        long OutputTokens, long ReasoningTokens, long EnergyUj, long PromptUj, long OutputUj, long HeldUj, long WaitingUj, long IdleUj,
        double? IdleShare, BoundsPart FacilityEnergyKwh, BoundsPart OperationalKg, BoundsPart EmissionsKg, BoundsPart? WhPerRequest,
        BoundsPart? GPerRequest, BoundsPart? WhPer1000Tokens, BoundsPart? GPer1000Tokens, double? JPerPromptToken, double? JPerOutputToken,
        PercentilesPart? PercentilesWh)
    {
        internal static AmountsPart From(ServiceAmounts amounts)
        {
            var counts = amounts.Counts;
            return new AmountsPart(
                amounts.Seconds, amounts.UnknownSeconds, counts.Requests, counts.Failed, counts.WithoutEnergy, counts.PromptTokens,
                counts.CachedTokens, counts.OutputTokens, counts.ReasoningTokens, amounts.Microjoules, counts.PromptMicrojoules,
                counts.OutputMicrojoules, counts.HeldMicrojoules, counts.WaitingMicrojoules, amounts.IdleMicrojoules, amounts.IdleShare,
                BoundsPart.From(amounts.EnergyKwh)!, BoundsPart.From(amounts.OperationalKg)!, BoundsPart.From(amounts.EmissionsKg)!,
                BoundsPart.From(amounts.WattHoursPerRequest), BoundsPart.From(amounts.GramsPerRequest),
                BoundsPart.From(amounts.WattHoursPerThousandTokens), BoundsPart.From(amounts.GramsPerThousandTokens),
                amounts.JoulesPerPromptToken, amounts.JoulesPerOutputToken, PercentilesPart.From(amounts.RequestPercentiles));
        }
    }
}
