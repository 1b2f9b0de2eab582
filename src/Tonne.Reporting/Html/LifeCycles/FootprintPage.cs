using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Html.LifeCycles;

/// <summary>Makes the document of a page from the life cycle of a model.</summary>
static class FootprintPage
{
    /// <summary>Creates the document.</summary>
    public static FootprintPageDocument Create(LifeCycle life, DateTimeOffset now, bool withDetails)
    {
        var clean = PageText.GetCleaner(withDetails);
        var whole = life.Totals.Total.Value;
        return new FootprintPageDocument
        {
            Method = Accountant.MethodVersion,
            FactorsHash = FactorSet.ShortHash,
            Date = now.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            Name = clean(life.Description.Name),
            Description = life.Description.Text is { } text ? clean(text) : null,
            Sentence = $"The life of {clean(life.Description.Name)} emits {FootprintFormat.FormatWithInterval(life.Totals.Total)} "
                + $"and uses {FootprintFormat.FormatWithInterval(life.Totals.FacilityEnergy)}.",
            Boundary = $"{BoundaryText.Describe(life.Totals.Total.Boundary)}; energy: facility energy; "
                + EnumWords.Format(life.Totals.Energy.Quality),
            Totals = CreateFigures(life.Totals, whole),
            PhasesFinding = DescribePhases(life, clean),
            Phases = [.. life.Phases.Select(phase => CreatePhase(phase, whole, clean))],
            OverTime = CreateOverTime(life, clean),
            Equivalents = [.. Equivalents.Choose(life.Totals.Total).Select(ReportEquivalent.From)],
            Given = [.. life.ExactInputs.Select(factor => new FootprintPageDocument.FootprintGiven(
                clean(factor.Label), DisplayValue.FormatFactor(factor).Text, factor.Source.Id))],
            Derivation = CreateDerivation(life, clean),
            Notes = [.. life.Description.Notes.Select(clean)],
            Warnings = ReportDocumentBuilder.CreateWarnings(life.Warnings, clean),
            Sources = life.GetSources(),
        };
    }

    static FootprintPageDocument.FootprintFigures CreateFigures(LifeCycleFigures figures, double whole) => new(
        CreateFigure(figures.Total), CreateFigure(figures.FacilityEnergy), CreateFigure(figures.Operational),
        CreateOptional(figures.Embodied), CreateOptional(figures.Water), CreateOptional(figures.MarketBased),
        [.. figures.Steps.Select(step => new FootprintPageDocument.FootprintStep(
            step.Name, LifeCycleText.DescribeStep(step.Name), CreateOptional(step.EnergyAdded), CreateFigure(step.EmissionsAdded),
            whole > 0 ? step.EmissionsAdded.Value / whole : 0))]);

    /// <summary>A figure with the text that <c>tonne footprint</c> prints.</summary>
    static ReportFigure CreateFigure(Figure figure) => ReportFigure.From(figure) with
    {
        Text = FootprintFormat.FormatValue(figure),
        Interval = FootprintFormat.FormatInterval(figure, "–"),
    };

    static ReportFigure? CreateOptional(Figure? figure) => figure is null ? null : CreateFigure(figure);

    static FootprintPageDocument.FootprintPhase CreatePhase(AccountedPhase phase, double whole, Func<string, string> clean)
    {
        var rates = new List<string>();
        if (phase.Description.Kind == PhaseKind.Deployment && phase.EmissionsPerDay is { } perDay)
        {
            var energy = phase.EnergyPerDay is { } known ? $" and {FootprintFormat.FormatValue(known, "kWh")}" : "";
            rates.Add($"{FootprintFormat.FormatValue(perDay, "kg CO2e")}{energy} a day, over "
                + DisplayValue.Format(phase.Description.Duration!.Bounds.Best / 24, "d"));
        }

        rates.AddRange(phase.PerUnit.Select(unit =>
            $"{FootprintFormat.FormatValue(unit.Energy)} and {FootprintFormat.FormatValue(unit.Emissions)} per {clean(unit.Unit.Name)}"));
        rates.AddRange(phase.Data.Select(data => $"{data.Name}: {FootprintFormat.FormatWithInterval(data.Energy)} and "
            + $"{FootprintFormat.FormatWithInterval(data.Emissions)}, not part of any sum"));
        return new(
            phase.Description.Id, clean(phase.Description.Name), LifeCycleReader.ToKeyword(phase.Description.Kind),
            whole > 0 ? phase.Figures.Total.Value / whole : 0, CreateFigures(phase.Figures, whole), rates,
            [.. phase.Factors.Select(factors => DescribePlace(factors, clean)).Distinct(StringComparer.Ordinal)], phase.Runs.Length,
            [.. phase.OmittedBoundaries.Select(LifeCycleText.DescribeStep)], [.. phase.Notes.Select(clean)]);
    }

