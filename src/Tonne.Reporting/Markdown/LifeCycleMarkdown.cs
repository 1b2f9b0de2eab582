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

/// <summary>A life as a Markdown page.</summary>
public static class LifeCycleMarkdown
{
    /// <summary>The page, with <c>\n</c> at line ends. Names and notes are escaped: they are text, never markup.</summary>
    public static string Of(LifeCycle life)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Footprint of {Text(life.Description.Name)}\n\n");
        if (life.Description.Text is { } text)
            page.Append(CultureInfo.InvariantCulture, $"{Text(text)}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**{FootprintReadout.Full(life.Whole.Total)}** and {FootprintReadout.Full(life.Whole.FacilityEnergy)} ({Text(BoundaryWords.Sentence(life.Whole.Total.Boundary))}).\n\n");
        if (Equivalents.For(life.Whole.Total) is { Count: > 0 } equivalents)
            page.Append(CultureInfo.InvariantCulture, $"As much as {string.Join(" or as ", equivalents.Select(one => Text(one.Text())))}.\n\n");
        page.Append("| Phase | Boundary | Energy | Carbon, location-based | Water | Share |\n| --- | --- | ---: | ---: | ---: | ---: |\n");
        foreach (var phase in life.Phases)
            Rows(page, phase.Described.Name, phase.Figures, life);
        if (life.Phases.Length > 1)
            Rows(page, "whole life", life.Whole, life);
        page.Append('\n');
        Findings(page, life);
        if (SoftwareCarbonIntensity.Of(life) is { Count: > 0 } rates)
            page.Append(CultureInfo.InvariantCulture, $"## Software Carbon Intensity (ISO/IEC 21031:2024)\n\n{SciReport.Markdown(rates)}\n");
        Unsure(page, life);
        page.Append("## Sources\n\n");
        foreach (var source in life.Sources())
        {
            page.Append(CultureInfo.InvariantCulture, $"- \\[{Text(source.Id)}\\] {Text(source.Title)}{(source.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "")}");
            page.Append(source.Link is { } link ? $", <{link}>\n" : "\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"\nMethod {Accountant.Method}, factors {Catalogs.FactorSet.ShortHash}.\n");
        return page.ToString();
    }

    static void Rows(StringBuilder page, string name, LifeFigures figures, LifeCycle life)
    {
        foreach (var (i, step) in figures.Steps.Index())
        {
            page.Append(CultureInfo.InvariantCulture, $"| {(i == 0 ? Text(name) : "")} | {(i == 0 ? "" : "+ ")}{LifeCycleScreen.Words(step.Name)} | {(step.EnergyAdded is { } energy ? FootprintReadout.Full(energy) : "")} | ");
            page.Append(CultureInfo.InvariantCulture, $"{FootprintReadout.Full(step.EmissionsAdded)} | {LifeCycleScreen.Water(figures, i)} | {Share(step.EmissionsAdded.Value, life)} |\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"| | **= all** | **{FootprintReadout.Full(figures.FacilityEnergy)}** | **{FootprintReadout.Full(figures.Total)}** | {(figures.Water is { } water ? $"**{FootprintReadout.Full(water)}**" : "")} | **{Share(figures.Total.Value, life)}** |\n");
    }

    static void Findings(StringBuilder page, LifeCycle life)
    {
        if (life.Dominant() is { } dominant)
        {
            page.Append(CultureInfo.InvariantCulture, $"- {Text(dominant.Phase.Described.Name)} makes {Readout.Percent(dominant.Share)} of the emissions; the largest part of it is {LifeCycleScreen.Words(dominant.Step.Name)}, ");
            page.Append(CultureInfo.InvariantCulture, $"{Readout.Percent(dominant.StepShare)} of all.\n");
        }

        foreach (var phase in life.Phases)
        {
            if (phase.Described.Kind == PhaseKind.Deployment && phase.EmissionsPerDay is { } perDay)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(phase.Described.Name)}: {FootprintReadout.Text(perDay, "kg CO2e")} a day over {Readout.Of(phase.Described.Duration!.Bounds.Best / 24, "d")}.\n");
            foreach (var (unit, energy, emissions) in phase.PerUnit)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(phase.Described.Name)}: {FootprintReadout.Full(energy)} and {FootprintReadout.Full(emissions)} per {Text(unit.Name)}.\n");
        }

        foreach (var outgrowth in life.Outgrowths)
            page.Append(CultureInfo.InvariantCulture, $"- Deployment has used as much as making the model, by {outgrowth.Measure}, after {LifeCycleScreen.Days(outgrowth, "–")} ({Text(outgrowth.Counted)}).\n");
        foreach (var (name, figures) in life.Phases.Select(phase => (phase.Described.Name, phase.Figures)).Append(("whole life", life.Whole)))
        {
            if (figures.MarketBased is { } market)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(name)}: {FootprintReadout.Full(market)} market-based, beside {FootprintReadout.Full(figures.Operational)} location-based, from electricity; the two are never netted.\n");
        }

        if (life.Whole.Water is { } water)
            page.Append(CultureInfo.InvariantCulture, $"- {FootprintReadout.Full(water)} of water, on site and in generation.\n");
        foreach (var phase in life.Phases)
        {
            foreach (var factors in phase.Factors)
                page.Append(CultureInfo.InvariantCulture, $"- {Text(phase.Described.Name)}: grid {Text(factors.Grid.Zone ?? "given")}, {Readout.OfFactor(factors.Grid.Intensity).Full()} ({Text(factors.Grid.How)}), PUE {Readout.OfFactor(factors.Pue).Full()} ({Text(factors.PueHow)}).\n");
        }

        page.Append('\n');
    }

    static void Unsure(StringBuilder page, LifeCycle life)
    {
        var notes = life.Description.Notes.Concat(life.Phases.SelectMany(phase => phase.Notes)).ToList();
        if (notes.Count > 0)
            page.Append(CultureInfo.InvariantCulture, $"## Notes\n\n{string.Concat(notes.Select(note => $"- {Text(note)}\n"))}\n");
        page.Append("## What makes the figures less sure\n\n");
        if (life.TakenAsExact.Length > 0)
            page.Append(CultureInfo.InvariantCulture, $"- {LifeCycleScreen.Numbers(life.TakenAsExact.Length)} taken as exact: {Text(string.Join(", ", life.TakenAsExact.Select(factor => $"{factor.Label} {Readout.OfFactor(factor).Text}")))}.\n");
        foreach (var doubt in life.Doubts)
            page.Append(CultureInfo.InvariantCulture, $"- **{Text(doubt.Code)}**: {Text(doubt.Text)}\n");
        page.Append('\n');
    }

    static string Share(double kilograms, LifeCycle life) => life.Whole.Total.Value > 0 ? Readout.Percent(kilograms / life.Whole.Total.Value) : "";

    static string Text(string? text) => Printable.Markdown(text);
}
