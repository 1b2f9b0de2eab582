using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Terminal;

/// <summary>A life cycle on a screen: by phase and by boundary, with bars; what dominates, when deployment outgrows the rest, what was left out and assumed.</summary>
public static class LifeCycleScreen
{
    const int MostExact = 3;

    // Columns from which on the table has room for water.
    const int WithWater = 100;

    /// <summary>Writes the life.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="life">The life.</param>
    /// <param name="screen">What can be shown.</param>
    public static void Write(TextWriter writer, LifeCycle life, Screen screen)
    {
        var sheet = new Sheet(writer, screen);
        var dot = $" {screen.Dot} ";
        sheet.Blank();
        sheet.Line(Inked.Strong(Printable.OneLine(life.Description.Name)), " ", Inked.Faint(Printable.OneLine(life.Description.Text)));
        sheet.Blank();
        var total = life.Whole.Total;
        var parts = new List<Inked> { Inked.Strong(Sheet.Whole(FootprintReadout.Text(total))) };
        if (!total.Bounds.IsExact)
            parts.AddRange([" ", Inked.Faint(Sheet.Whole(FootprintReadout.Interval(total, screen.Dash)))]);
        parts.AddRange([dot, Sheet.Whole(FootprintReadout.Text(life.Whole.FacilityEnergy)), " ", BoundaryWords.Extent(life.Whole.FacilityEnergy.Boundary), dot, QualityOf(life.Whole.Energy)]);
        sheet.Line(parts);
        sheet.Row("counted", Inked.Faint(BoundaryWords.Sentence(total.Boundary, dot)));
        EquivalentWords.Row(sheet, Equivalents.For(total));
        sheet.Blank();
        Table(sheet, life);
        sheet.Blank();
        Findings(sheet, life, dot);
    }

    static void Table(Sheet sheet, LifeCycle life)
    {
        var screen = sheet.Screen;
        List<Row> rows = [.. life.Phases.SelectMany(phase => RowsOf(phase.Described.Name, phase.Figures, life, screen))];
        if (life.Phases.Length > 1)
            rows.AddRange(RowsOf("whole life", life.Whole, life, screen));
        var heads = new Row("phase", "  boundary", "energy", "CO2e", "water", null, false);
        int Columns(Func<Row, string> cell) => rows.Append(heads).Max(row => Printable.Columns(cell(row)));
        var (boundary, energy, carbon, water) = (Columns(row => row.Boundary), Columns(row => row.Energy), Columns(row => row.Carbon), screen.Width >= WithWater ? Columns(row => row.Water) + 2 : 0);
        var taken = boundary + energy + carbon + water + 16;
        var name = Math.Clamp(screen.Width - taken, 8, Math.Clamp(Columns(row => row.Phase), 8, 20));
        var bar = Math.Clamp(screen.Width - name - taken, 0, 24);
        foreach (var row in rows.Prepend(heads))
        {
            var text = $"  {Printable.Fit(Printable.OneLine(row.Phase), name, screen.Unicode)}  {Printable.Fit(row.Boundary, boundary, screen.Unicode)}  {row.Energy.PadLeft(energy)}  {row.Carbon.PadLeft(carbon)}{(water > 0 ? row.Water.PadLeft(water) : "")}";
            if (ReferenceEquals(row, heads))
                sheet.Raw(Inked.Faint(text + "  " + "share".PadLeft(6)));
            else if (row.IsSum)
                sheet.Raw(Inked.Strong(text), "  ", Inked.Strong(Readout.Percent(row.Share ?? 0).PadLeft(6)));
            else
                sheet.Raw(text, "  ", Readout.Percent(row.Share ?? 0).PadLeft(6), " ", Bar(row.Share ?? 0, bar, screen));
        }
    }

    static IEnumerable<Row> RowsOf(string name, LifeFigures figures, LifeCycle life, Screen screen)
    {
        foreach (var (i, step) in figures.Steps.Index())
        {
            yield return new Row(i == 0 ? name : "", (i == 0 ? "  " : "+ ") + step.Name, step.EnergyAdded is { } added ? FootprintReadout.Text(added) : "",
                Carbon(step.EmissionsAdded, screen), Water(figures, i), Share(step.EmissionsAdded.Value, life), false);
        }

        yield return new Row(figures.Steps.IsEmpty ? name : "", "= all", FootprintReadout.Text(figures.FacilityEnergy), Carbon(figures.Total, screen), figures.Water is { } water ? FootprintReadout.Text(water) : "",
            Share(figures.Total.Value, life), true);
    }

