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
/// Two figures are divided only if their boundaries are the same: policy, extent, kinds of component, basis, method, embodied. Otherwise
/// the differences are listed and there is no ratio. The same factor id is the same unknown quantity, so an uncertainty that both runs
/// share (the watts of one processor type, one grid) does not widen the ratio. A ratio does not show how much two runs of the same command
/// vary; only several runs of each do.
/// </remarks>
public sealed class RunComparison
{
    RunComparison(ImmutableArray<ComparedRun> runs, ImmutableArray<string> names)
    {
        (Runs, Names) = (runs, names);
        var uncertainty = new UncertaintyPropagator();
        PairwiseComparisons = [.. runs.Skip(1).Select((run, i) => CompareWithFirst(uncertainty, runs[0], names[0], run, names[i + 1]))];
        Ranking = [.. Enumerable.Range(0, runs.Length)
            .Where(i => i == 0 || PairwiseComparisons[i - 1].EmissionsRatio is not null)
            .OrderBy(i => EmissionsOf(i).Value)];
    }

    /// <summary>The runs; the first is the one the others are compared with.</summary>
    public ImmutableArray<ComparedRun> Runs { get; }

    /// <summary>A name for each run, all different: its own, with its id where two share one.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Each run but the first, against the first.</summary>
    public ImmutableArray<PairwiseComparison> PairwiseComparisons { get; }

    /// <summary>Indices of the runs whose emissions can be compared with the first's, the lowest emissions first.</summary>
    public ImmutableArray<int> Ranking { get; }

    /// <summary>Compares runs.</summary>
    /// <exception cref="ArgumentException">Fewer than two runs.</exception>
    public static RunComparison Compare(IReadOnlyList<ComparedRun> runs)
    {
        if (runs.Count < 2)
            throw new ArgumentException("A comparison needs two runs or more.", nameof(runs));
        var names = runs.Select(run => TextSanitizer.ToOneLine(run.Record.Opening.Name)).ToList();
        var distinct = runs.Select((run, i) => names.Count(name => name == names[i]) > 1 ? $"{names[i]} ({run.Record.Opening.Id})" : names[i]);
        return new([.. runs], [.. distinct]);
    }

    /// <summary>Writes the comparison as a table and a verdict.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public void Write(TextWriter writer, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        WriteTable(sheet);
        foreach (var (contrast, i) in PairwiseComparisons.Select((contrast, i) => (contrast, i)))
        {
            sheet.WriteBlankLine();
            foreach (var difference in contrast.EnergyDifferences.Concat(contrast.EmissionsDifferences).Distinct(StringComparer.Ordinal))
                sheet.WriteLine(new StyledText("Different boundary:", TextStyle.Warning), " ", difference);
            for (var k = 0; k < contrast.Verdict.Length; k++)
                sheet.WriteLine(k == 0 ? StyledText.Strong(contrast.Verdict[k]) : contrast.Verdict[k]);
            if (!contrast.Equivalents.IsEmpty)
                sheet.WriteLine(["The difference is equivalent to ", .. EquivalentText.FormatParts(screen, contrast.Equivalents), "."]);
        }

