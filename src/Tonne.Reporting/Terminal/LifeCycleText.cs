using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Terminal;

/// <summary>
/// Writes a life cycle on a screen: phases and boundaries with bars, the largest contribution, the break-even, what was left out and
/// assumed.
/// </summary>
public static class LifeCycleText
{
    const int MostExact = 3;

    const int LabelColumns = 11;

    // Width in columns from which the table shows water.
    const int MinWidthWithWater = 100;

    /// <summary>Writes the life cycle.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="life">The life cycle.</param>
    /// <param name="screen">What can be shown.</param>
    public static void Write(TextWriter writer, LifeCycle life, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen, LabelColumns);
        var dot = $" {screen.Dot} ";
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong(TextSanitizer.ToOneLine(life.Description.Name)), " ", StyledText.Faint(TextSanitizer.ToOneLine(life.Description.Text)));
        sheet.WriteBlankLine();
        var total = life.Totals.Total;
        var parts = new List<StyledText> { StyledText.Strong(StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(total))) };
        if (!total.Bounds.IsExact)
            parts.AddRange([" ", StyledText.Faint(StyledTextWriter.ToUnbreakable(FootprintFormat.FormatInterval(total, screen.Dash)))]);
        parts.AddRange([dot, StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(life.Totals.FacilityEnergy)), " ", BoundaryText.DescribeExtent(life.Totals.FacilityEnergy.Boundary), dot, QualityOf(life.Totals.Energy)]);
        sheet.WriteLine(parts);
        sheet.WriteRow("boundary", StyledText.Faint(BoundaryText.Describe(total.Boundary, dot)));
        EquivalentText.WriteRow(sheet, Equivalents.Choose(total));
        sheet.WriteBlankLine();
        WriteTable(sheet, life);
        sheet.WriteBlankLine();
        WriteFindings(sheet, life, dot);
    }

    static void WriteTable(StyledTextWriter sheet, LifeCycle life)
    {
        var screen = sheet.Capabilities;
        List<Row> rows = [.. life.Phases.SelectMany(phase => CreateRows(phase.Description.Name, phase.Figures, life, screen))];
        if (life.Phases.Length > 1)
            rows.AddRange(CreateRows("whole life", life.Totals, life, screen));
        var heads = new Row("phase", "  boundary", "energy", "CO2e", "water", null, false);
        int Columns(Func<Row, string> cell) => rows.Append(heads).Max(row => TextSanitizer.CountColumns(cell(row)));
        var (boundary, energy, carbon, water) = (Columns(row => row.Boundary), Columns(row => row.Energy), Columns(row => row.Carbon), screen.Width >= MinWidthWithWater ? Columns(row => row.Water) + 2 : 0);
        var taken = boundary + energy + carbon + water + 16;
        var name = Math.Clamp(screen.Width - taken, 8, Math.Clamp(Columns(row => row.Phase), 8, 20));
        var bar = Math.Clamp(screen.Width - name - taken, 0, 24);
        foreach (var row in rows.Prepend(heads))
        {
            var text = $"  {TextSanitizer.FitToColumns(TextSanitizer.ToOneLine(row.Phase), name, screen.Unicode)}  {TextSanitizer.FitToColumns(row.Boundary, boundary, screen.Unicode)}  {row.Energy.PadLeft(energy)}  {row.Carbon.PadLeft(carbon)}{(water > 0 ? row.Water.PadLeft(water) : "")}";
            if (ReferenceEquals(row, heads))
                sheet.WriteRaw(StyledText.Faint(text + "  " + "share".PadLeft(6)));
            else if (row.IsSum)
                sheet.WriteRaw(StyledText.Strong(text), "  ", StyledText.Strong(DisplayValue.FormatPercent(row.Share ?? 0).PadLeft(6)));
            else
                sheet.WriteRaw(text, "  ", DisplayValue.FormatPercent(row.Share ?? 0).PadLeft(6), " ", Bar(row.Share ?? 0, bar, screen));
        }
    }

    static IEnumerable<Row> CreateRows(string name, LifeCycleFigures figures, LifeCycle life, TerminalCapabilities screen)
    {
        foreach (var (i, step) in figures.Steps.Index())
        {
            yield return new Row(i == 0 ? name : "", (i == 0 ? "  " : "+ ") + step.Name, step.EnergyAdded is { } added ? FootprintFormat.FormatValue(added) : "",
                Carbon(step.EmissionsAdded, screen), Water(figures, i), Share(step.EmissionsAdded.Value, life), false);
        }

        yield return new Row(figures.Steps.IsEmpty ? name : "", "= all", FootprintFormat.FormatValue(figures.FacilityEnergy), Carbon(figures.Total, screen), figures.Water is { } water ? FootprintFormat.FormatValue(water) : "",
            Share(figures.Total.Value, life), true);
    }

    /// <summary>
    /// Water that a step adds: the total up to it, less the total before. Empty if it is unknown, or if the step uses none.
    /// </summary>
    internal static string Water(LifeCycleFigures figures, int step) =>
        figures.Steps[step] is { EnergyAdded: not null, Water: { } until } ? DisplayValue.Format(until.Value - (step > 0 ? figures.Steps[step - 1].Water?.Value ?? 0 : 0), "L", 2) : "";

    static void WriteFindings(StyledTextWriter sheet, LifeCycle life, string dot)
    {
        var screen = sheet.Capabilities;
        if (life.FindLargestContributor() is { } dominant)
        {
            sheet.WriteRow("dominates", StyledText.Strong(TextSanitizer.ToOneLine(dominant.Phase.Description.Name)), $" is {StyledTextWriter.ToUnbreakable(DisplayValue.FormatPercent(dominant.Share))} of the emissions; the largest part of it is {DescribeStep(dominant.Step.Name)}, {StyledTextWriter.ToUnbreakable(DisplayValue.FormatPercent(dominant.StepShare))} of all");
        }

        foreach (var phase in life.Phases)
            WriteRates(sheet, phase, dot);
        foreach (var breakEven in life.BreakEvens)
        {
            sheet.WriteRow(breakEven == life.BreakEvens[0] ? "break-even" : "", "deployment exceeds all earlier phases, by ", breakEven.Measure, ", after ", StyledText.Strong(StyledTextWriter.ToUnbreakable(FormatDays(breakEven, screen.Dash))), " ", StyledText.Faint($"({breakEven.ComparedBoundary})"));
        }

        foreach (var (words, figures) in life.Phases.Select(phase => (phase.Description.Name, phase.Figures)).Append(("whole life", life.Totals)))
        {
            if (figures.MarketBased is { } market)
            {
                sheet.WriteRow("market", $"{TextSanitizer.ToOneLine(words)}: ", StyledText.Strong(StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(market, screen.Dash))), $" market-based, beside {StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(figures.Operational, screen.Dash))} location-based, from electricity");
            }
        }

        if (life.Totals.MarketBased is not null)
            sheet.WriteRow("", StyledText.Faint("location-based counts all of it at the grid's mean, what was made on the site too; the two are never netted"));

        if (life.Totals.Water is { } water)
        {
            var each = life.Phases.Length < 2 ? "" : string.Join(", ", life.Phases.Where(phase => phase.Figures.Water is not null).Select(phase => $"{TextSanitizer.ToOneLine(phase.Description.Name)} {StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(phase.Figures.Water!))}")) + "; ";
            sheet.WriteRow("water", StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(water, screen.Dash)), " ", StyledText.Faint($"({each}on site and in generation)"));
        }

        foreach (var place in life.Phases.SelectMany(phase => phase.Factors.Select(factors => (phase.Description.Name, Factors: factors))).GroupBy(place => (place.Factors.Grid.Intensity.Id, place.Factors.Pue.Id)))
            WritePlace(sheet, string.Join(", ", place.Select(one => one.Name)), place.First().Factors, dot);
        foreach (var note in life.Description.Notes.Concat(life.Phases.SelectMany(phase => phase.Notes)))
            sheet.WriteRow("note", TextSanitizer.ToOneLine(note));
        if (life.ExactInputs.Length > 0)
        {
            var some = string.Join(", ", life.ExactInputs.Take(MostExact).Select(factor => $"{factor.Label} {DisplayValue.FormatFactor(factor).Text}"));
            sheet.WriteRow("given", $"{Numbers(life.ExactInputs.Length)} taken as exact ({TextSanitizer.ToOneLine(some)}{(life.ExactInputs.Length > MostExact ? ", …" : "")}): the interval does not include their uncertainty");
        }

        foreach (var warning in life.Warnings)
            sheet.WriteRow("warning", new StyledText(TextSanitizer.ToOneLine(warning.Code) + ":", TextStyle.Warning), " ", WarningText.Format(warning));
    }

    static void WriteRates(StyledTextWriter sheet, AccountedPhase phase, string dot)
    {
        var parts = new List<StyledText>();
        if (phase.Description.Kind == PhaseKind.Deployment && phase.EmissionsPerDay is { } perDay)
        {
            parts.AddRange([StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(perDay, "kg CO2e") + " a day"), $" over {StyledTextWriter.ToUnbreakable(DisplayValue.Format(phase.Description.Duration!.Bounds.Best / 24, "d"))}"]);
            if (phase.EnergyPerDay is { } energy)
                parts.AddRange([dot, StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(energy, "kWh") + " a day")]);
        }

        foreach (var (unit, energy, emissions) in phase.PerUnit)
        {
            if (parts.Count > 0)
                parts.Add(dot);
            parts.AddRange([StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(energy)), " and ", StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(emissions)), " per ", TextSanitizer.ToOneLine(unit.Name)]);
        }

        if (parts.Count > 0)
            sheet.WriteRow("rate", [$"{TextSanitizer.ToOneLine(phase.Description.Name)}: ", .. parts]);
    }

    static void WritePlace(StyledTextWriter sheet, string phases, AccountingFactors factors, string dot)
    {
        var where = new List<StyledText> { $"{TextSanitizer.ToOneLine(phases)}: ", StyledText.Strong(TextSanitizer.ToOneLine(factors.Grid.Zone ?? "given")), " ", StyledTextWriter.ToUnbreakable(DisplayValue.FormatFactor(factors.Grid.Intensity).FormatWithInterval(sheet.Capabilities.Dash)) };
        if (factors.Grid.Zone is not null)
            where.AddRange([dot, TextSanitizer.ToOneLine(factors.Grid.How)]);
        sheet.WriteRow("grid", [.. where, dot, StyledTextWriter.ToUnbreakable($"PUE {DisplayValue.FormatFactor(factors.Pue).FormatWithInterval(sheet.Capabilities.Dash)}"), " ", StyledText.Faint(TextSanitizer.ToOneLine(factors.PueHow))]);
    }

    internal static string Numbers(int count) => count == 1 ? "1 number has no bounds and is" : $"{count} numbers have no bounds and are";

    internal static string FormatDays(BreakEven breakEven, string dash)
    {
        if (breakEven.Days < 10)
            return DisplayValue.Format(new Bounds(breakEven.Low, breakEven.Days, breakEven.High), "days").FormatWithInterval(dash);
        var days = breakEven.Low == breakEven.High ? DisplayValue.FormatCount((long)Math.Ceiling(breakEven.Days)) + " days"
            : string.Create(CultureInfo.InvariantCulture, $"{breakEven.Days:N0} days ({breakEven.Low:N0}{dash}{breakEven.High:N0})");
        return breakEven.Days > 730 ? string.Create(CultureInfo.InvariantCulture, $"{days}, {breakEven.Days / 365.25:0.0} years") : days;
    }

    internal static string DescribeStep(string step) => step switch
    {
        "dynamic" => "the computation",
        "facility" => "cooling and power distribution (PUE)",
        "embodied" => "embodied emissions",
        _ => step,
    };

    /// <summary>A mass without the name of the gas, which is in the heading of the column.</summary>
    static string Carbon(Figure figure, TerminalCapabilities screen) => FootprintFormat.FormatWithInterval(figure, screen.Dash).Replace(" CO2e", "", StringComparison.Ordinal);

    static double Share(double kilograms, LifeCycle life) => life.Totals.Total.Value > 0 ? kilograms / life.Totals.Total.Value : 0;

    static StyledText QualityOf(Figure figure) => figure.Quality != Quality.Measured && figure.MeasuredShare >= 0.0005
        ? StyledText.FromQuality(figure.Quality) with { Text = StyledTextWriter.ToUnbreakable($"{DisplayValue.FormatPercent(figure.MeasuredShare)} of the energy measured, rest {EnumWords.Format(figure.Quality)}") }
        : StyledText.FromQuality(figure.Quality);

    static StyledText Bar(double share, int columns, TerminalCapabilities screen)
    {
        if (columns < 4)
            return "";
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * columns * 8);
        var bar = screen.Unicode ? new string('█', eighths / 8) + (eighths % 8 > 0 ? "▏▎▍▌▋▊▉"[(eighths % 8) - 1].ToString() : "") : new string('#', (eighths + 4) / 8);
        return new(bar, TextStyle.Bar);
    }

    sealed record Row(string Phase, string Boundary, string Energy, string Carbon, string Water, double? Share, bool IsSum);
}