    /// <summary>Water that a step adds: what is inside up to it, less what was before. Empty where it is unknown, or where a step draws nothing.</summary>
    internal static string Water(LifeFigures figures, int step) =>
        figures.Steps[step] is { EnergyAdded: not null, Water: { } until } ? Readout.Of(until.Value - (step > 0 ? figures.Steps[step - 1].Water?.Value ?? 0 : 0), "L", 2) : "";

    static void Findings(Sheet sheet, LifeCycle life, string dot)
    {
        var screen = sheet.Screen;
        if (life.Dominant() is { } dominant)
        {
            sheet.Row("dominates", Inked.Strong(Printable.OneLine(dominant.Phase.Described.Name)), $" makes {Sheet.Whole(Readout.Percent(dominant.Share))} of the emissions; the largest part of it is {Words(dominant.Step.Name)}, {Sheet.Whole(Readout.Percent(dominant.StepShare))} of all");
        }

        foreach (var phase in life.Phases)
            Rates(sheet, phase, dot);
        foreach (var outgrowth in life.Outgrowths)
        {
            sheet.Row(outgrowth == life.Outgrowths[0] ? "outgrows" : "", "deployment has used as much as making the model, by ", outgrowth.Measure, ", after ", Inked.Strong(Sheet.Whole(Days(outgrowth, screen.Dash))), " ", Inked.Faint($"({outgrowth.Counted})"));
        }

        foreach (var (words, figures) in life.Phases.Select(phase => (phase.Described.Name, phase.Figures)).Append(("whole life", life.Whole)))
        {
            if (figures.MarketBased is { } market)
            {
                sheet.Row("market", $"{Printable.OneLine(words)}: ", Inked.Strong(Sheet.Whole(FootprintReadout.Full(market, screen.Dash))), $" market-based, beside {Sheet.Whole(FootprintReadout.Full(figures.Operational, screen.Dash))} location-based, from electricity");
            }
        }

        if (life.Whole.MarketBased is not null)
            sheet.Row("", Inked.Faint("location-based counts all of it at the grid's mean, what was made on the site too; the two are never netted"));

        if (life.Whole.Water is { } water)
        {
            var each = life.Phases.Length < 2 ? "" : string.Join(", ", life.Phases.Where(phase => phase.Figures.Water is not null).Select(phase => $"{Printable.OneLine(phase.Described.Name)} {Sheet.Whole(FootprintReadout.Text(phase.Figures.Water!))}")) + "; ";
            sheet.Row("water", Sheet.Whole(FootprintReadout.Full(water, screen.Dash)), " ", Inked.Faint($"({each}on site and in generation)"));
        }

        foreach (var place in life.Phases.SelectMany(phase => phase.Factors.Select(factors => (phase.Described.Name, Factors: factors))).GroupBy(place => (place.Factors.Grid.Intensity.Id, place.Factors.Pue.Id)))
            Place(sheet, string.Join(", ", place.Select(one => one.Name)), place.First().Factors, dot);
        foreach (var note in life.Description.Notes.Concat(life.Phases.SelectMany(phase => phase.Notes)))
            sheet.Row("note", Printable.OneLine(note));
        if (life.TakenAsExact.Length > 0)
        {
            var some = string.Join(", ", life.TakenAsExact.Take(MostExact).Select(factor => $"{factor.Label} {Readout.OfFactor(factor).Text}"));
            sheet.Row("given", $"{Numbers(life.TakenAsExact.Length)} taken as exact ({Printable.OneLine(some)}{(life.TakenAsExact.Length > MostExact ? ", …" : "")}): the interval does not hold them");
        }

        foreach (var doubt in life.Doubts)
            sheet.Row("doubt", new Inked(Printable.OneLine(doubt.Code) + ":", Ink.Warning), " ", Printable.OneLine(doubt.Text));
    }

