using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Reporting.Markdown;

/// <summary>Writes one run as a Markdown page: figures, energy, stages, epochs, place, method, warnings, sources.</summary>
public static class MarkdownReport
{
    const double MicrojoulesPerKilowattHour = 3.6e12;

    // Metrics that come first in the table of epochs, in this order.
    static readonly string[] _leadingMetrics = ["loss", "accuracy", "validation_loss", "validation_accuracy"];

    /// <summary>Renders the page, with <c>\n</c> at line ends. Names and notes are escaped, so that they never act as markup.</summary>
    public static string Render(RunRecord record, Footprint footprint)
    {
        var page = new StringBuilder();
        var opening = record.Opening;
        var headline = RunHeadline.From(record, footprint);
        page.Append(CultureInfo.InvariantCulture, $"# {Text(opening.Name)}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**{headline.Emissions!.Value.FormatWithInterval()}**, {headline.FormatQuality()}; ");
        page.Append(CultureInfo.InvariantCulture, $"{headline.Energy!.Value.Text} {RunHeadline.EnergyName} (PUE included) ");
        page.Append(CultureInfo.InvariantCulture, $"in {DisplayValue.FormatDuration(record.DurationSeconds)}. ");
        page.Append(CultureInfo.InvariantCulture, $"{Text(Insight.Describe(record, footprint))}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"Run `{opening.Id}`, started {opening.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, ");
        page.Append(EnumWords.Format(record.Status));
        if (record.ExitCode is { } code and not 0)
            page.Append(CultureInfo.InvariantCulture, $" with exit code {code}");
        page.Append(CultureInfo.InvariantCulture, $". Command: {Text(string.Join(' ', opening.Command))}\n\n");
        WriteFigures(page, footprint);
        WriteComponents(page, record);
        WriteStages(page, record, footprint);
        WriteEpochs(page, record, footprint);
        WriteSteps(page, record, footprint);
        WritePlace(page, record, footprint);
        WriteWarnings(page, record, footprint);
        WriteMethodAndSources(page, footprint, "##");
        return page.ToString();
    }

    /// <summary>Writes the figures of the run as a table, with intervals, boundary and quality.</summary>
    internal static void WriteFigures(StringBuilder page, Footprint footprint)
    {
        WriteTableHead(page, "Figure", "Value", "95 % interval", "Boundary", "Quality");
        foreach (var (name, figure) in NameFigures(footprint))
        {
            var value = DisplayValue.Format(figure);
            var interval = value.Low is null ? "exact" : $"{value.Low}–{value.High} {value.Unit}";
            WriteCells(page, name, value.Text, interval, Text(BoundaryText.Describe(figure.Boundary)), FormatQuality(figure));
        }

        page.Append('\n');
    }

    static IEnumerable<(string Name, Figure Figure)> NameFigures(Footprint footprint)
    {
        yield return ("IT energy of the job", footprint.Energy);
        yield return ("IT energy of the machine", footprint.MachineEnergy);
        yield return ("Facility energy of the job (PUE included)", footprint.FacilityEnergy);
        yield return ("Operational emissions", footprint.Operational);
        if (footprint.Embodied is { } embodied)
            yield return ("Embodied emissions", embodied);
        yield return ("Total emissions", footprint.Total);
        if (footprint.Water is { } water)
            yield return ("Water", water);
    }

    static string FormatQuality(Figure figure) =>
        $"{EnumWords.Format(figure.Quality)}, {DisplayValue.FormatPercent(figure.MeasuredShare)} of the energy measured";

    static void WriteComponents(StringBuilder page, RunRecord record)
    {
        page.Append("## Energy by component\n\n");
        // Records of before others were counted by themselves have nothing unexplained.
        var hasUnexplained = record.Components.Any(part => part.UnexplainedMicrojoules is not null);
        WriteTableHead(page, ["Component", "Job", "Other processes", "Idle", .. hasUnexplained ? ["Unexplained"] : Array.Empty<string>(), "Machine", "Quality"]);
        // All values have the unit that suits the job's energy.
        var jobKilowattHours = record.Components.Sum(part => part.JobMicrojoules) / MicrojoulesPerKilowattHour;
        foreach (var part in record.Components)
        {
            WriteCells(
                page, [Text(RunReport.GetPartName(part)), FormatEnergy(part.JobMicrojoules), FormatEnergy(part.OthersMicrojoules), FormatEnergy(part.IdleMicrojoules),
                .. hasUnexplained ? [FormatEnergy(part.UnexplainedMicrojoules ?? 0)] : Array.Empty<string>(), FormatEnergy(part.MachineMicrojoules), EnumWords.Format(part.Quality)]);
        }

        page.Append(CultureInfo.InvariantCulture, $"\nJob + other processes + idle{(hasUnexplained ? " + unexplained" : "")} = machine, to the microjoule.\n\n");

        string FormatEnergy(long microjoules) =>
            DisplayValue.Format(microjoules / MicrojoulesPerKilowattHour, "kWh", 3, jobKilowattHours);
    }

    static void WriteStages(StringBuilder page, RunRecord record, Footprint footprint)
    {
        if (record.Stages.All(stage => stage.Name == StageRecord.Outside))
            return;
        page.Append("## Stages\n\n");
        WriteTableHead(page, "Stage", "Data in", "Data out", "Time", "Facility energy", "Operational emissions");
        foreach (var (stage, figures) in record.Stages.Zip(footprint.Stages))
        {
            if (stage.IsLate)
            {
                WriteCells(page, Text(stage.Name), stage.DataIn?.ToString() ?? "", stage.DataOut?.ToString() ?? "", "–", "–", "–");
                continue;
            }

            var energy = DisplayValue.Format(
                RunHeadline.ComputeFacilityEnergyBounds(figures, footprint), figures.Energy.Unit, footprint.FacilityEnergy.Value);
            var emissions = DisplayValue.Format(figures.Emissions.Bounds, figures.Emissions.Unit, footprint.Operational.Value);
            WriteCells(
                page, Text(stage.Name), stage.DataIn?.ToString() ?? "", stage.DataOut?.ToString() ?? "",
                DisplayValue.FormatDuration(stage.DurationSeconds), energy.FormatWithInterval(), emissions.FormatWithInterval());
        }

        page.Append('\n');
    }

    static void WriteEpochs(StringBuilder page, RunRecord record, Footprint footprint)
    {
        if (record.Epochs.Length == 0)
            return;
        page.Append("## Epochs\n\n");
        var metrics = record.Epochs.SelectMany(epoch => epoch.Metrics.Keys).Distinct(StringComparer.Ordinal)
            .OrderBy(name => Array.IndexOf(_leadingMetrics, name) is >= 0 and var index ? index : int.MaxValue)
            .ThenBy(name => name, StringComparer.Ordinal).ToList();
        var observations = Observations.Describe(record);
        var energies = footprint.Epochs.Select(epoch => RunHeadline.GetFacilityEnergy(epoch, footprint)).ToList();
        var largestEmissions = footprint.Epochs.Max(epoch => epoch.Emissions.Value);
        WriteTableHead(page, ["Epoch", "Time", .. metrics.Select(Text), "Facility energy", "Operational emissions", "Observation"]);
        for (var i = 0; i < record.Epochs.Length; i++)
        {
            var epoch = record.Epochs[i];
            WriteCells(page,
            [
                epoch.Number.ToString(CultureInfo.InvariantCulture), epoch.IsLate ? "–" : DisplayValue.FormatDuration(epoch.DurationSeconds),
                .. metrics.Select(name => epoch.Metrics.TryGetValue(name, out var value) ? DisplayValue.FormatMetric(value) : ""),
                epoch.IsLate ? "–" : DisplayValue.Format(energies[i], "kWh", 2, energies.Max()),
                epoch.IsLate ? "–" : FormatInUnitOf(footprint.Epochs[i].Emissions, largestEmissions), Text(observations[i]),
            ]);
        }

        page.Append('\n');
    }

    static void WriteSteps(StringBuilder page, RunRecord record, Footprint footprint)
    {
        var lines = StepSeriesText.Describe(record, footprint, "–").ToList();
        if (lines.Count == 0)
            return;
        page.Append("## Steps\n\n");
        foreach (var line in lines)
            page.Append(CultureInfo.InvariantCulture, $"- {Text(line)}\n");
        page.Append('\n');
    }

    static void WritePlace(StringBuilder page, RunRecord record, Footprint footprint)
    {
        var grid = footprint.Factors.Grid;
        var machine = record.Opening.Machine;
        page.Append("## Place and machine\n\n");
        var place = PlaceName.Format(record.Opening.Place, grid) ?? "only an intensity was given";
        page.Append(CultureInfo.InvariantCulture, $"- Place: {Text(place)} ({Text(grid.How)})\n");
        page.Append(CultureInfo.InvariantCulture, $"- Grid: {DisplayValue.FormatFactor(grid.Intensity).FormatWithInterval()}, ");
        page.Append(CultureInfo.InvariantCulture, $"{BoundaryText.FormatBasis(grid)}");
        page.Append(grid.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "");
        page.Append(CultureInfo.InvariantCulture, $" \\[{Text(grid.Intensity.Source.Id)}\\]\n");
        var pue = DisplayValue.FormatFactor(footprint.Factors.Pue).FormatWithInterval();
        page.Append(CultureInfo.InvariantCulture, $"- PUE: {pue}, {Text(footprint.Factors.PueHow)}\n");
        page.Append(CultureInfo.InvariantCulture, $"- Machine: {EnumWords.Format(machine.Kind)}, {Text(HardwareName.Format(machine))}, ");
        page.Append(CultureInfo.InvariantCulture,
            $"{DisplayValue.FormatBytes(machine.MemoryBytes)} of memory, {Text(machine.OperatingSystem)}\n");
        foreach (var basis in record.Opening.Bases)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"- {EnumWords.Format(basis.Component)}: {EnumWords.Format(basis.Quality)}, {Text(basis.Why)}\n");
        }


        if (record.Overhead is { } overhead)
        {
            page.Append(CultureInfo.InvariantCulture, $"- Measuring cost {DisplayValue.Format(overhead.CpuSeconds, "s")} of CPU time ");
            page.Append(CultureInfo.InvariantCulture, $"and {DisplayValue.FormatBytes(overhead.PeakResidentBytes)} of memory\n");
        }


        page.Append('\n');
    }

