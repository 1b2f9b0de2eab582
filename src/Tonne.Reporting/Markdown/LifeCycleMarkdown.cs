using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Sci;

namespace Tonne.Reporting.Markdown;

/// <summary>Writes a life cycle as a Markdown page.</summary>
public static class LifeCycleMarkdown
{
    /// <summary>The page, with <c>\n</c> at line ends. Names and notes are escaped: they are text, never markup.</summary>
    public static string Render(LifeCycle life)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Footprint of {Text(life.Description.Name)}\n\n");
        if (life.Description.Text is { } text)
            page.Append(CultureInfo.InvariantCulture, $"{Text(text)}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**{FootprintFormat.FormatWithInterval(life.Totals.Total)}** and {FootprintFormat.FormatWithInterval(life.Totals.FacilityEnergy)} ({Text(BoundaryText.Describe(life.Totals.Total.Boundary))}).\n\n");
        if (Equivalents.Choose(life.Totals.Total) is { Count: > 0 } equivalents)
            page.Append(CultureInfo.InvariantCulture, $"Equivalent to {string.Join(" or ", equivalents.Select(one => Text(one.Format())))}.\n\n");
        page.Append("| Phase | Boundary | Energy | Carbon, location-based | Water | Share |\n| --- | --- | ---: | ---: | ---: | ---: |\n");
        foreach (var phase in life.Phases)
            WriteRows(page, phase.Description.Name, phase.Figures, life);
        if (life.Phases.Length > 1)
            WriteRows(page, "whole life", life.Totals, life);
        page.Append('\n');
        WriteFindings(page, life);
        if (SoftwareCarbonIntensity.Calculate(life) is { Count: > 0 } rates)
            page.Append(CultureInfo.InvariantCulture, $"## Software Carbon Intensity (ISO/IEC 21031:2024)\n\n{SciReport.RenderMarkdown(rates)}\n");
        WriteWarnings(page, life);
        page.Append("## Sources\n\n");
        foreach (var source in life.GetSources())
        {
            page.Append(CultureInfo.InvariantCulture, $"- \\[{Text(source.Id)}\\] {Text(source.Title)}{(source.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "")}");
            page.Append(source.Link is { } link ? $", <{link}>\n" : "\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"\nMethod {Accountant.MethodVersion}, factors {Catalogs.FactorSet.ShortHash}.\n");
        return page.ToString();
    }

    static void WriteRows(StringBuilder page, string name, LifeCycleFigures figures, LifeCycle life)
    {
        foreach (var (i, step) in figures.Steps.Index())
        {
            var energyAdded = step.EnergyAdded is { } added ? FootprintFormat.FormatWithInterval(added) : "";
            page.Append(CultureInfo.InvariantCulture, $"| {(i == 0 ? Text(name) : "")} ");
            page.Append(CultureInfo.InvariantCulture, $"| {(i == 0 ? "" : "+ ")}{LifeCycleText.DescribeStep(step.Name)} | {energyAdded} ");
            page.Append(CultureInfo.InvariantCulture, $"| {FootprintFormat.FormatWithInterval(step.EmissionsAdded)} ");
            page.Append(CultureInfo.InvariantCulture,
                $"| {LifeCycleText.FormatWaterAdded(figures, i)} | {FormatShare(step.EmissionsAdded.Value, life)} |\n");
        }

        var water = figures.Water is { } total ? $"**{FootprintFormat.FormatWithInterval(total)}**" : "";
        page.Append(CultureInfo.InvariantCulture, $"| | **= all** | **{FootprintFormat.FormatWithInterval(figures.FacilityEnergy)}** ");
        page.Append(CultureInfo.InvariantCulture, $"| **{FootprintFormat.FormatWithInterval(figures.Total)}** ");
        page.Append(CultureInfo.InvariantCulture, $"| {water} | **{FormatShare(figures.Total.Value, life)}** |\n");
    }

    static void WriteFindings(StringBuilder page, LifeCycle life)
    {
        if (life.FindLargestContributor() is { } dominant)
        {
            page.Append(CultureInfo.InvariantCulture, $"- {Text(dominant.Phase.Description.Name)} is "
                + $"{DisplayValue.FormatPercent(dominant.Share)} of the emissions; "
                + $"the largest part of it is {LifeCycleText.DescribeStep(dominant.Step.Name)}, ");
            page.Append(CultureInfo.InvariantCulture, $"{DisplayValue.FormatPercent(dominant.StepShare)} of all.\n");
        }

        foreach (var phase in life.Phases)
        {
            if (phase.Description.Kind == PhaseKind.Deployment && phase.EmissionsPerDay is { } perDay)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(phase.Description.Name)}: "
                    + $"{FootprintFormat.FormatValue(perDay, "kg CO2e")} a day "
                    + $"over {DisplayValue.Format(phase.Description.Duration!.Bounds.Best / 24, "d")}.\n");
            foreach (var (unit, energy, emissions) in phase.PerUnit)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(phase.Description.Name)}: "
                    + $"{FootprintFormat.FormatWithInterval(energy)} and {FootprintFormat.FormatWithInterval(emissions)} "
                    + $"per {Text(unit.Name)}.\n");
            foreach (var (name, energy, emissions) in phase.Data)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(phase.Description.Name)}, data, {name}: "
                    + $"{FootprintFormat.FormatWithInterval(energy)} and "
                    + $"{FootprintFormat.FormatWithInterval(emissions)}, not part of any sum.\n");
        }

        foreach (var breakEven in life.BreakEvens)
            page.Append(CultureInfo.InvariantCulture, $"- Break-even: deployment exceeds all earlier phases, "
                + $"by {breakEven.Measure}, after {LifeCycleText.FormatDays(breakEven, "–")} ({Text(breakEven.ComparedBoundary)}).\n");
        foreach (var (name, figures) in life.Phases.Select(phase => (phase.Description.Name, phase.Figures)).Append(("whole life", life.Totals)))
        {
            if (figures.MarketBased is { } market)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(name)}: {FootprintFormat.FormatWithInterval(market)} market-based, "
                    + $"beside {FootprintFormat.FormatWithInterval(figures.Operational)} location-based, from electricity; "
                    + $"the two are never subtracted from each other.\n");
        }

        if (life.Totals.Water is { } water)
            page.Append(CultureInfo.InvariantCulture, $"- {FootprintFormat.FormatWithInterval(water)} of water, on site and in generation.\n");
        foreach (var phase in life.Phases)
        {
            foreach (var factors in phase.Factors)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(phase.Description.Name)}: "
                    + $"grid {Text(factors.Grid.Zone ?? "given")}, "
                    + $"{DisplayValue.FormatFactor(factors.Grid.Intensity).FormatWithInterval()} ({Text(factors.Grid.How)}), "
                    + $"PUE {DisplayValue.FormatFactor(factors.Pue).FormatWithInterval()} ({Text(factors.PueHow)}).\n");
        }

        page.Append('\n');
    }

    static void WriteWarnings(StringBuilder page, LifeCycle life)
    {
        var notes = life.Description.Notes.Concat(life.Phases.SelectMany(phase => phase.Notes)).ToList();
        if (notes.Count > 0)
            page.Append(CultureInfo.InvariantCulture, $"## Notes\n\n{string.Concat(notes.Select(note => $"- {Text(note)}\n"))}\n");
        page.Append("## Warnings\n\n");
        if (life.ExactInputs.Length > 0)
        {
            var names = string.Join(
                ", ", life.ExactInputs.Select(factor => $"{factor.Label} {DisplayValue.FormatFactor(factor).Text}"));
            page.Append(CultureInfo.InvariantCulture,
                $"- {LifeCycleText.DescribeExactCount(life.ExactInputs.Length)} taken as exact: {Text(names)}.\n");
        }


        foreach (var warning in life.Warnings)
            page.Append(CultureInfo.InvariantCulture, $"- **{Text(warning.Code)}**: {Text(WarningText.Format(warning))}\n");
        page.Append('\n');
    }

    static string FormatShare(double kilograms, LifeCycle life) =>
        life.Totals.Total.Value > 0 ? DisplayValue.FormatPercent(kilograms / life.Totals.Total.Value) : "";

    static string Text(string? text) => TextSanitizer.EscapeMarkdown(text);
}