    static string DescribePlace(AccountingFactors factors, Func<string, string> clean) => clean(
        $"{factors.Grid.Zone ?? "given"} {DisplayValue.FormatFactor(factors.Grid.Intensity).FormatWithInterval()}"
        + (factors.Grid.Zone is null ? "" : $", {factors.Grid.How}")
        + $"; PUE {DisplayValue.FormatFactor(factors.Pue).FormatWithInterval()}, {factors.PueHow}");

    static string DescribePhases(LifeCycle life, Func<string, string> clean)
    {
        if (life.FindLargestContributor() is not { } largest)
            return "The phases of the life";
        var (name, share) = (clean(largest.Phase.Description.Name), DisplayValue.FormatPercent(largest.Share));
        return $"{name} is {share} of the emissions; the largest part of it is {LifeCycleText.DescribeStep(largest.Step.Name)}, "
            + $"{DisplayValue.FormatPercent(largest.StepShare)} of all";
    }

    static FootprintPageDocument.FootprintOverTime? CreateOverTime(LifeCycle life, Func<string, string> clean)
    {
        if (life.BreakEvens.IsEmpty)
            return null;
        var (deployment, before) = (life.Phases.Where(phase => phase.Description.Kind == PhaseKind.Deployment
            && phase.Description.Duration is not null).ToList(),
            life.Phases.Where(phase => phase.Description.Kind != PhaseKind.Deployment).ToList());
        var days = deployment.Max(phase => phase.Description.Duration!.Bounds.Best) / 24;
        var isTotal = deployment.Concat(before.Where(phase => phase.Figures.Total.Value > 0))
            .All(phase => phase.Figures.Embodied is not null);
        var measures = life.BreakEvens.Select(one =>
        {
            var isEmissions = one.Measure == "emissions";
            var development = before.Sum(phase => GetFigure(phase.Figures, isEmissions).Value);
            var unit = isEmissions ? "kg CO2e" : "kWh";
            return new FootprintPageDocument.FootprintBreakEven(
                one.Measure, one.Days, SixDigitRounding.Round(one.Low), SixDigitRounding.Round(one.High),
                LifeCycleText.FormatDays(one, "–"), one.ComparedBoundary, development, DisplayValue.Format(development, unit),
                DisplayValue.Format(development / one.Days, unit), unit, days);
        }).ToList();
        var names = string.Join(", ", deployment.Select(phase => clean(phase.Description.Name)));
        return new($"{names} exceeds all earlier phases, by emissions, after {measures[0].Text}",
            "Use grows with each day at the rate of the description; all before it does not. The band is the 95 % interval of their ratio, "
            + "in which shared factors cancel.", measures);

        Figure GetFigure(LifeCycleFigures figures, bool isEmissions) =>
            !isEmissions ? figures.FacilityEnergy : isTotal ? figures.Total : figures.Operational;
    }

    static ReportDerivation CreateDerivation(LifeCycle life, Func<string, string> clean)
    {
        var figures = new List<(Figure, string)>
        {
            (life.Totals.Total, "Emissions of the whole life"), (life.Totals.FacilityEnergy, "Facility energy of the whole life"),
            (life.Totals.Operational, "Operational emissions of the whole life"),
        };
        if (life.Totals.Embodied is { } embodied)
            figures.Add((embodied, "Embodied emissions of the whole life"));
        if (life.Totals.Water is { } water)
            figures.Add((water, "Water of the whole life"));
        foreach (var phase in life.Phases)
        {
            figures.Add((phase.Figures.Total, $"Emissions: {clean(phase.Description.Name)}"));
            figures.Add((phase.Figures.FacilityEnergy, $"Facility energy: {clean(phase.Description.Name)}"));
        }

        return DerivationGraph.Create(figures, CreateFigure);
    }
}