    static void WriteWarnings(StringBuilder page, RunRecord record, Footprint footprint)
    {
        var warnings = RunDocument.CollectWarnings(record, footprint.Warnings).ToList();
        if (warnings.Count == 0 && record.Gaps.Length == 0)
            return;
        page.Append("## Warnings and gaps\n\n");
        foreach (var warning in warnings)
            page.Append(CultureInfo.InvariantCulture, $"- **{Text(warning.Code)}**: {Text(WarningText.Format(warning))}\n");
        foreach (var gap in record.Gaps)
        {
            page.Append(CultureInfo.InvariantCulture, $"- **gap**: {Text(gap.Meter)} returned nothing ");
            page.Append(CultureInfo.InvariantCulture,
                $"from {DisplayValue.FormatDuration(gap.From)} to {DisplayValue.FormatDuration(gap.To)}: {Text(gap.Reason)}\n");
        }


        page.Append('\n');
    }

    /// <summary>Writes the method, the factors by their share of the uncertainty, and every source.</summary>
    internal static void WriteMethodAndSources(StringBuilder page, Footprint footprint, string level)
    {
        page.Append(CultureInfo.InvariantCulture, $"{level} Method\n\n");
        page.Append(CultureInfo.InvariantCulture, $"tonne, method {Text(footprint.Method)}, factors `{Text(footprint.Factors.FactorsHash)}`. ");
        page.Append("Energy = Σ amounts × rates; × PUE = facility energy; ");
        page.Append("× carbon intensity = operational emissions, location-based, without grid losses. ");
        page.Append("Embodied = held share × duration × manufacturing ÷ used life. Intervals are 95 %, from the bounds of each factor.\n\n");
        var contributions = FactorContribution.ComputeAll(footprint.Total.Derivation)
            .Where(contribution => contribution.Share >= 0.02).Take(5).ToList();
        if (contributions.Count > 0)
        {
            WriteTableHead(page, "Share of the uncertainty", "Factor", "Value", "Source");
            foreach (var (factor, share) in contributions.Select(contribution => (contribution.Factor, contribution.Share)))
            {
                WriteCells(
                    page, DisplayValue.FormatPercent(share), Text(factor.Label),
                    Text(DisplayValue.FormatFactor(factor).FormatWithInterval()), Text(factor.Source.Id));
            }

            page.Append('\n');
        }

        page.Append(CultureInfo.InvariantCulture, $"{level} Sources\n\n");
        foreach (var source in footprint.GetSources())
        {
            page.Append(CultureInfo.InvariantCulture, $"- \\[{Text(source.Id)}\\] {Text(source.Title)}");
            page.Append(source.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "");
            page.Append(source.Licence is { } licence ? ", " + Text(licence) : "");
            page.Append(GetWebAddress(source) is { } link ? $", <{link}>" : "");
            page.Append('\n');
        }
    }

    /// <summary>A figure in the unit that suits the largest of its kind.</summary>
    static string FormatInUnitOf(Figure figure, double largest) =>
        DisplayValue.Format(figure.Bounds, figure.Unit, largest).Text;

    static string? GetWebAddress(Source source) =>
        Uri.TryCreate(source.Link, UriKind.Absolute, out var address) && (address.Scheme is "https" or "http") ? address.AbsoluteUri : null;

    static string Text(string? text) => TextSanitizer.EscapeMarkdown(text);

    static void WriteTableHead(StringBuilder page, params IReadOnlyList<string> heads)
    {
        WriteCells(page, heads);
        page.Append('|').Append(string.Concat(heads.Select(_ => " --- |"))).Append('\n');
    }

    static void WriteCells(StringBuilder page, params IReadOnlyList<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
