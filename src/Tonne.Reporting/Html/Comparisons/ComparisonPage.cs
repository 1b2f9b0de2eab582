using System.Globalization;
using Tonne.Accounting;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Html.Comparisons;

/// <summary>Makes the document of a page from a comparison of runs.</summary>
static class ComparisonPage
{
    /// <summary>Creates the document.</summary>
    public static ComparisonPageDocument Create(RunComparison comparison, bool withDetails)
    {
        var clean = PageText.GetCleaner(withDetails);
        var (runs, names) = (comparison.Runs, comparison.Names.Select(clean).ToList());
        var (energy, facility, emissions) = (runs.Max(run => run.Footprint.Energy.Value),
            runs.Max(run => run.Footprint.FacilityEnergy.Value), runs.Max(run => run.Footprint.Total.Value));
        if (runs.Length > PageDocument.MaxComparedRuns)
            throw new ArgumentException($"A page compares at most {PageDocument.MaxComparedRuns} runs.", nameof(comparison));
        var parts = runs.Select((run, i) => CreateRun(run, names[i], energy, facility, emissions, clean, withDetails)).ToList();
        var pairs = comparison.PairwiseComparisons.Select((pair, i) => CreatePair(comparison, pair, i + 1, clean)).ToList();
        return new ComparisonPageDocument
        {
            Method = runs[0].Footprint.Method,
            FactorsHash = runs[0].Footprint.Factors.FactorsHash,
            Answer = CreateAnswer(names, pairs, runs[0].Footprint),
            Runs = parts,
            Pairs = pairs,
            Facts = ComparisonFacts.Create(runs, clean, withDetails),
            StagesFinding = DescribeStages(parts),
            EpochsFinding = DescribeEpochs(parts),
            BoundariesFinding = DescribeBoundaries(parts),
            Derivation = CreateDerivation(comparison, names),
            Notes = ["One run each: how much the same command varies from run to run is not in these intervals. "
                + "Run each several times (tonne bench) to see it."],
            Warnings = ReportDocumentBuilder.CreateWarnings(
                runs.SelectMany(run => RunDocument.CollectWarnings(run.Record, run.Footprint.Warnings)).Distinct(), clean),
            Sources = [.. runs.SelectMany(run => run.Footprint.GetSources()).DistinctBy(source => source.Id)
                .OrderBy(source => source.Id, StringComparer.Ordinal)],
        };
    }

    static ComparisonPageDocument.ComparedRunPart CreateRun(
        ComparedRun run, string name, double energy, double facility, double emissions, Func<string, string> clean, bool withDetails)
    {
        var (record, footprint) = (run.Record, run.Footprint);
        return new(
            record.Opening.Id, name, EnumWords.Format(record.Status), record.Opening.StartedAt, record.DurationSeconds,
            DisplayValue.FormatDuration(record.DurationSeconds), ReportFigure.From(footprint.Energy, energy),
            ReportFigure.From(footprint.FacilityEnergy, facility), ReportFigure.From(footprint.Operational, emissions),
            footprint.Embodied is { } embodied ? ReportFigure.From(embodied, emissions) : null,
            ReportFigure.From(footprint.Total, emissions), ReportDocumentBuilder.CreateComponents(record),
            ReportPlace.FromGrid(footprint.Factors, PlaceName.Format(record.Opening.Place, footprint.Factors.Grid), clean),
            ReportPlace.FromPue(footprint.Factors, clean), StageRows.Create(record, footprint), EpochRows.Create(record, footprint),
            BoundaryLadder.Create(record, footprint, emissions), withDetails ? ReportDocumentBuilder.CreateDetails(record) : null);
    }

    static ComparisonPageDocument.ComparisonPair CreatePair(
        RunComparison comparison, PairwiseComparison pair, int index, Func<string, string> clean)
    {
        var (first, other) = (comparison.Runs[0].Footprint, pair.Run.Footprint);
        var firstIds = CollectUncertain(first.Total.Derivation);
        var otherIds = CollectUncertain(other.Total.Derivation);
        var shared = firstIds.Intersect(otherIds, StringComparer.Ordinal).Count();
        return new(
            index, CreateRatio(pair.EnergyRatio), CreateRatio(pair.EmissionsRatio),
            pair.EmissionsFigure == first.Operational.Name && first.Operational.Name != first.Total.Name
                ? "emissions from electricity" : "emissions",
            pair.EmissionsDifference is { } difference ? DescribeDifference(difference) : null,
            CreateRatio(new Interval(pair.DurationRatio, pair.DurationRatio, pair.DurationRatio))!,
            [.. pair.Verdict.Select(clean)],
            [.. pair.EnergyDifferences.Concat(pair.EmissionsDifferences).Distinct(StringComparer.Ordinal).Select(clean)], shared,
            firstIds.Concat(otherIds).Distinct(StringComparer.Ordinal).Count() - shared,
            [.. pair.Equivalents.Select(ReportEquivalent.From)]);
    }

