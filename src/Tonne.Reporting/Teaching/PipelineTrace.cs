using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Reporting.Teaching;

/// <summary>
/// Shows a run as its stages, followed by the two stages of tonne: energy measured, emissions accounted. Each has input, output, time,
/// energy and emissions.
/// </summary>
/// <remarks>
/// The last two stages are the work of tonne: samples become kWh, then kWh and g/kWh become kg. Their time is the measured CPU time of
/// tonne (the sampler's; the rest). Their energy is that time × the job's own energy per CPU-second; it is not part of the run's energy.
/// </remarks>
public static class PipelineTrace
{
    /// <summary>One stage.</summary>
    /// <param name="Name">Name of the stage.</param>
    /// <param name="In">Data that the stage reads, in words or as rows × columns.</param>
    /// <param name="Out">Data that the stage produces, in the same form.</param>
    /// <param name="Seconds">Time, s.</param>
    /// <param name="EnergyKwh">Facility energy (PUE included), kWh; null if unknown.</param>
    /// <param name="EmissionsKg">Operational emissions, kg CO2e; null if unknown.</param>
    /// <param name="Own">Whether the stage is work of tonne.</param>
    public sealed record Row(string Name, string In, string Out, double Seconds, double? EnergyKwh, double? EmissionsKg, bool Own);

    /// <summary>The rows of a run.</summary>
    public static ImmutableArray<Row> CreateRows(RunRecord record, Footprint footprint)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        var rows = ImmutableArray.CreateBuilder<Row>();
        foreach (var (stage, figures) in record.Stages.Zip(footprint.Stages))
        {
            if (stage.Name != StageRecord.Outside)
                rows.Add(new Row(TextSanitizer.ToOneLine(stage.Name), Shape(stage.DataIn), Shape(stage.DataOut), stage.DurationSeconds,
                    figures.IsWithheld ? null : RunHeadline.GetFacilityEnergy(figures, footprint), figures.IsWithheld ? null : figures.Emissions.Value, Own: false));
        }

        var (sampling, accounting) = record.Overhead is { } overhead ? (overhead.SamplerCpuSeconds, Math.Max(0, overhead.CpuSeconds - overhead.SamplerCpuSeconds)) : (0, 0);
        double? price = record.JobCpuSeconds > 0 ? footprint.FacilityEnergy.Value / record.JobCpuSeconds : null;
        var perKilowattHour = footprint.FacilityEnergy.Value > 0 ? footprint.Operational.Value / footprint.FacilityEnergy.Value : 0;
        var grid = footprint.Factors.Grid.Intensity.Bounds.Best.ToString("0.#", CultureInfo.InvariantCulture);
        rows.Add(new Row("measure", $"{DisplayValue.FormatCount(record.Samples)} samples × {DisplayValue.FormatCount(record.Opening.Meters.Length)} meters", DisplayValue.Format(footprint.Energy.Value, footprint.Energy.Unit),
            sampling, sampling * price, sampling * price * perKilowattHour, Own: true));
        rows.Add(new Row("account", $"{DisplayValue.Format(footprint.FacilityEnergy.Value, footprint.FacilityEnergy.Unit)} × {grid} g/kWh", DisplayValue.Format(footprint.Operational.Value, footprint.Operational.Unit),
            accounting, accounting * price, accounting * price * perKilowattHour, Own: true));
        return rows.ToImmutable();
    }

    /// <summary>Writes the trace as a table, with the insight below.</summary>
    public static void Write(TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen)
    {
        var rows = CreateRows(record, footprint);
        var cells = rows.Select((row, i) => new[]
        {
            $"{i + 1}", row.Name, row.In, screen.Arrow, row.Out, DisplayValue.FormatDuration(row.Seconds),
            row.EnergyKwh is { } energy ? DisplayValue.Format(energy, "kWh") : "", row.EmissionsKg is { } emissions ? DisplayValue.Format(emissions, "kg CO2e") : "",
        }).Prepend(["", "stage", "in", "", "out", "time", "energy", "emissions"]).ToList();
        var widths = Enumerable.Range(0, 8).Select(column => cells.Max(row => TextSanitizer.CountColumns(screen.ToSupportedText(row[column])))).ToArray();
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        foreach (var row in cells)
        {
            var text = "  " + string.Join("  ", row.Select((cell, column) => column >= 5 ? screen.ToSupportedText(cell).PadLeft(widths[column]) : TextSanitizer.FitToColumns(screen.ToSupportedText(cell), widths[column], screen.Unicode)));
            sheet.WriteRaw(ReferenceEquals(row, cells[0]) ? StyledText.Faint(text) : text);
        }

        sheet.WriteLine(StyledText.Faint(StageTable.BoundaryNote));
        sheet.WriteLine(StyledText.Faint("Stages 5 and on are tonne's own work, beside the run's energy and not in it."));
        sheet.WriteBlankLine();
        sheet.WriteRow("insight", Insight.Describe(record, footprint));
    }

    static string Shape(DataShape? shape) => shape is { } known ? $"{DisplayValue.FormatCount(known.Rows)} × {DisplayValue.FormatCount(known.Columns)}" : "?";
}
