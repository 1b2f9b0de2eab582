using System.Globalization;
using Tonne.Accounting;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tasks;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Html.Estimates;

/// <summary>Makes the document of a page from estimates of inference. Energies are of one request; texts have the unit that reads
/// best.</summary>
static class InferenceEstimatePage
{
    // Requests served together, for the picture of energy against speed.
    static readonly double[] _batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    /// <summary>Creates the document.</summary>
    /// <param name="ranked">The estimates, the least energy first.</param>
    /// <param name="workload">What they are of.</param>
    /// <param name="requests">Requests of a campaign; null if none.</param>
    /// <param name="requestsPerDay">Requests a day; null if not given.</param>
    /// <param name="now">The time.</param>
    public static EstimatePageDocument Create(
        IReadOnlyList<InferenceEstimate> ranked, ServingWorkload workload, double? requests, double? requestsPerDay, DateTimeOffset now)
    {
        var best = ranked[0];
        var hardware = DescribeHardware(best);
        return new EstimatePageDocument
        {
            Method = Accountant.MethodVersion,
            FactorsHash = best.Factors.FactorsHash,
            Date = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Kind = "inference",
            Name = $"{InferenceEstimateText.DescribeModel(best)} at {best.Format.Name} on {hardware}",
            Sentence = DescribeRequest("A request", best.FacilityEnergy, best.Emissions),
            Boundary = DescribeBoundary(best.Emissions.Boundary),
            Per = "a request",
            Figures = [.. CreateFigures(CreateTitles(best)), .. CreateTotals(best.FacilityEnergy, best.Emissions, requests, requestsPerDay)],
            Facts = [.. CreateFacts(best)],
            Assumptions = [.. best.Assumptions.Select(one => TextSanitizer.ToOneLine(one.Text)),
                $"95 % bounds for a model that was not measured; fitted on {ServingFit.Shipped.Rows} measurements of "
                + $"{ServingFit.Shipped.Families} models, each left out in turn."],
            Parts = CreateParts(best),
            Ranking = ranked.Count > 1 ? CreateRanking(ranked) : null,
            Frontier = CreateFrontier(ranked, workload),
            Derivation = DerivationGraph.Create(CreateTitles(best), figure => CreateFigure(figure)),
            Choices = EstimateChoices.Create(best.Factors, best.Emissions),
            Published = [],
            Equivalents = [],
            Warnings = ReportDocumentBuilder.CreateWarnings(best.Factors.Warnings, PageText.RemovePaths),
            Sources = best.GetSources(),
        };
    }

    /// <summary>Creates the document of a measured task.</summary>
    public static EstimatePageDocument Create(TaskEstimate estimate, double? requests, double? requestsPerDay, DateTimeOffset now)
    {
        var name = estimate.Task.Model.Length > 0 ? $"{estimate.Task.Task} by {estimate.Task.Model}" : estimate.Task.Task;
        var titles = new[]
        {
            (estimate.Emissions, "Emissions"), (estimate.FacilityEnergy, "Facility energy"), (estimate.ItEnergy, "IT energy"),
            (estimate.Measured, "Energy as measured"), (estimate.Operational, "Operational emissions"),
            (estimate.Embodied, "Embodied emissions"),
        };
        return new EstimatePageDocument
        {
            Method = Accountant.MethodVersion,
            FactorsHash = estimate.Factors.FactorsHash,
            Date = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Kind = "task",
            Name = TextSanitizer.ToOneLine(name),
            Sentence = DescribeRequest($"One {estimate.Task.Unit}", estimate.FacilityEnergy, estimate.Emissions),
            Boundary = DescribeBoundary(estimate.Emissions.Boundary),
            Per = $"one {estimate.Task.Unit}",
            Figures = [.. CreateFigures(titles), .. CreateTotals(estimate.FacilityEnergy, estimate.Emissions, requests, requestsPerDay)],
            Facts =
            [
                new("Task", TextSanitizer.ToOneLine(name), ""),
                new("Hardware", TextSanitizer.ToOneLine(estimate.Task.Accelerator.Name), "on which it was measured"),
                EstimateChoices.DescribeGrid(estimate.Factors), EstimateChoices.DescribePue(estimate.Factors),
            ],
            Assumptions = [.. estimate.Assumptions.Select(one => TextSanitizer.ToOneLine(one.Text))],
            Parts = null,
            Ranking = null,
            Frontier = null,
            Derivation = DerivationGraph.Create(titles, figure => CreateFigure(figure)),
            Choices = EstimateChoices.Create(estimate.Factors, estimate.Emissions),
            Published = [],
            Equivalents = [],
            Warnings = ReportDocumentBuilder.CreateWarnings(estimate.Factors.Warnings, PageText.RemovePaths),
            Sources = estimate.GetSources(),
        };
    }

