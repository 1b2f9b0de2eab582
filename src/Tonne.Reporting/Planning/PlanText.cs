using System.Globalization;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Planning;

/// <summary>Writes a plan to the terminal: what to do, the options, the intensity with the chosen hours, where the figures come from.</summary>
public static class PlanText
{
    const int MostSegments = 6;

    /// <summary>Writes the plan.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="report">The plan.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, PlanReport report, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        var (plan, request) = (report.Plan, report.Plan.Request);
        var chosen = plan.Recommendation.Option;
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong($"{DescribeAdvice(plan)}: {plan.Recommendation.Reason}"));
        sheet.WriteBlankLine();
        WriteOptions(sheet, report);
        WriteSegments(sheet, chosen, request);
        WriteChart(sheet, chosen, request);
        WriteMarginal(sheet, report);
        sheet.WriteBlankLine();
        var job = string.Create(CultureInfo.InvariantCulture, $"{FormatDuration(request.Profile.Duration)} at {FormatPower(request.Profile.MeanPower)}, to be finished by {FormatTime(request.FinishBy, request.Now)}");
        sheet.WriteRow("job", report.IsPerKilowatt ? job + "; no energy was given, so the figures are those of 1 kW" : job);
        WriteTransfer(sheet, report);
        WriteRenewables(sheet, report);
        foreach (var origin in report.Origins)
            sheet.WriteRow("grid", TextSanitizer.ToOneLine(origin));
        var series = request.Places[0].Intensity;
        sheet.WriteRow("method", $"{EnumWords.Format(series.Basis)} basis, {EnumWords.Format(series.Scope)} scope, {EnumWords.Format(series.Kind)} intensity, {EnumWords.Format(report.Signal)}");
        foreach (var warning in report.AllWarnings)
            sheet.WriteRow("warning", new StyledText(WarningText.Format(warning), TextStyle.Warning));
    }

    /// <summary>The options, without that with pauses where it has none and is the one before.</summary>
    static IEnumerable<PlanOption> ListDifferent(Plan plan) =>
        plan.Options.Where(option => option is not { Kind: PlanOptionKind.Pauses, Pauses: 0 } || plan.Contiguous is null);

    static void WriteTransfer(StyledTextWriter sheet, PlanReport report)
    {
        if (report.Transfer is not { } transfer)
            return;
        var network = transfer.Network;
        var times = sheet.Capabilities.Times;
        sheet.WriteRow("transfer", string.Create(CultureInfo.InvariantCulture,
            $"{transfer.Terabytes:0.######} TB {times} {network.Bounds.Best:0.##} kWh/TB [{network.Bounds.Low:0.##}, {network.Bounds.High:0.##}] of network to start at another place ({network.Source.Title}){(transfer.Time > TimeSpan.Zero ? $", in {FormatDuration(transfer.Time)}" : "")}"));
        foreach (var option in ListDifferent(report.Plan))
        {
            if (PlanTransfer.Find(report.Plan.Request, option) is not { } moved)
                continue;
            var (energy, emissions) = (DisplayValue.Format(transfer.Spread(moved.Energy.KilowattHours), "kWh"),
                DisplayValue.Format(transfer.Spread(moved.Emissions.Kilograms), "kg CO2e"));
            var dash = sheet.Capabilities.Dash;
            sheet.WriteRow("", string.Create(CultureInfo.InvariantCulture,
                $"{Describe(option)}: {energy.Text} {energy.FormatInterval(dash)} with PUE {option.Segments[0].Place.Pue:0.##}, {emissions.Text} {emissions.FormatInterval(dash)}, counted above"));
        }
    }

    static void WriteRenewables(StyledTextWriter sheet, PlanReport report)
    {
        if (report.Renewables is not { } renewables)
            return;
        sheet.WriteRow("site", TextSanitizer.ToOneLine(renewables.Description));
        foreach (var option in ListDifferent(report.Plan))
        {
            var (share, emissions) = (renewables.GetShare(report.Plan.Request, option),
                DisplayValue.Format(Kilograms(renewables.GetGrams(report.Plan.Request, option)), "kg CO2e"));
            var interval = share.IsExact ? ""
                : string.Create(CultureInfo.InvariantCulture, $" [{share.Low * 100:0}, {share.High * 100:0}]");
            sheet.WriteRow("", string.Create(CultureInfo.InvariantCulture,
                $"{Describe(option)}: {share.Best * 100:0} %{interval} of its energy, {emissions.Text} {emissions.FormatInterval(sheet.Capabilities.Dash)}").TrimEnd());
        }

        static Bounds Kilograms(Bounds grams) => new(grams.Low / 1000, grams.Best / 1000, grams.High / 1000);
    }

    static string DescribeAdvice(Plan plan)
    {
        var (option, request) = (plan.Recommendation.Option, plan.Request);
        var where = request.Places.Length > 1 && option.Segments[0].Place != request.Places[0] ? $" at {Label(option.Segments[0].Place)}" : "";
        var start = option.Start > request.Now ? $"Start {FormatTime(option.Start, request.Now)}" : "Start now";
        var pauses = option.Pauses switch { 0 => "", 1 => ", pause once", 2 => ", pause twice", var count => string.Create(CultureInfo.InvariantCulture, $", pause {count} times") };
        return start + where + pauses;
    }

    static void WriteOptions(StyledTextWriter sheet, PlanReport report)
    {
        var plan = report.Plan;
        var hasPrice = plan.Options.Any(option => option.Price is not null);
        var hasRegret = plan.Options.Any(option => option.ExpectedRegret is not null);
        var hasPlaces = plan.Request.Places.Length > 1;
        string?[] headings = ["", "start", "end", hasPlaces ? "where" : null, "CO2e", "saving", hasRegret ? "regret" : null, hasPrice ? "price" : null];
        string[] shown = [.. headings.OfType<string>()];
        // What a narrow terminal leaves out is in the JSON.
        var table = new TextTable(shown)
        {
            Margin = 2, FlexibleColumn = hasPlaces ? 3 : null, MinFlexibleWidth = 10, StacksRows = true,
            OptionalColumns = [.. new[] { Array.IndexOf(shown, "regret"), Array.IndexOf(shown, "price") }.Where(at => at >= 0)],
        };
        foreach (var option in plan.Options)
        {
            string?[] cells =
            [
                Describe(option), FormatTime(option.Start, plan.Request.Now), FormatTime(option.End, plan.Request.Now),
                hasPlaces ? string.Join(sheet.Capabilities.Unicode ? "→" : ">", option.Segments.Select(segment => Label(segment.Place)).Distinct(StringComparer.Ordinal)) : null,
                DisplayValue.Format(option.Total.Kilograms, "kg CO2e"), FormatSaving(option),
                hasRegret ? option.ExpectedRegret is { } regret ? DisplayValue.Format(regret.Kilograms, "kg CO2e", 2) : "" : null,
                hasPrice ? option.Price is { } price ? string.Create(CultureInfo.InvariantCulture, $"{price:0.00} {option.Currency}") : "" : null,
            ];
            table.Add([.. cells.OfType<string>()]);
        }

        sheet.WriteTable(table);
    }

    static string Label(PlanPlace place) => place.Hardware is { } hardware ? $"{place.Label} {hardware.Name}" : place.Label;

    static string Describe(PlanOption option) => option.Kind switch
    {
        PlanOptionKind.Immediate => "now",
        PlanOptionKind.Contiguous => "best without pauses",
        _ => option.Pauses switch { 0 => "with pauses: none", 1 => "best with 1 pause", var count =>
            string.Create(CultureInfo.InvariantCulture, $"best with {count} pauses") },
    };

    static string FormatSaving(PlanOption option) => option switch
    {
        { Kind: PlanOptionKind.Immediate } => "",
        { ExpectedSaving: { } expected } when expected.Low != expected.High => string.Create(CultureInfo.InvariantCulture, $"{expected.Value * 100:0.#} % [{expected.Low * 100:0}, {expected.High * 100:0}]"),
        { Saving: { } saving } => string.Create(CultureInfo.InvariantCulture, $"{saving * 100:0.#} %"),
        _ => "",
    };

    static void WriteSegments(StyledTextWriter sheet, PlanOption chosen, PlanRequest request)
    {
        if (chosen.Segments.Length < 2)
            return;
        sheet.WriteBlankLine();
        foreach (var segment in chosen.Segments.Take(MostSegments))
            sheet.WriteRow("run", $"{FormatTime(segment.From, request.Now)} to {FormatTime(segment.To, request.Now)}{(request.Places.Length > 1 ? ", " + segment.Place.Label : "")}");
        if (chosen.Segments.Length > MostSegments)
            sheet.WriteRow("", string.Create(CultureInfo.InvariantCulture, $"and {chosen.Segments.Length - MostSegments} more; --json lists all"));
    }

    static void WriteChart(StyledTextWriter sheet, PlanOption chosen, PlanRequest request)
    {
        if (chosen.Segments[0].Place.Intensity is not { Signal: not IntensitySignal.Annual } series)
            return;
        sheet.WriteBlankLine();
        IntensityChart.Write(sheet, series, request.Now, request.FinishBy > chosen.End ? request.FinishBy : chosen.End,
            [.. chosen.Segments.Where(segment => segment.Place.Intensity.Zone.Code == series.Zone.Code).Select(segment => (segment.From, segment.To))]);
    }

    static void WriteMarginal(StyledTextWriter sheet, PlanReport report)
    {
        if (report.Marginal is not { Second: Plan marginal } comparison)
            return;
        sheet.WriteBlankLine();
        var option = marginal.Recommendation.Option;
        sheet.WriteRow("marginal", $"planned by marginal intensity: {(marginal.Recommendation is PlanRecommendation.Wait ? "start " + FormatTime(option.Start, report.Plan.Request.Now) + ", " : "")}{marginal.Recommendation.Reason}");
        if (comparison.FirstOnSecond?.Saving is { } saving)
            sheet.WriteRow("", saving >= 0
                ? string.Create(CultureInfo.InvariantCulture, $"by marginal intensity the best plan above saves {saving * 100:0.#} %")
                : string.Create(CultureInfo.InvariantCulture, $"by marginal intensity the best plan above emits {-saving * 100:0.#} % more than an immediate start"));
    }

    /// <summary>A time to the minute, UTC, without the date if it is today.</summary>
    internal static string FormatTime(DateTimeOffset time, DateTimeOffset now) =>
        time.UtcDateTime.ToString(time.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm" : time - now < TimeSpan.FromDays(6) && time > now ? "ddd HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    internal static string FormatDuration(TimeSpan time) => DisplayValue.FormatDuration(time.TotalSeconds);

    static string FormatPower(Power power) => power.Watts >= 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{power.Watts / 1000:0.##} kW") : string.Create(CultureInfo.InvariantCulture, $"{power.Watts:0.##} W");
}
