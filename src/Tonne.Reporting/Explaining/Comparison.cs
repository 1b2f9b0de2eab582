using System.Collections.Immutable;
using System.Globalization;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Explaining;

/// <summary>Runs compared with the first of them: ratios in which the factors that both share cancel.</summary>
/// <remarks>
/// Two figures are divided only if their boundaries are the same: policy, extent, kinds of component, basis, method, embodied. Else what differs is said and there is no ratio.
/// The same factor id is the same unknown, so what is uncertain of both (the watts of one processor type, one grid) does not widen the ratio.
/// A ratio says nothing of how one run differs from the next of the same command; only several runs of each do.
/// </remarks>
public sealed class Comparison
{
    Comparison(ImmutableArray<ComparedRun> runs, ImmutableArray<string> names)
    {
        (Runs, Names) = (runs, names);
        var uncertainty = new Uncertainty();
        Contrasts = [.. runs.Skip(1).Select((run, i) => Contrast(uncertainty, runs[0], names[0], run, names[i + 1]))];
        Ranking = [.. Enumerable.Range(0, runs.Length)
            .Where(i => i == 0 || Contrasts[i - 1].EmissionsRatio is not null)
            .OrderBy(i => EmissionsOf(i).Value)];
    }

    /// <summary>The runs; the first is the one the others are compared with.</summary>
    public ImmutableArray<ComparedRun> Runs { get; }

    /// <summary>A name for each run, all different: its own, with its id where two share one.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Each run but the first, against the first.</summary>
    public ImmutableArray<RunContrast> Contrasts { get; }

    /// <summary>Indices of the runs whose emissions can be compared with the first's, the lowest emissions first.</summary>
    public ImmutableArray<int> Ranking { get; }

    /// <summary>Compares runs.</summary>
    /// <exception cref="ArgumentException">Fewer than two runs.</exception>
    public static Comparison Of(IReadOnlyList<ComparedRun> runs)
    {
        if (runs.Count < 2)
            throw new ArgumentException("A comparison needs two runs or more.", nameof(runs));
        var names = runs.Select(run => Printable.OneLine(run.Record.Opening.Name)).ToList();
        var distinct = runs.Select((run, i) => names.Count(name => name == names[i]) > 1 ? $"{names[i]} ({run.Record.Opening.Id})" : names[i]);
        return new([.. runs], [.. distinct]);
    }

    /// <summary>Writes the comparison as a table and a verdict.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="screen">What can be shown.</param>
    public void Write(TextWriter writer, Screen screen)
    {
        var sheet = new Sheet(writer, screen);
        sheet.Blank();
        Table(sheet);
        foreach (var (contrast, i) in Contrasts.Select((contrast, i) => (contrast, i)))
        {
            sheet.Blank();
            foreach (var difference in contrast.EnergyDifferences.Concat(contrast.EmissionsDifferences).Distinct(StringComparer.Ordinal))
                sheet.Line(new Inked("Different boundary:", Ink.Warning), " ", difference);
            for (var k = 0; k < contrast.Verdict.Length; k++)
                sheet.Line(k == 0 ? Inked.Strong(contrast.Verdict[k]) : contrast.Verdict[k]);
            if (!contrast.Equivalents.IsEmpty)
                sheet.Line(["The difference is as much ", .. EquivalentWords.Parts(screen, contrast.Equivalents), "."]);
        }

        if (Runs.Length > 2 && Ranking.Length > 1)
        {
            sheet.Blank();
            sheet.Line("Ranked by emissions, least first: ", string.Join(", ", Ranking.Select((run, place) => string.Create(CultureInfo.InvariantCulture, $"{place + 1}. {Names[run]}"))));
        }

        sheet.Blank();
        sheet.Line(Inked.Faint("One run each: how much the same command varies from run to run is not in these intervals; run each several times to see it."));
    }