        if (Runs.Length > 2 && Ranking.Length > 1)
        {
            sheet.WriteBlankLine();
            sheet.WriteLine("Ranked by emissions, least first: ", string.Join(", ", Ranking.Select((run, place) => string.Create(CultureInfo.InvariantCulture, $"{place + 1}. {Names[run]}"))));
        }

        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Faint("One run each: how much the same command varies from run to run is not in these intervals; run each several times to see it."));
    }

    void WriteTable(StyledTextWriter sheet)
    {
        var screen = sheet.Capabilities;
        var (energy, emissions) = (Runs.Max(run => run.Footprint.Energy.Value), Runs.Max(run => run.Footprint.Total.Value));
        var rows = new List<string[]> { new[] { "run", "energy", "emissions", "time", "grid" } };
        for (var i = 0; i < Runs.Length; i++)
        {
            var (record, footprint) = (Runs[i].Record, Runs[i].Footprint);
            rows.Add([
                Names[i],
                DisplayValue.Format(footprint.Energy.Bounds, footprint.Energy.Unit, energy).FormatWithInterval(screen.Dash),
                DisplayValue.Format(footprint.Total.Bounds, footprint.Total.Unit, emissions).FormatWithInterval(screen.Dash),
                DisplayValue.FormatDuration(record.DurationSeconds),
                $"{TextSanitizer.ToOneLine(footprint.Factors.Grid.Zone ?? "given")} {DisplayValue.FormatMetric(footprint.Factors.Grid.Intensity.Bounds.Best)} g/kWh",
            ]);
        }

        var widths = Enumerable.Range(0, 5).Select(column => rows.Max(row => TextSanitizer.CountColumns(row[column]))).ToList();
        var room = screen.Width - 2 - widths.Skip(1).Sum(width => width + 2);
        if (room >= 8)
        {
            widths[0] = Math.Min(widths[0], room);
            for (var i = 0; i < rows.Count; i++)
                sheet.WriteRaw(i == 0 ? StyledText.Faint(Joined(rows[i])) : Joined(rows[i]));
        }
        else
        {
            foreach (var row in rows.Skip(1))
            {
                sheet.WriteLine(StyledText.Strong(row[0]));
                sheet.WriteLine($"  {StyledTextWriter.ToUnbreakable(row[1])} {screen.Dot} {StyledTextWriter.ToUnbreakable(row[2])} {screen.Dot} {StyledTextWriter.ToUnbreakable(row[3])} {screen.Dot} {StyledTextWriter.ToUnbreakable(row[4])}");
            }
        }

        string Joined(string[] row) =>
            "  " + string.Concat(row.Select((cell, column) => column == 0 ? TextSanitizer.FitToColumns(cell, widths[0], screen.Unicode) : "  " + TextSanitizer.FitToColumns(cell, widths[column], screen.Unicode)));
    }

    Figure EmissionsOf(int run) => run > 0 && PairwiseComparisons[run - 1].EmissionsFigure == Runs[run].Footprint.Operational.Name
        ? Runs[run].Footprint.Operational
        : Runs[run].Footprint.Total;

    static PairwiseComparison CompareWithFirst(UncertaintyPropagator uncertainty, ComparedRun first, string firstName, ComparedRun other, string otherName)
    {
        var (a, b) = (first.Footprint, other.Footprint);
        var energyDifferences = DescribeDifferences(a.Energy.Boundary, b.Energy.Boundary, firstName, otherName);
        // If embodied emissions are known of one run only, the electricity of both can still be compared.
        var both = a.Embodied is null == (b.Embodied is null);
        var (from, to) = both ? (a.Total, b.Total) : (a.Operational, b.Operational);
        var emissionsDifferences = DescribeDifferences(from.Boundary, to.Boundary, firstName, otherName);
        var energyRatio = RatioOf(energyDifferences, b.Energy, a.Energy);
        var emissionsRatio = RatioOf(emissionsDifferences, to, from);
        Interval? difference = emissionsDifferences.IsEmpty ? Interval.From(uncertainty.ComputeDifference(to.Derivation, from.Derivation)) : null;
        var verdict = new List<string>();
        if (energyRatio is { } energy)
            verdict.Add($"{FormatSentence(otherName, "uses", energy, "energy", firstName)}, whatever the grid.");
        else
            verdict.Add($"No ratio of energy: {(energyDifferences.IsEmpty ? $"{firstName} used none" : "the boundaries differ")}.");
        if (emissionsRatio is { } emissions && difference is { } kilograms)
        {
            var what = both ? "" : " from electricity (embodied emissions are known of one only)";
            verdict.Add($"{FormatSentence(otherName, "emits", emissions, "CO2e" + what, firstName)}: {FormatAmount(kilograms)}. {DescribeGrids(a, b)}");
        }
        else
        {
            verdict.Add($"No ratio of emissions: {(emissionsDifferences.IsEmpty ? $"{firstName} emitted none" : "the boundaries differ")}.");
        }

        return new PairwiseComparison
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

        // A difference that may be zero has no equivalents.
        static ImmutableArray<Equivalent> EquivalentsOf(Interval apart) => apart is { Low: > 0 } ? [.. Teaching.Equivalents.Choose(new Bounds(apart.Low, apart.Value, apart.High), "kg CO2e")]
            : apart is { High: < 0 } ? [.. Teaching.Equivalents.Choose(new Bounds(-apart.High, -apart.Value, -apart.Low), "kg CO2e")]
            : [];

        Interval? RatioOf(ImmutableArray<string> differences, Figure numerator, Figure denominator) =>
            differences.IsEmpty && denominator.Value > 0 ? Interval.From(uncertainty.ComputeRatio(numerator.Derivation, denominator.Derivation)) : null;
    }

    /// <summary>
    /// Describes how two boundaries differ. The number of devices of one kind does not matter: in either case the whole machine is
    /// included.
    /// </summary>
    static ImmutableArray<string> DescribeDifferences(Boundary a, Boundary b, string nameA, string nameB)
    {
        var differences = ImmutableArray.CreateBuilder<string>();
        Check("policy", EnumWords.Format(a.Policy), EnumWords.Format(b.Policy));
        Check("extent", EnumWords.Format(a.Extent), EnumWords.Format(b.Extent));
        Check("components", Kinds(a), Kinds(b));
        Check("method", Word(a.Method), Word(b.Method));
        Check("basis", Word(a.Basis), Word(b.Basis));
        Check("embodied emissions", a.Embodied ? "included" : "not included", b.Embodied ? "included" : "not included");
        return differences.ToImmutable();

        void Check(string what, string ofA, string ofB)
        {
            if (ofA != ofB)
                differences.Add($"{what} is {ofA} in {nameA}, {ofB} in {nameB}.");
        }

        static string Word<T>(T? choice)
            where T : struct, Enum => choice is { } made ? EnumWords.Format(made) : "none";

        static string Kinds(Boundary boundary) => boundary.Components.IsDefaultOrEmpty ? "none"
            : string.Join(" + ", boundary.Components.Select(component => component.Split(':')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    static string FormatSentence(string other, string verb, Interval ratio, string what, string first)
    {
        const double Noise = 1e-9;
        if (Math.Abs(ratio.Low - 1) < Noise && Math.Abs(ratio.High - 1) < Noise)
            return $"{other} {verb} exactly as much {what} as {first}";
        if (ratio.Low <= 1 && ratio.High >= 1)
            return $"{other} and {first} do not differ in {what} beyond the uncertainty ({FormatSigned(ratio.Low - 1)} to {FormatSigned(ratio.High - 1)})";
        // Of little, a percentage of what is saved would say 100 %.
        if (ratio is { High: < 0.1, Low: > 0 })
            return $"{first} {verb} {FormatFactors(1 / ratio.High, 1 / ratio.Low)} times as much {what} as {other}";
        if (ratio.High < 1)
            return $"{other} {verb} {FormatRange(1 - ratio.High, 1 - ratio.Low)} less {what} than {first}";
        if (ratio.Low < 2)
            return $"{other} {verb} {FormatRange(ratio.Low - 1, ratio.High - 1)} more {what} than {first}";
        return $"{other} {verb} {FormatFactors(ratio.Low, ratio.High)} times as much {what} as {first}";
    }

    static string FormatRange(double low, double high)
    {
        var (from, to) = (Number(low), Number(high));
        return from == to ? $"{from} %" : $"{from}–{to} %";

        string Number(double share) => (share * 100).ToString(high < 0.0995 || high - low < 0.02 && high < 0.995 ? "0.#" : "0", CultureInfo.InvariantCulture);
    }

    static string FormatFactors(double low, double high) =>
        FormatFactor(low) is var from && FormatFactor(high) is var to && from == to ? from : $"{from}–{to}";

    static string FormatFactor(double ratio) => ratio.ToString(ratio < 9.95 ? "0.#" : "#,0", CultureInfo.InvariantCulture);

    static string FormatSigned(double share) => (share > 0 ? "+" : "") + DisplayValue.FormatPercent(share);

    static string FormatAmount(Interval kilograms)
    {
        var best = DisplayValue.Format(Math.Abs(kilograms.Value), "kg CO2e", 2);
        return kilograms.Value < 0 ? $"{best} less" : kilograms.Value > 0 ? $"{best} more" : "no difference";
    }

    static string DescribeGrids(Accounting.Footprint a, Accounting.Footprint b)
    {
        var (gridA, gridB) = (a.Factors.Grid, b.Factors.Grid);
        return gridA.Intensity.Id == gridB.Intensity.Id
            ? "Both on the same grid, so its intensity cancels from the electricity."
            : $"The grids differ: {Grid(gridB)} against {Grid(gridA)}.";

        static string Grid(Accounting.GridFactor grid) => $"{TextSanitizer.ToOneLine(grid.Zone ?? "given")} at {DisplayValue.FormatMetric(grid.Intensity.Bounds.Best)} g CO2e/kWh";
    }
}
