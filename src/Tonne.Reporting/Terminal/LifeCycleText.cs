using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Terminal;

/// <summary>
/// Writes a life cycle to the terminal: a table of phases and boundaries with bars, the largest contribution, the break-even, what was
/// left out and what was assumed.
/// </summary>
public static class LifeCycleText
{
    // Number of inputs without bounds that are named.
    const int MaxNamedExactInputs = 3;

    const int LabelColumns = 11;

    // Width in columns from which the table shows water.
    const int MinWidthWithWater = 100;

    /// <summary>Writes the life cycle.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="life">The life cycle.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, LifeCycle life, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen, LabelColumns);
        var dot = $" {screen.Dot} ";
        sheet.WriteBlankLine();
        sheet.WriteLine(
            StyledText.Strong(TextSanitizer.ToOneLine(life.Description.Name)), " ",
            StyledText.Faint(TextSanitizer.ToOneLine(life.Description.Text)));
        sheet.WriteBlankLine();
        var total = life.Totals.Total;
        var headline = new List<StyledText> { StyledText.Strong(StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(total))) };
        if (!total.Bounds.IsExact)
            headline.AddRange([" ", StyledText.Faint(StyledTextWriter.ToUnbreakable(FootprintFormat.FormatInterval(total, screen.Dash)))]);
        headline.AddRange(
        [
            dot, StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(life.Totals.FacilityEnergy)), " ",
            BoundaryText.DescribeExtent(life.Totals.FacilityEnergy.Boundary), dot, FormatQuality(life.Totals.Energy),
        ]);
        sheet.WriteLine(headline);
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
        var boundaryColumns = CountColumns(row => row.Boundary);
        var energyColumns = CountColumns(row => row.Energy);
        var carbonColumns = CountColumns(row => row.Carbon);
        var waterColumns = screen.Width >= MinWidthWithWater ? CountColumns(row => row.Water) + 2 : 0;
        // 16: the gaps between the columns and the column of shares.
        var fixedColumns = boundaryColumns + energyColumns + carbonColumns + waterColumns + 16;
        var nameColumns = Math.Clamp(screen.Width - fixedColumns, 8, Math.Clamp(CountColumns(row => row.Phase), 8, 20));
        var barColumns = Math.Clamp(screen.Width - nameColumns - fixedColumns, 0, 24);
        foreach (var row in rows.Prepend(heads))
        {
            var name = TextSanitizer.FitToColumns(TextSanitizer.ToOneLine(row.Phase), nameColumns, screen.Unicode);
            var boundary = TextSanitizer.FitToColumns(row.Boundary, boundaryColumns, screen.Unicode);
            var water = waterColumns > 0 ? row.Water.PadLeft(waterColumns) : "";
            var text = $"  {name}  {boundary}  {row.Energy.PadLeft(energyColumns)}  {row.Carbon.PadLeft(carbonColumns)}{water}";
            var share = DisplayValue.FormatPercent(row.Share ?? 0).PadLeft(6);
            if (ReferenceEquals(row, heads))
                sheet.WriteRaw(StyledText.Faint(text + "  " + "share".PadLeft(6)));
            else if (row.IsSum)
                sheet.WriteRaw(StyledText.Strong(text), "  ", StyledText.Strong(share));
            else
                sheet.WriteRaw(text, "  ", share, " ", DrawBar(row.Share ?? 0, barColumns, screen));
        }

        int CountColumns(Func<Row, string> getCell) => rows.Append(heads).Max(row => TextSanitizer.CountColumns(getCell(row)));
    }

    static IEnumerable<Row> CreateRows(string name, LifeCycleFigures figures, LifeCycle life, TerminalCapabilities screen)
    {
        foreach (var (i, step) in figures.Steps.Index())
        {
            var energyAdded = step.EnergyAdded is { } added ? FootprintFormat.FormatValue(added) : "";
            yield return new Row(
                i == 0 ? name : "", (i == 0 ? "  " : "+ ") + step.Name, energyAdded, FormatMass(step.EmissionsAdded, screen),
                FormatWaterAdded(figures, i), ComputeShare(step.EmissionsAdded.Value, life), IsSum: false);
        }

        yield return new Row(
            figures.Steps.IsEmpty ? name : "", "= all", FootprintFormat.FormatValue(figures.FacilityEnergy),
            FormatMass(figures.Total, screen), figures.Water is { } water ? FootprintFormat.FormatValue(water) : "",
            ComputeShare(figures.Total.Value, life), IsSum: true);
    }

    /// <summary>
    /// The water that a boundary step adds: the total up to the step, less the total before it. Empty if it is unknown, or if the step
    /// adds no energy.
    /// </summary>
    internal static string FormatWaterAdded(LifeCycleFigures figures, int step)
    {
        if (figures.Steps[step] is not { EnergyAdded: not null, Water: { } total })
            return "";
        var before = step > 0 ? figures.Steps[step - 1].Water?.Value ?? 0 : 0;
        return DisplayValue.Format(total.Value - before, "L", 2);
    }

    static void WriteFindings(StyledTextWriter sheet, LifeCycle life, string dot)
    {
        var screen = sheet.Capabilities;
        if (life.FindLargestContributor() is { } dominant)
        {
            var phaseShare = StyledTextWriter.ToUnbreakable(DisplayValue.FormatPercent(dominant.Share));
            var stepShare = StyledTextWriter.ToUnbreakable(DisplayValue.FormatPercent(dominant.StepShare));
            sheet.WriteRow("dominates", StyledText.Strong(TextSanitizer.ToOneLine(dominant.Phase.Description.Name)),
                $" is {phaseShare} of the emissions; the largest part of it is {DescribeStep(dominant.Step.Name)}, {stepShare} of all");
        }

        foreach (var phase in life.Phases)
            WriteRates(sheet, phase, dot);
        foreach (var breakEven in life.BreakEvens)
        {
            sheet.WriteRow(breakEven == life.BreakEvens[0] ? "break-even" : "",
                "deployment exceeds all earlier phases, by ", breakEven.Measure, ", after ",
                StyledText.Strong(StyledTextWriter.ToUnbreakable(FormatDays(breakEven, screen.Dash))), " ",
                StyledText.Faint($"({breakEven.ComparedBoundary})"));
        }

        WriteMarketBased(sheet, life);
        WriteWater(sheet, life);
        var phasesByFactors = life.Phases
            .SelectMany(phase => phase.Factors.Select(factors => (phase.Description.Name, Factors: factors)))
            .GroupBy(pair => (pair.Factors.Grid.Intensity.Id, pair.Factors.Pue.Id));
        foreach (var group in phasesByFactors)
            WritePlace(sheet, string.Join(", ", group.Select(pair => pair.Name)), group.First().Factors, dot);
        foreach (var note in life.Description.Notes.Concat(life.Phases.SelectMany(phase => phase.Notes)))
            sheet.WriteRow("note", TextSanitizer.ToOneLine(note));
        WriteExactInputs(sheet, life);
        foreach (var warning in life.Warnings)
        {
            sheet.WriteRow("warning", new StyledText(TextSanitizer.ToOneLine(warning.Code) + ":", TextStyle.Warning), " ",
                WarningText.Format(warning));
        }
    }

    static void WriteMarketBased(StyledTextWriter sheet, LifeCycle life)
    {
        var dash = sheet.Capabilities.Dash;
        var named = life.Phases.Select(phase => (phase.Description.Name, phase.Figures)).Append(("whole life", life.Totals));
        foreach (var (name, figures) in named)
        {
            if (figures.MarketBased is { } market)
            {
                var locationBased = StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(figures.Operational, dash));
                sheet.WriteRow("market", $"{TextSanitizer.ToOneLine(name)}: ",
                    StyledText.Strong(StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(market, dash))),
                    $" market-based, beside {locationBased} location-based, from electricity");
            }
        }

        if (life.Totals.MarketBased is not null)
        {
            sheet.WriteRow("", StyledText.Faint(
                "location-based emissions count all of it, on-site generation included, at the grid's mean intensity; the two are "
                + "never subtracted from each other"));
        }
    }

    static void WriteWater(StyledTextWriter sheet, LifeCycle life)
    {
        if (life.Totals.Water is not { } water)
            return;
        var byPhase = "";
        if (life.Phases.Length > 1)
        {
            byPhase = string.Join(", ", life.Phases.Where(phase => phase.Figures.Water is not null).Select(phase =>
                $"{TextSanitizer.ToOneLine(phase.Description.Name)} "
                + StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(phase.Figures.Water!)))) + "; ";
        }

        sheet.WriteRow("water",
            StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(water, sheet.Capabilities.Dash)), " ",
            StyledText.Faint($"({byPhase}on site and in generation)"));
    }

    static void WriteExactInputs(StyledTextWriter sheet, LifeCycle life)
    {
        if (life.ExactInputs.IsEmpty)
            return;
        var names = string.Join(", ", life.ExactInputs.Take(MaxNamedExactInputs)
            .Select(factor => $"{factor.Label} {DisplayValue.FormatFactor(factor).Text}"));
        var ellipsis = life.ExactInputs.Length > MaxNamedExactInputs ? ", …" : "";
        sheet.WriteRow("given", $"{DescribeExactCount(life.ExactInputs.Length)} taken as exact "
            + $"({TextSanitizer.ToOneLine(names)}{ellipsis}): the interval does not include their uncertainty");
    }

    static void WriteRates(StyledTextWriter sheet, AccountedPhase phase, string dot)
    {
        var parts = new List<StyledText>();
        if (phase.Description.Kind == PhaseKind.Deployment && phase.EmissionsPerDay is { } perDay)
        {
            var days = StyledTextWriter.ToUnbreakable(DisplayValue.Format(phase.Description.Duration!.Bounds.Best / 24, "d"));
            parts.AddRange(
                [StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(perDay, "kg CO2e") + " a day"), $" over {days}"]);
            if (phase.EnergyPerDay is { } energy)
                parts.AddRange([dot, StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(energy, "kWh") + " a day")]);
        }

        foreach (var (unit, energy, emissions) in phase.PerUnit)
        {
            if (parts.Count > 0)
                parts.Add(dot);
            parts.AddRange(
            [
                StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(energy)), " and ",
                StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(emissions)), " per ", TextSanitizer.ToOneLine(unit.Name),
            ]);
        }

        if (parts.Count > 0)
            sheet.WriteRow("rate", [$"{TextSanitizer.ToOneLine(phase.Description.Name)}: ", .. parts]);
        foreach (var (name, energy, emissions) in phase.Data)
        {
            sheet.WriteRow("data",
            [
                $"{TextSanitizer.ToOneLine(phase.Description.Name)}, {name}: ",
                StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(energy)), " and ",
                StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(emissions)), ", not part of any sum",
            ]);
        }
    }

    static void WritePlace(StyledTextWriter sheet, string phases, AccountingFactors factors, string dot)
    {
        var dash = sheet.Capabilities.Dash;
        var parts = new List<StyledText>
        {
            $"{TextSanitizer.ToOneLine(phases)}: ",
            StyledText.Strong(TextSanitizer.ToOneLine(factors.Grid.Zone ?? "given")),
            " ",
            StyledTextWriter.ToUnbreakable(DisplayValue.FormatFactor(factors.Grid.Intensity).FormatWithInterval(dash)),
        };
        if (factors.Grid.Zone is not null)
            parts.AddRange([dot, TextSanitizer.ToOneLine(factors.Grid.How)]);
        parts.AddRange(
        [
            dot, StyledTextWriter.ToUnbreakable($"PUE {DisplayValue.FormatFactor(factors.Pue).FormatWithInterval(dash)}"), " ",
            StyledText.Faint(TextSanitizer.ToOneLine(factors.PueHow)),
        ]);
        sheet.WriteRow("grid", parts);
    }

    /// <summary>Begins a sentence on numbers without bounds, in the singular or the plural.</summary>
    internal static string DescribeExactCount(int count) =>
        count == 1 ? "1 number has no bounds and is" : $"{count} numbers have no bounds and are";

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

    /// <summary>Emissions as a mass without "CO2e", which is the heading of the column.</summary>
    static string FormatMass(Figure figure, TerminalCapabilities screen) =>
        FootprintFormat.FormatWithInterval(figure, screen.Dash).Replace(" CO2e", "", StringComparison.Ordinal);

    static double ComputeShare(double kilograms, LifeCycle life) =>
        life.Totals.Total.Value > 0 ? kilograms / life.Totals.Total.Value : 0;

    static StyledText FormatQuality(Figure figure)
    {
        var quality = StyledText.FromQuality(figure.Quality);
        if (figure.Quality == Quality.Measured || figure.MeasuredShare < 0.0005)
            return quality;
        var share = DisplayValue.FormatPercent(figure.MeasuredShare);
        return quality with
        {
            Text = StyledTextWriter.ToUnbreakable($"{share} of the energy measured, rest {EnumWords.Format(figure.Quality)}"),
        };
    }

    static StyledText DrawBar(double share, int columns, TerminalCapabilities screen)
    {
        if (columns < 4)
            return "";
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * columns * 8);
        var bar = screen.Unicode
            ? new string('█', eighths / 8) + (eighths % 8 > 0 ? "▏▎▍▌▋▊▉"[(eighths % 8) - 1].ToString() : "")
            : new string('#', (eighths + 4) / 8);
        return new(bar, TextStyle.Bar);
    }

    sealed record Row(string Phase, string Boundary, string Energy, string Carbon, string Water, double? Share, bool IsSum);
}
