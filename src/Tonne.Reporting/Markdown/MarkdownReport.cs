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

/// <summary>One run as a Markdown page: figures, energy, stages, epochs, place, method, what is unsure, sources.</summary>
public static class MarkdownReport
{
    /// <summary>The page, with <c>\n</c> at line ends. Names and notes are escaped: they are text, never markup.</summary>
    public static string Of(RunRecord record, Footprint footprint)
    {
        var page = new StringBuilder();
        var opening = record.Opening;
        page.Append(CultureInfo.InvariantCulture, $"# {Text(opening.Name)}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**{Readout.Of(footprint.Total).Full()}** in {Readout.Duration(record.DurationSeconds)}. {Text(Insight.Of(record, footprint))}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"Run `{opening.Id}`, started {opening.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {EnumText.Name(record.Status)}");
        if (record.ExitCode is { } code and not 0)
            page.Append(CultureInfo.InvariantCulture, $" with exit code {code}");
        page.Append(CultureInfo.InvariantCulture, $". Command: {Text(string.Join(' ', opening.Command))}\n\n");
        Figures(page, footprint);
        Components(page, record);
        Stages(page, record, footprint);
        Epochs(page, record, footprint);
        Place(page, record, footprint);
        Doubts(page, record, footprint);
        MethodAndSources(page, footprint, "##");
        return page.ToString();
    }

    /// <summary>The figures of the run as a table, with intervals, boundary and quality.</summary>
    internal static void Figures(StringBuilder page, Footprint footprint)
    {
        Head(page, "Figure", "Value", "95 % interval", "Counted", "Quality");
        foreach (var (words, figure) in Named(footprint))
        {
            var readout = Readout.Of(figure);
            Cells(page, words, readout.Text, readout.Low is null ? "exact" : $"{readout.Low}–{readout.High} {readout.Unit}", Text(BoundaryWords.Sentence(figure.Boundary)), Quality(figure));
        }

        page.Append('\n');
    }

    static IEnumerable<(string Words, Figure Figure)> Named(Footprint footprint)
    {
        yield return ("Energy of the job", footprint.Energy);
        yield return ("Energy of the machine", footprint.MachineEnergy);
        yield return ("Energy with the building", footprint.FacilityEnergy);
        yield return ("Operational emissions", footprint.Operational);
        if (footprint.Embodied is { } embodied)
            yield return ("Embodied emissions", embodied);
        yield return ("Total emissions", footprint.Total);
        if (footprint.Water is { } water)
            yield return ("Water", water);
    }

    static string Quality(Figure figure) => $"{EnumText.Name(figure.Quality)}, {Readout.Percent(figure.MeasuredShare)} of the energy measured";

    static void Components(StringBuilder page, RunRecord record)
    {
        page.Append("## Energy by component\n\n");
        Head(page, "Component", "Job", "Others", "Idle", "Machine", "Quality");
        var like = record.Components.Sum(part => part.JobMicrojoules) / 3.6e12;
        foreach (var part in record.Components)
        {
            Cells(page, Text(Summary.NameOf(part)), Energy(part.JobMicrojoules), Energy(part.OthersMicrojoules), Energy(part.IdleMicrojoules), Energy(part.MachineMicrojoules),
                EnumText.Name(part.Quality));
        }

        page.Append("\nJob + others + idle = machine, to the microjoule.\n\n");

        string Energy(long microjoules) => Readout.Of(microjoules / 3.6e12, "kWh", 3, like);
    }

    static void Stages(StringBuilder page, RunRecord record, Footprint footprint)
    {
        if (record.Stages.All(stage => stage.Name == StageRecord.Outside))
            return;
        page.Append("## Stages\n\n");
        Head(page, "Stage", "Data in", "Data out", "Time", "Energy", "Emissions");
        foreach (var (stage, figures) in record.Stages.Zip(footprint.Stages))
        {
            Cells(page, Text(stage.Name), stage.DataIn?.ToString() ?? "", stage.DataOut?.ToString() ?? "", Readout.Duration(stage.DurationSeconds),
                Readout.Of(figures.Energy.Bounds, figures.Energy.Unit, footprint.Energy.Value).Full(), Readout.Of(figures.Emissions.Bounds, figures.Emissions.Unit, footprint.Operational.Value).Full());
        }

        page.Append('\n');
    }

    static void Epochs(StringBuilder page, RunRecord record, Footprint footprint)
    {
        if (record.Epochs.Length == 0)
            return;
        page.Append("## Epochs\n\n");
        var metrics = record.Epochs.SelectMany(epoch => epoch.Metrics.Keys).Distinct(StringComparer.Ordinal)
            .OrderBy(name => Array.IndexOf(["loss", "accuracy", "validation_loss", "validation_accuracy"], name) is >= 0 and var at ? at : 99).ThenBy(name => name, StringComparer.Ordinal).ToList();
        var observations = Observations.Of(record);
        Head(page, ["Epoch", .. metrics.Select(Text), "Energy", "Emissions", "Observation"]);
        for (var i = 0; i < record.Epochs.Length; i++)
        {
            var epoch = record.Epochs[i];
            Cells(page,
            [
                epoch.Number.ToString(CultureInfo.InvariantCulture),
                .. metrics.Select(name => epoch.Metrics.TryGetValue(name, out var value) ? Readout.Metric(value) : ""),
                Like(footprint.Epochs[i].Energy, footprint.Epochs.Max(part => part.Energy.Value)), Like(footprint.Epochs[i].Emissions, footprint.Epochs.Max(part => part.Emissions.Value)), Text(observations[i]),
            ]);
        }

        page.Append('\n');
    }

    static void Place(StringBuilder page, RunRecord record, Footprint footprint)
    {
        var grid = footprint.Factors.Grid;
        var machine = record.Opening.Machine;
        page.Append("## Place and machine\n\n");
        page.Append(CultureInfo.InvariantCulture, $"- Place: {Text(PlaceName.Of(record.Opening.Place, grid) ?? "only an intensity was given")} ({Text(grid.How)})\n");
        page.Append(CultureInfo.InvariantCulture, $"- Grid: {Readout.OfFactor(grid.Intensity).Full()}, {Text(grid.Basis)}, {Text(grid.Scope)}");
        page.Append(grid.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "");
        page.Append(CultureInfo.InvariantCulture, $" \\[{Text(grid.Intensity.Source.Id)}\\]\n");
        page.Append(CultureInfo.InvariantCulture, $"- Building: PUE {Readout.OfFactor(footprint.Factors.Pue).Full()}, {Text(footprint.Factors.PueHow)}\n");
        page.Append(CultureInfo.InvariantCulture, $"- Machine: {machine.Kind}, {Text(HardwareName.Of(machine))}, {Readout.Bytes(machine.MemoryBytes)} of memory, {Text(machine.OperatingSystem)}\n");
        foreach (var basis in record.Opening.Bases)
            page.Append(CultureInfo.InvariantCulture, $"- {EnumText.Name(basis.Component)}: {EnumText.Name(basis.Quality)}, {Text(basis.Why)}\n");
        if (record.Overhead is { } overhead)
            page.Append(CultureInfo.InvariantCulture, $"- Measuring cost {Readout.Of(overhead.CpuSeconds, "s")} of CPU time and {Readout.Bytes(overhead.PeakResidentBytes)} of memory\n");
        page.Append('\n');
    }

    static void Doubts(StringBuilder page, RunRecord record, Footprint footprint)
    {
        var doubts = RunDocument.DoubtsOf(record, footprint.Doubts).ToList();
        if (doubts.Count == 0 && record.Gaps.Length == 0)
            return;
        page.Append("## What makes the figures less sure\n\n");
        foreach (var doubt in doubts)
            page.Append(CultureInfo.InvariantCulture, $"- **{Text(doubt.Code)}**: {Text(doubt.Text)}\n");
        foreach (var gap in record.Gaps)
            page.Append(CultureInfo.InvariantCulture, $"- **gap**: {Text(gap.Meter)} said nothing from {Readout.Duration(gap.From)} to {Readout.Duration(gap.To)}: {Text(gap.Reason)}\n");
        page.Append('\n');
    }

    /// <summary>How it was counted, which factor matters most, and every source.</summary>
    internal static void MethodAndSources(StringBuilder page, Footprint footprint, string level)
    {
        page.Append(CultureInfo.InvariantCulture, $"{level} Method\n\n");
        page.Append(CultureInfo.InvariantCulture, $"tonne, method {Text(footprint.Method)}, factors `{Text(footprint.Factors.FactorsHash)}`. ");
        page.Append("Energy = Σ amounts × rates; × PUE with the building; × carbon intensity = operational emissions, location-based, without grid losses. ");
        page.Append("Embodied = held share × duration × manufacturing ÷ used life. Intervals are 95 %, from the bounds of each factor.\n\n");
        var weights = FactorWeight.Of(footprint.Total.Derivation).Where(weight => weight.Share >= 0.02).Take(5).ToList();
        if (weights.Count > 0)
        {
            Head(page, "Share of the uncertainty", "Factor", "Value", "Source");
            foreach (var weight in weights)
                Cells(page, Readout.Percent(weight.Share), Text(weight.Factor.Label), Text(Readout.OfFactor(weight.Factor).Full()), Text(weight.Factor.Source.Id));
            page.Append('\n');
        }

        page.Append(CultureInfo.InvariantCulture, $"{level} Sources\n\n");
        foreach (var source in footprint.Sources())
        {
            page.Append(CultureInfo.InvariantCulture, $"- \\[{Text(source.Id)}\\] {Text(source.Title)}");
            page.Append(source.Year is { } year ? string.Create(CultureInfo.InvariantCulture, $", {year}") : "");
            page.Append(source.Licence is { } licence ? ", " + Text(licence) : "");
            page.Append(LinkOf(source) is { } link ? $", <{link}>" : "");
            page.Append('\n');
        }
    }

    static string Like(Figure figure, double largest) => Readout.Of(figure.Bounds, figure.Unit, largest).Text;

    static string? LinkOf(Source source) =>
        Uri.TryCreate(source.Link, UriKind.Absolute, out var address) && (address.Scheme is "https" or "http") ? address.AbsoluteUri : null;

    static string Text(string? text) => Printable.Markdown(text);

    static void Head(StringBuilder page, params IReadOnlyList<string> heads)
    {
        Cells(page, heads);
        page.Append('|').Append(string.Concat(heads.Select(_ => " --- |"))).Append('\n');
    }

    static void Cells(StringBuilder page, params IReadOnlyList<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
