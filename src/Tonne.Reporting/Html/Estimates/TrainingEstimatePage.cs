using System.Globalization;
using Tonne.Accounting;
using Tonne.Estimation.Training;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Html.Estimates;

/// <summary>Makes the document of a page from the estimate of a training.</summary>
static class TrainingEstimatePage
{
    /// <summary>Creates the document.</summary>
    public static EstimatePageDocument Create(TrainingRanking ranking, DateTimeOffset now)
    {
        var best = ranking.Best;
        var (task, footprint) = (best.Task, best.Footprint);
        var total = footprint.Total;
        return new EstimatePageDocument
        {
            Method = Accountant.MethodVersion,
            FactorsHash = footprint.Factors.FactorsHash,
            Date = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Kind = "training",
            Name = $"Training {GetModelName(task)} on {TextSanitizer.ToOneLine(task.Hardware.Name)}",
            Sentence = $"This training would use {DisplayValue.Format(footprint.FacilityEnergy).FormatWithInterval()} "
                + $"and emit {DisplayValue.Format(total).FormatWithInterval()}.",
            Boundary = $"At the facility (PUE included), location-based, "
                + (footprint.Embodied is null ? "without hardware manufacturing (unknown)" : "emissions with hardware manufacturing")
                + $"; an estimate, {EnumWords.Format(footprint.Energy.Quality)}",
            Per = "",
            Figures = [.. CreateFigures(best)],
            Facts = [.. CreateFacts(best)],
            Assumptions = [.. best.Assumptions.Select(one => TextSanitizer.ToOneLine(one.Text))],
            Parts = CreateParts(footprint),
            Ranking = ranking.Estimates.Count > 1 ? CreateRanking(ranking) : null,
            Frontier = ranking.Estimates.Count > 1 ? CreateFrontier(ranking) : null,
            Derivation = DerivationGraph.Create(CreateFigureTitles(best), figure => CreateFigure(figure, best)),
            Choices = EstimateChoices.Create(footprint.Factors, total),
            Published = PublishedTrainings.All,
            Equivalents = [.. Equivalents.Choose(total).Select(ReportEquivalent.From)],
            Warnings = ReportDocumentBuilder.CreateWarnings(footprint.Factors.Warnings, PageText.RemovePaths),
            Sources = best.Sources,
        };
    }

    static string GetModelName(TrainingTask task) => task.Model is { } model ? TextSanitizer.ToOneLine(model.Name)
        : task.Parameters is { } parameters ? $"{DisplayValue.Format(parameters / 1e9, "1")} billion parameters"
        : "a model";

    static IEnumerable<(Figure, string)> CreateFigureTitles(TrainingEstimate best)
    {
        yield return (best.Footprint.Total, "Emissions");
        yield return (best.Footprint.FacilityEnergy, "Facility energy");
        yield return (best.Footprint.Energy, "IT energy, hosts included");
        yield return (best.Footprint.Operational, "Operational emissions");
        if (best.Footprint.Embodied is { } embodied)
            yield return (embodied, "Embodied emissions");
        yield return (best.ChipHours, "Accelerator time");
        if (best.Footprint.Water is { } water)
            yield return (water, "Water");
    }

    static IEnumerable<EstimatePageDocument.EstimateFigure> CreateFigures(TrainingEstimate best) => CreateFigureTitles(best)
        .Select(one => new EstimatePageDocument.EstimateFigure(one.Item2, CreateFigure(one.Item1, best)));

    static ReportFigure CreateFigure(Figure figure, TrainingEstimate best) => ReferenceEquals(figure, best.ChipHours)
        ? ReportFigure.From(figure) with
        {
            Text = TrainingEstimateText.FormatChipHours(figure.Value, figure.Bounds),
            Interval = TrainingEstimateText.FormatChipHourInterval(figure.Bounds, "–"),
        }
        : ReportFigure.From(figure);

    static IEnumerable<EstimatePageDocument.EstimateFact> CreateFacts(TrainingEstimate best)
    {
        var (task, factors) = (best.Task, best.Footprint.Factors);
        yield return new("Training", string.Concat(TrainingEstimateText.DescribeTask(task).Select(text => text.Text)),
            task.Model is { } model ? TextSanitizer.ToOneLine(model.Origin) : "");
        yield return new("Hardware", TextSanitizer.ToOneLine(task.Hardware.Name)
            + (task.Chips is { } chips ? $" × {DisplayValue.FormatCount(chips)}" : ""), DescribeTime(best));
        if (best.Utilisation is { } utilisation)
        {
            yield return new("Utilisation", string.Create(CultureInfo.InvariantCulture,
                $"{utilisation.Best * 100:0} % of the 16-bit peak ({utilisation.Low * 100:0}–{utilisation.High * 100:0} %)"),
                task.Sibling is { } sibling ? $"as {TextSanitizer.ToOneLine(sibling.Name)} and its siblings"
                    : $"similar trainings: {string.Join(", ", best.MostSimilarTrainings.Select(pair => TrainingEstimateText.DescribeUtilisation(pair.Case)))}");
        }

        yield return EstimateChoices.DescribeGrid(factors);
        yield return EstimateChoices.DescribePue(factors);
    }