    void Table(Sheet sheet)
    {
        var screen = sheet.Screen;
        var (energy, emissions) = (Runs.Max(run => run.Footprint.Energy.Value), Runs.Max(run => run.Footprint.Total.Value));
        var rows = new List<string[]> { new[] { "run", "energy", "emissions", "time", "grid" } };
        for (var i = 0; i < Runs.Length; i++)
        {
            var (record, footprint) = (Runs[i].Record, Runs[i].Footprint);
            rows.Add([
                Names[i],
                Readout.Of(footprint.Energy.Bounds, footprint.Energy.Unit, energy).Full(screen.Dash),
                Readout.Of(footprint.Total.Bounds, footprint.Total.Unit, emissions).Full(screen.Dash),
                Readout.Duration(record.DurationSeconds),
                $"{Printable.OneLine(footprint.Factors.Grid.Zone ?? "given")} {Readout.Metric(footprint.Factors.Grid.Intensity.Bounds.Best)} g/kWh",
            ]);
        }

        var widths = Enumerable.Range(0, 5).Select(column => rows.Max(row => Printable.Columns(row[column]))).ToList();
        var room = screen.Width - 2 - widths.Skip(1).Sum(width => width + 2);
        if (room >= 8)
        {
            widths[0] = Math.Min(widths[0], room);
            for (var i = 0; i < rows.Count; i++)
                sheet.Raw(i == 0 ? Inked.Faint(Joined(rows[i])) : Joined(rows[i]));
        }
        else
        {
            foreach (var row in rows.Skip(1))
            {
                sheet.Line(Inked.Strong(row[0]));
                sheet.Line($"  {Sheet.Whole(row[1])} {screen.Dot} {Sheet.Whole(row[2])} {screen.Dot} {Sheet.Whole(row[3])} {screen.Dot} {Sheet.Whole(row[4])}");
            }
        }

        string Joined(string[] row) =>
            "  " + string.Concat(row.Select((cell, column) => column == 0 ? Printable.Fit(cell, widths[0], screen.Unicode) : "  " + Printable.Fit(cell, widths[column], screen.Unicode)));
    }

    Figure EmissionsOf(int run) => run > 0 && Contrasts[run - 1].EmissionsFigure == Runs[run].Footprint.Operational.Name
        ? Runs[run].Footprint.Operational
        : Runs[run].Footprint.Total;

    static RunContrast Contrast(Uncertainty uncertainty, ComparedRun first, string firstName, ComparedRun other, string otherName)
    {
        var (a, b) = (first.Footprint, other.Footprint);
        var energyDifferences = Differences(a.Energy.Boundary, b.Energy.Boundary, firstName, otherName);
        // Where the hardware's making is known of one only, the electricity of both can still be compared.
        var both = a.Embodied is null == (b.Embodied is null);
        var (from, to) = both ? (a.Total, b.Total) : (a.Operational, b.Operational);
        var emissionsDifferences = Differences(from.Boundary, to.Boundary, firstName, otherName);
        var energyRatio = RatioOf(energyDifferences, b.Energy, a.Energy);
        var emissionsRatio = RatioOf(emissionsDifferences, to, from);
        Interval? difference = emissionsDifferences.IsEmpty ? Interval.Of(uncertainty.Difference(to.Derivation, from.Derivation)) : null;
        var verdict = new List<string>();
        if (energyRatio is { } energy)
            verdict.Add($"{Sentence(otherName, "uses", energy, "energy", firstName)}, whatever the grid.");
        else
            verdict.Add($"No ratio of energy: {(energyDifferences.IsEmpty ? $"{firstName} used none" : "the boundaries differ")}.");
        if (emissionsRatio is { } emissions && difference is { } kilograms)
        {
            var what = both ? "" : " from electricity (making the hardware is known of one only)";
            verdict.Add($"{Sentence(otherName, "emits", emissions, "CO2e" + what, firstName)}: {Amount(kilograms)}. {Grids(a, b)}");
        }
        else
        {
            verdict.Add($"No ratio of emissions: {(emissionsDifferences.IsEmpty ? $"{firstName} emitted none" : "the boundaries differ")}.");
        }

        return new RunContrast
        {
            Run = other,
            EnergyDifferences = energyDifferences,
            EmissionsDifferences = emissionsDifferences,
            EmissionsFigure = to.Name,
            EnergyRatio = energyRatio,
            EmissionsRatio = emissionsRatio,
            EmissionsDifference = difference,
            DurationRatio = other.Record.DurationSeconds / first.Record.DurationSeconds,
            Verdict = [.. verdict],
            Equivalents = difference is { } apart ? EquivalentsOf(apart) : [],
        };

        // A difference that may be none is as much as nothing.
        static ImmutableArray<Equivalent> EquivalentsOf(Interval apart) => apart is { Low: > 0 } ? [.. Teaching.Equivalents.For(new Bounds(apart.Low, apart.Value, apart.High), "kg CO2e")]
            : apart is { High: < 0 } ? [.. Teaching.Equivalents.For(new Bounds(-apart.High, -apart.Value, -apart.Low), "kg CO2e")]
            : [];

        Interval? RatioOf(ImmutableArray<string> differences, Figure numerator, Figure denominator) =>
            differences.IsEmpty && denominator.Value > 0 ? Interval.Of(uncertainty.Ratio(numerator.Derivation, denominator.Derivation)) : null;
    }