    static HashSet<string> CollectUncertain(Derivation derivation) =>
        derivation.GetFactors().Where(factor => !factor.Bounds.IsExact).Select(factor => factor.Id).ToHashSet(StringComparer.Ordinal);

    static ComparisonPageDocument.ComparisonRatio? CreateRatio(Interval? interval)
    {
        if (interval is not { } known)
            return null;
        var text = DisplayValue.Format(new Bounds(known.Low, known.Value, known.High), "1");
        return new(
            SixDigitRounding.Round(known.Value), SixDigitRounding.Round(known.Low), SixDigitRounding.Round(known.High),
            // Shared factors can leave an interval that is not seen in the digits.
            $"{text.Text} ×", text.Low == text.High ? "" : text.FormatInterval(), known.High < 1 ? "less" : known.Low > 1 ? "more" : "same");
    }

    /// <summary>The difference of the emissions with its limits, which may have different signs.</summary>
    static string DescribeDifference(Interval difference)
    {
        var like = Math.Max(Math.Abs(difference.Low), Math.Abs(difference.High));
        return $"{Format(difference.Value)} ({Format(difference.Low)} to {Format(difference.High)})";

        string Format(double kilograms) =>
            (kilograms > 0 ? "+" : kilograms < 0 ? "−" : "") + DisplayValue.Format(Math.Abs(kilograms), "kg CO2e", 2, like);
    }

    static ComparisonPageDocument.ComparisonAnswer CreateAnswer(
        List<string> names, List<ComparisonPageDocument.ComparisonPair> pairs, Footprint first)
    {
        var pair = pairs[0];
        var boundary = $"Energy at the plug (before PUE), {BoundaryText.DescribePolicy(first.Energy.Boundary)}; "
            + "95 % intervals of the ratios, in which factors that both runs share cancel";
        if (pair.Energy is not { } energy)
        {
            return new("none", "No ratio", "",
                $"{names[1]} and {names[0]} cannot be compared: {(pair.BoundaryDifferences.Count > 0 ? "their boundaries differ" : $"{names[0]} used no energy")}.",
                boundary);
        }

        var sentence = DescribeRatio(names[1], names[0], "used", "energy", energy);
        if (pair.Emissions is { } emissions)
        {
            sentence += energy.Outcome == "same" && emissions.Outcome == "same"
                ? $", nor in {pair.EmissionsName} {emissions.Interval}".TrimEnd()
                : energy.Outcome == "same" ? $"; {DescribeRatio(names[1], names[0], "emitted", pair.EmissionsName, emissions)}"
                : emissions.Outcome == "same" ? $"; its {pair.EmissionsName} do not differ beyond the uncertainty {emissions.Interval}".TrimEnd()
                : $" and caused {emissions.Text} its {pair.EmissionsName} {emissions.Interval}".TrimEnd();
        }

        if (pairs.Count > 1)
        {
            sentence += "; " + string.Join("; ", pairs.Skip(1).Select(other => other.Energy is { } ratio
                ? $"{names[other.Run]} used {ratio.Text} that of {names[0]} {ratio.Interval}".TrimEnd()
                : $"{names[other.Run]} has another boundary"));
        }

        return new(energy.Outcome, energy.Outcome == "same" ? "No difference seen" : energy.Text, energy.Interval, sentence + ".", boundary);
    }

    static string DescribeRatio(string other, string first, string verb, string what, ComparisonPageDocument.ComparisonRatio ratio) =>
        ratio.Outcome == "same"
            ? $"{other} and {first} do not differ in {what} beyond the uncertainty {ratio.Interval}".TrimEnd()
            : $"{other} {verb} {ratio.Text} the {what} of {first} {ratio.Interval}".TrimEnd();