    static string DescribeTime(TrainingEstimate best)
    {
        if (best.HoursPerRun is { } hours && best.Task.Hours is null)
            return $"{Days(hours.Best)} ({Days(hours.Low)} to {Days(hours.High)}){(best.Task.Runs > 1 ? " each run" : "")}";
        return best.ChipsPerRun is { } needed ? string.Create(CultureInfo.InvariantCulture,
            $"{Math.Ceiling(needed.Best):N0} accelerators ({Math.Ceiling(needed.Low):N0}–{Math.Ceiling(needed.High):N0}) finish in the hours given") : "";

        static string Days(double hours) => DisplayValue.FormatDuration(hours * 3600);
    }

    static EstimatePageDocument.EstimateParts? CreateParts(PhaseFootprint footprint)
    {
        if (footprint.Embodied is not { } embodied || footprint.Total.Value <= 0)
            return null;
        var total = footprint.Total.Value;
        var rows = new[] { ("Electricity", footprint.Operational), ("Manufacturing of the hardware", embodied) }
            .Select(one => new EstimatePageDocument.EstimatePart(one.Item1,
                DisplayValue.Format(one.Item2.Bounds, one.Item2.Unit, total).FormatWithInterval(), one.Item2.Value / total))
            .OrderByDescending(row => row.Share).ToList();
        return new($"{rows[0].Name} is {DisplayValue.FormatPercent(rows[0].Share)} of the emissions", "Parts of the emissions.", rows);
    }

    static EstimatePageDocument.EstimateRanking CreateRanking(TrainingRanking ranking)
    {
        var (energy, emissions) = (ranking.Estimates.Max(one => one.Footprint.FacilityEnergy.Value),
            ranking.Estimates.Max(one => one.Footprint.Total.Value));
        var ratio = ranking.Ratio!.Value;
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{TextSanitizer.ToOneLine(ranking.Best.Task.Hardware.Name)} uses the least energy; "
                + $"the next uses {ratio.Best:0.0#} times as much ({ratio.Low:0.0#}–{ratio.High:0.0#})"),
            ranking.IsClear ? "The order is certain: shared factors move all bars together."
                : "The order is uncertain: the interval of the ratio has 1 in it. Shared factors move all bars together.",
            [.. ranking.Estimates.Select(one => new EstimatePageDocument.EstimateCandidate(
                TextSanitizer.ToOneLine(one.Task.Hardware.Name), ReportFigure.From(one.Footprint.FacilityEnergy, energy),
                ReportFigure.From(one.Footprint.Total, emissions),
                $"{TrainingEstimateText.FormatChipHours(one.ChipHours.Value, one.ChipHours.Bounds)} "
                    + TrainingEstimateText.FormatChipHourInterval(one.ChipHours.Bounds, "–")))]);
    }

    /// <summary>Energy against time: accelerator-hours, or days where the number of accelerators is given.</summary>
    static EstimatePageDocument.EstimateFrontier CreateFrontier(TrainingRanking ranking)
    {
        var hasDays = ranking.Estimates.All(one => one.HoursPerRun is not null);
        var energy = ranking.Estimates.Max(one => one.Footprint.FacilityEnergy.Value);
        var points = ranking.Estimates.Select(one =>
        {
            var x = hasDays ? one.HoursPerRun!.Value.Best / 24 : one.ChipHours.Value;
            var figure = one.Footprint.FacilityEnergy;
            return (Name: TextSanitizer.ToOneLine(one.Task.Hardware.Name), X: x, XText: hasDays
                ? DisplayValue.FormatDuration(x * 86_400) : TrainingEstimateText.FormatChipHours(x, one.ChipHours.Bounds),
                Figure: ReportFigure.From(figure, energy), IsChosen: ReferenceEquals(one, ranking.Best));
        }).ToList();
        var best = points.Where(point => !points.Exists(other => other != point && other.X <= point.X
            && other.Figure.Value <= point.Figure.Value)).ToList();
        return new(
            best.Count == 1 ? $"{best[0].Name} uses the least energy and is the fastest"
                : $"Less energy or more speed: {string.Join(", ", best.Select(point => point.Name))}",
            "Facility energy of the training. The best choices are joined: no other is both faster and uses less.",
            hasDays ? "Days of one run" : "Accelerator-hours", "Facility energy, kWh",
            [.. points.Select(point => new EstimatePageDocument.EstimateSeries(point.Name,
                [new EstimatePageDocument.EstimatePoint("", point.X, point.XText, point.Figure.Value, point.Figure.Low, point.Figure.High,
                    $"{point.Figure.Text} {point.Figure.Interval}".TrimEnd(), point.IsChosen, best.Contains(point))]))]);
    }
}