    static string DescribeRequest(string what, Figure energy, Figure emissions) =>
        $"{what} would use {DisplayValue.Format(energy.Bounds * 1e-3, "kWh").FormatWithInterval()} "
        + $"and emit {DisplayValue.Format(emissions.Bounds * 1e-3, "kg CO2e").FormatWithInterval()}.";

    static string DescribeBoundary(Boundary boundary) =>
        $"At the facility (PUE included), {RequestTextExtensions.FormatCarbonMethod(boundary)}, "
        + $"{(boundary.Embodied ? "emissions with" : "without")} hardware manufacturing; an estimate, modelled";

    static string DescribeHardware(InferenceEstimate estimate) => string.Create(CultureInfo.InvariantCulture,
        $"{estimate.Configuration.Gpus:0} × {TextSanitizer.ToOneLine(estimate.Accelerator.Name)}");

    static IEnumerable<(Figure, string)> CreateTitles(InferenceEstimate best)
    {
        yield return (best.Emissions, "Emissions");
        yield return (best.FacilityEnergy, "Facility energy");
        yield return (best.ItEnergy, "IT energy");
        if (best.IdleEnergy is { } waiting)
            yield return (waiting, "IT energy while waiting");
        yield return (best.GpuEnergy, "GPU energy");
        yield return (best.GpuEnergyPerToken, "GPU energy of an output token");
        yield return (best.Operational, "Operational emissions");
        yield return (best.Embodied, "Embodied emissions");
    }

    static IEnumerable<EstimatePageDocument.EstimateFigure> CreateFigures(IEnumerable<(Figure Figure, string Title)> figures) =>
        figures.Select(one => new EstimatePageDocument.EstimateFigure(one.Title, CreateFigure(one.Figure)));

    static ReportFigure CreateFigure(Figure figure, double? like = null)
    {
        var text = figure.Unit.Symbol switch
        {
            "Wh" => DisplayValue.Format(figure.Bounds * 1e-3, "kWh", like * 1e-3),
            "g CO2e" => DisplayValue.Format(figure.Bounds * 1e-3, "kg CO2e", like * 1e-3),
            _ => DisplayValue.Format(figure.Bounds, figure.Unit, like),
        };
        return ReportFigure.From(figure, figure.Name, figure.Bounds, like) with { Text = text.Text, Interval = text.FormatInterval() };
    }

    static IEnumerable<EstimatePageDocument.EstimateFigure> CreateTotals(Figure energy, Figure emissions, double? requests, double? perDay) =>
        RequestVolume.FromRequests(requests, perDay).SelectMany(volume => new[]
        {
            new EstimatePageDocument.EstimateFigure($"Facility energy, {volume.Name.Replace('_', ' ')}",
                ReportFigure.From(volume.Energy(energy))),
            new EstimatePageDocument.EstimateFigure($"Emissions, {volume.Name.Replace('_', ' ')}",
                ReportFigure.From(volume.Emissions(emissions))),
        });

    static IEnumerable<EstimatePageDocument.EstimateFact> CreateFacts(InferenceEstimate best)
    {
        var point = best.Configuration;
        yield return new("Model", InferenceEstimateText.DescribeModel(best), best.Model is { } model ? TextSanitizer.ToOneLine(model.Origin) : "");
        yield return new("Hardware", DescribeHardware(best), best.Replicas > 1
            ? $"{DisplayValue.FormatCount(best.Replicas)} replicas" : $"weights in {best.Format.Name}");
        yield return new("Served together", point.Batch < 1.05 ? "one request at a time"
            : string.Create(CultureInfo.InvariantCulture, $"{point.Batch:0.#} requests"), "");
        yield return new("Request", string.Create(CultureInfo.InvariantCulture,
            $"prompt {point.PromptTokens:0}, answer {point.OutputTokens:0} tokens"), "");
        yield return EstimateChoices.DescribeGrid(best.Factors);
        yield return EstimateChoices.DescribePue(best.Factors);
    }

    static EstimatePageDocument.EstimateParts? CreateParts(InferenceEstimate best)
    {
        if (InferenceEstimateText.Roofline(best.Roofline) is not { Value: > 0 } sum)
            return null;
        var rows = sum.Terms.Where(term => term.Value >= 0.01 * sum.Value).OrderByDescending(term => term.Value)
            .Select(term => new EstimatePageDocument.EstimatePart(
                TextSanitizer.ToOneLine(term.Label), DisplayValue.Format(term.Value, term.Unit, 2), term.Value / sum.Value)).ToList();
        return new($"{DisplayValue.FormatPercent(rows[0].Share)} of the GPU energy: {rows[0].Name}", "Parts of the GPU energy of an output token.",
            rows);
    }