    static string? DescribeStages(List<ComparisonPageDocument.ComparedRunPart> runs)
    {
        var all = runs.SelectMany(run => run.Stages?.Rows ?? []).Where(row => row.Kind == "program").ToList();
        if (all.Count == 0)
            return null;
        if (runs.Count(run => run.Stages is not null) < 2)
            return "Only one of the runs has stages";
        var (name, apart) = all.GroupBy(row => row.Name, StringComparer.Ordinal)
            .Select(stage => (stage.Key, Apart: stage.Select(row => row.Energy?.Value ?? 0).ToList()))
            .Select(stage => (stage.Key, stage.Apart.Count < runs.Count ? stage.Apart.Max() : stage.Apart.Max() - stage.Apart.Min()))
            .MaxBy(stage => stage.Item2);
        return apart > 0 ? $"The energies are furthest apart in {name}" : "The stages used the same energy";
    }

    static string? DescribeEpochs(List<ComparisonPageDocument.ComparedRunPart> runs)
    {
        if (runs.TrueForAll(run => run.Epochs is null))
            return null;
        var best = runs.Where(run => run.Epochs is { Series.Count: 1 }).Select(run => (run.Name, Last: GetLast(run.Epochs!.Series[0])))
            .Where(run => run.Last is not null).ToList();
        if (best.Count < 2 || best.DistinctBy(run => run.Last!.Value.Metric).Count() > 1)
            return "The epochs of the runs";
        var metric = best[0].Last!.Value.Metric.Replace('_', ' ');
        return $"The {metric} at the end: {string.Join(", ", best.Select(run => $"{run.Name} {run.Last!.Value.Text}"))}";
    }

    static (string Metric, string Text)? GetLast(ReportEpochSeries series)
    {
        var metric = series.Metrics.Index().OrderByDescending(one => one.Item.EndsWith("accuracy", StringComparison.Ordinal))
            .Select(one => ((int Index, string Item)?)one).FirstOrDefault();
        return metric is { } known && series.Epochs.Count > 0 ? (known.Item, series.Epochs[^1].Texts[known.Index]) : null;
    }

    static string DescribeBoundaries(List<ComparisonPageDocument.ComparedRunPart> runs)
    {
        var ids = runs.Select(run => string.Join(' ', run.Boundaries.Steps.Select(step => step.Id))).Distinct(StringComparer.Ordinal).Count();
        return ids == 1 ? "The runs have the same boundaries" : "Not every run has every boundary";
    }

    /// <summary>The ratios first: the derivation of one shows where it comes from, as shared factors have no share in its
    /// uncertainty.</summary>
    static ReportDerivation CreateDerivation(RunComparison comparison, List<string> names)
    {
        var figures = new List<(Figure, string)>();
        var first = comparison.Runs[0].Footprint;
        foreach (var (i, pair) in comparison.PairwiseComparisons.Index())
        {
            var other = pair.Run.Footprint;
            var of = $"{names[i + 1]} ÷ {names[0]}";
            var isTotal = pair.EmissionsFigure == first.Total.Name;
            if (pair.EnergyRatio is { } energy)
                figures.Add((Divide(other.Energy, first.Energy, energy, $"ratio.{i + 1}.energy"), $"Energy, {of}"));
            if (pair.EmissionsRatio is { } emissions)
            {
                figures.Add((Divide(isTotal ? other.Total : other.Operational, isTotal ? first.Total : first.Operational, emissions,
                    $"ratio.{i + 1}.emissions"), $"Emissions, {of}"));
            }
        }

        foreach (var (i, run) in comparison.Runs.Index())
        {
            figures.Add((run.Footprint.Total with { Name = string.Create(CultureInfo.InvariantCulture, $"runs.{i}.emissions_kg.total") },
                $"Emissions of {names[i]}"));
            figures.Add((run.Footprint.Energy with { Name = string.Create(CultureInfo.InvariantCulture, $"runs.{i}.energy_kwh") },
                $"IT energy of {names[i]}"));
        }

        return DerivationGraph.Create(figures);
    }

    static Figure Divide(Figure numerator, Figure denominator, Interval ratio, string name) => new(
        name, numerator.Boundary, new Bounds(Math.Max(0, ratio.Low), ratio.Value, ratio.High),
        (Quality)Math.Max((int)numerator.Quality, (int)denominator.Quality), Math.Min(numerator.MeasuredShare, denominator.MeasuredShare),
        new Derivation.Quotient("ratio", "1", numerator.Derivation, denominator.Derivation));
}