    static void Rates(Sheet sheet, PhaseLife phase, string dot)
    {
        var parts = new List<Inked>();
        if (phase.Described.Kind == PhaseKind.Deployment && phase.EmissionsPerDay is { } perDay)
        {
            parts.AddRange([Sheet.Whole(FootprintReadout.Text(perDay, "kg CO2e") + " a day"), $" over {Sheet.Whole(Readout.Of(phase.Described.Duration!.Bounds.Best / 24, "d"))}"]);
            if (phase.EnergyPerDay is { } energy)
                parts.AddRange([dot, Sheet.Whole(FootprintReadout.Text(energy, "kWh") + " a day")]);
        }

        foreach (var (unit, energy, emissions) in phase.PerUnit)
        {
            if (parts.Count > 0)
                parts.Add(dot);
            parts.AddRange([Sheet.Whole(FootprintReadout.Text(energy)), " and ", Sheet.Whole(FootprintReadout.Text(emissions)), " per ", Printable.OneLine(unit.Name)]);
        }

        if (parts.Count > 0)
            sheet.Row("rate", [$"{Printable.OneLine(phase.Described.Name)}: ", .. parts]);
    }

    static void Place(Sheet sheet, string phases, AccountingFactors factors, string dot)
    {
        var where = new List<Inked> { $"{Printable.OneLine(phases)}: ", Inked.Strong(Printable.OneLine(factors.Grid.Zone ?? "given")), " ", Sheet.Whole(Readout.OfFactor(factors.Grid.Intensity).Full(sheet.Screen.Dash)) };
        if (factors.Grid.Zone is not null)
            where.AddRange([dot, Printable.OneLine(factors.Grid.How)]);
        sheet.Row("grid", [.. where, dot, Sheet.Whole($"PUE {Readout.OfFactor(factors.Pue).Full(sheet.Screen.Dash)}"), " ", Inked.Faint(Printable.OneLine(factors.PueHow))]);
    }

    internal static string Numbers(int count) => count == 1 ? "1 number carries no bounds and is" : $"{count} numbers carry no bounds and are";

    internal static string Days(Outgrowth outgrowth, string dash)
    {
        if (outgrowth.Days < 10)
            return Readout.Of(new Bounds(outgrowth.Low, outgrowth.Days, outgrowth.High), "days").Full(dash);
        var days = outgrowth.Low == outgrowth.High ? Readout.Count((long)Math.Ceiling(outgrowth.Days)) + " days"
            : string.Create(CultureInfo.InvariantCulture, $"{outgrowth.Days:N0} days ({outgrowth.Low:N0}{dash}{outgrowth.High:N0})");
        return outgrowth.Days > 730 ? string.Create(CultureInfo.InvariantCulture, $"{days}, {outgrowth.Days / 365.25:0.0} years") : days;
    }

    internal static string Words(string step) => step switch
    {
        "dynamic" => "running the work",
        "facility" => "the building",
        "embodied" => "making the hardware",
        _ => step,
    };

    /// <summary>A mass without the name of the gas, which stands over the column.</summary>
    static string Carbon(Figure figure, Screen screen) => FootprintReadout.Full(figure, screen.Dash).Replace(" CO2e", "", StringComparison.Ordinal);

    static double Share(double kilograms, LifeCycle life) => life.Whole.Total.Value > 0 ? kilograms / life.Whole.Total.Value : 0;

    static Inked QualityOf(Figure figure) => figure.Quality != Quality.Measured && figure.MeasuredShare >= 0.0005
        ? Inked.Of(figure.Quality) with { Text = Sheet.Whole($"{Readout.Percent(figure.MeasuredShare)} of the energy measured, rest {EnumText.Name(figure.Quality)}") }
        : Inked.Of(figure.Quality);

    static Inked Bar(double share, int columns, Screen screen)
    {
        if (columns < 4)
            return "";
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * columns * 8);
        var bar = screen.Unicode ? new string('█', eighths / 8) + (eighths % 8 > 0 ? "▏▎▍▌▋▊▉"[(eighths % 8) - 1].ToString() : "") : new string('#', (eighths + 4) / 8);
        return new(bar, Ink.Bar);
    }

    sealed record Row(string Phase, string Boundary, string Energy, string Carbon, string Water, double? Share, bool IsSum);
}