    static EstimatePageDocument.EstimateRanking CreateRanking(IReadOnlyList<InferenceEstimate> ranked)
    {
        var (energy, emissions) = (ranked.Max(one => one.FacilityEnergy.Value), ranked.Max(one => one.Emissions.Value));
        var ratio = ranked[1].FacilityEnergy.Value / ranked[0].FacilityEnergy.Value;
        return new(
            $"{DescribeHardware(ranked[0])} uses the least energy; the next uses {DisplayValue.Format(ratio, "1", 2)} times as much",
            "Facility energy of a request. Shared factors, such as the grid, move all of these together: the order is more certain than "
            + "the intervals suggest.",
            [.. ranked.Select(one => new EstimatePageDocument.EstimateCandidate(
                DescribeHardware(one), CreateFigure(one.FacilityEnergy, energy), CreateFigure(one.Emissions, emissions),
                DisplayValue.Format(one.GpuEnergyPerToken.Bounds, "J/token").FormatWithInterval() + " GPU"))]);
    }

    /// <summary>
    /// GPU energy of a token against the tokens that one request gets in a second, by the number of requests served together: the power
    /// of the accelerators while serving, over energy × requests. The accelerators of a replica stay those of the answer.
    /// </summary>
    static EstimatePageDocument.EstimateFrontier? CreateFrontier(IReadOnlyList<InferenceEstimate> ranked, ServingWorkload workload)
    {
        var estimator = new InferenceEstimator();
        var all = new List<(InferenceEstimate Of, double Batch, double Speed, InferenceEstimate At)>();
        foreach (var one in ranked)
        {
            var watts = (one.Accelerator.InferencePower ?? one.Accelerator.TrainingPower).Bounds.Best * one.Configuration.Gpus;
            foreach (var batch in _batches)
            {
                try
                {
                    var at = estimator.Estimate(workload with
                    {
                        Accelerator = one.Accelerator, Gpus = (int)one.Configuration.Gpus, Batch = batch, RequestsPerDay = null,
                    }, one.Factors);
                    all.Add((one, batch, watts / (at.GpuEnergyPerToken.Value * batch), at));
                }
                catch (Exception error) when (error is ModelDoesNotFitException or ArgumentException)
                {
                    break;
                }
            }
        }

        if (all.Count < 2)
            return null;
        var best = all.Where(point => !all.Exists(other => other != point && other.Speed >= point.Speed
            && other.At.GpuEnergyPerToken.Value <= point.At.GpuEnergyPerToken.Value)).ToList();
        var (least, most) = (all.MinBy(point => point.At.GpuEnergyPerToken.Value), all.MaxBy(point => point.At.GpuEnergyPerToken.Value));
        var times = most.At.GpuEnergyPerToken.Value / least.At.GpuEnergyPerToken.Value;
        return new(
            $"Serving requests together saves energy and costs speed: {DisplayValue.Format(times, "1", 2)} times between the ends",
            "GPU energy of an output token by the number of requests served together, and the tokens that each of them gets in a second: "
            + "power while serving ÷ (energy × requests). Filled points: no other is both faster and uses less energy.",
            "Tokens per second for each request", "GPU energy per output token, J",
            [.. ranked.Select(one => new EstimatePageDocument.EstimateSeries(DescribeHardware(one),
                [.. all.Where(point => ReferenceEquals(point.Of, one)).Select(point =>
                {
                    var figure = point.At.GpuEnergyPerToken;
                    return new EstimatePageDocument.EstimatePoint(
                        point.Batch == 1 ? "one at a time" : string.Create(CultureInfo.InvariantCulture, $"{point.Batch:0} together"),
                        point.Speed, DisplayValue.Format(point.Speed, "1", 2) + " tokens/s", figure.Value, SixDigitRounding.RoundLow(figure.Bounds),
                        SixDigitRounding.RoundHigh(figure.Bounds), DisplayValue.Format(figure.Bounds, "J/token").FormatWithInterval(),
                        ReferenceEquals(one, ranked[0]) && IsNearest(point.Batch, one.Configuration.Batch), best.Contains(point));
                })]))]);
    }

    /// <summary>Whether a batch of the picture is the nearest to that of the answer.</summary>
    static bool IsNearest(double batch, double chosen) =>
        _batches.MinBy(other => Math.Abs(Math.Log(other / Math.Max(1, chosen)))) == batch;
}