    /// <summary>What differs between two boundaries, in words. Devices of one kind are one kind: one accelerator or eight, the machine is whole.</summary>
    static ImmutableArray<string> Differences(Boundary a, Boundary b, string nameA, string nameB)
    {
        var differences = ImmutableArray.CreateBuilder<string>();
        Check("policy", a.Policy, b.Policy);
        Check("extent", a.Extent, b.Extent);
        Check("components", Kinds(a), Kinds(b));
        Check("method", a.Method ?? "none", b.Method ?? "none");
        Check("basis", a.Basis ?? "none", b.Basis ?? "none");
        Check("making of the hardware", a.Embodied ? "counted" : "not counted", b.Embodied ? "counted" : "not counted");
        return differences.ToImmutable();

        void Check(string what, string ofA, string ofB)
        {
            if (ofA != ofB)
                differences.Add($"{what} is {ofA} in {nameA}, {ofB} in {nameB}.");
        }

        static string Kinds(Boundary boundary) => boundary.Components.IsDefaultOrEmpty ? "none"
            : string.Join(" + ", boundary.Components.Select(component => component.Split(':')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    static string Sentence(string other, string verb, Interval ratio, string what, string first)
    {
        const double Noise = 1e-9;
        if (Math.Abs(ratio.Low - 1) < Noise && Math.Abs(ratio.High - 1) < Noise)
            return $"{other} {verb} exactly as much {what} as {first}";
        if (ratio.Low <= 1 && ratio.High >= 1)
            return $"{other} and {first} cannot be told apart in {what} ({Signed(ratio.Low - 1)} to {Signed(ratio.High - 1)})";
        if (ratio.High < 1)
            return $"{other} {verb} {Range(1 - ratio.High, 1 - ratio.Low)} less {what} than {first}";
        if (ratio.Low < 2)
            return $"{other} {verb} {Range(ratio.Low - 1, ratio.High - 1)} more {what} than {first}";
        var (low, high) = (Times(ratio.Low), Times(ratio.High));
        return $"{other} {verb} {(low == high ? low : $"{low}–{high}")} times as much {what} as {first}";
    }

    static string Range(double low, double high)
    {
        var (from, to) = (Number(low), Number(high));
        return from == to ? $"{from} %" : $"{from}–{to} %";

        string Number(double share) => (share * 100).ToString(high < 0.0995 || high - low < 0.02 && high < 0.995 ? "0.#" : "0", CultureInfo.InvariantCulture);
    }

    static string Times(double ratio) => ratio.ToString(ratio < 9.95 ? "0.#" : "#,0", CultureInfo.InvariantCulture);

    static string Signed(double share) => (share > 0 ? "+" : "") + Readout.Percent(share);

    static string Amount(Interval kilograms)
    {
        var best = Readout.Of(Math.Abs(kilograms.Value), "kg CO2e", 2);
        return kilograms.Value < 0 ? $"{best} less" : kilograms.Value > 0 ? $"{best} more" : "no difference";
    }

    static string Grids(Accounting.Footprint a, Accounting.Footprint b)
    {
        var (gridA, gridB) = (a.Factors.Grid, b.Factors.Grid);
        return gridA.Intensity.Id == gridB.Intensity.Id
            ? "Both on the same grid, so its intensity cancels from the electricity."
            : $"The grids differ: {Grid(gridB)} against {Grid(gridA)}.";

        static string Grid(Accounting.GridFactor grid) => $"{Printable.OneLine(grid.Zone ?? "given")} at {Readout.Metric(grid.Intensity.Bounds.Best)} g CO2e/kWh";
    }
}
