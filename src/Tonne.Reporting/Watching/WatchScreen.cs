using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Watching;

/// <summary>Draws a run as it is now: power, emissions, epochs.</summary>
/// <param name="screen">Width, colours and characters of the terminal.</param>
public sealed class WatchScreen(TerminalCapabilities screen)
{
    const int MaxHistory = 240;
    const int MaxJobs = 8;
    const int MaxBarColumns = 30;

    readonly List<double> _history = [];

    /// <summary>Writes the next picture; the power of each is kept for the sparkline.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="state">The run now.</param>
    public void Write(TextWriter writer, WatchState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _history.Add(state.IsMachine ? state.MachineWatts : state.JobWatts);
        if (_history.Count > MaxHistory)
            _history.RemoveAt(0);
        var sheet = new StyledTextWriter(writer, screen);
        var dash = screen.Dash;
        sheet.WriteLine(StyledText.Strong(TextSanitizer.ToOneLine(state.Name)), $" {screen.Dot} {EnumWords.Format(state.Status)} {screen.Dot} {DisplayValue.FormatDuration(state.Seconds)}");
        if (state.IsMachine)
            sheet.WriteRow("power", StyledText.Strong(FormatWatts(state.MachineWatts)), $" machine {screen.Dot} {FormatWatts(state.JobWatts + state.OthersWatts)} processes {screen.Dot} {FormatWatts(state.IdleWatts)} idle{DescribeUnexplained(state)}");
        else
            sheet.WriteRow("power", StyledText.Strong(FormatWatts(state.JobWatts)), $" this job {screen.Dot} {FormatWatts(state.OthersWatts)} others {screen.Dot} {FormatWatts(state.IdleWatts)} idle{DescribeUnexplained(state)} {screen.Dot} {FormatWatts(state.MachineWatts)} machine");
        var largest = state.Components.Select(part => part.MachineWatts).DefaultIfEmpty(0).Max();
        var columns = Math.Min(MaxBarColumns, Math.Max(4, sheet.RowColumns - 44));
        foreach (var part in state.Components)
        {
            var name = part.Device is null ? part.Component : $"{part.Component}:{TextSanitizer.ToOneLine(part.Device)}";
            sheet.WriteRow("", StyledTextWriter.ToUnbreakable(TextSanitizer.FitToColumns(name, 12, screen.Unicode)), " ",
                new StyledText(StyledTextWriter.ToUnbreakable(DrawBar(state.IsMachine ? part.JobWatts + part.OthersWatts : part.JobWatts, part.MachineWatts, largest, columns)), TextStyle.Bar), " ",
                StyledTextWriter.ToUnbreakable($"{FormatWatts(state.IsMachine ? part.JobWatts + part.OthersWatts : part.JobWatts),9} of {FormatWatts(part.MachineWatts)}"), " ", StyledText.FromQuality(part.Quality));
        }

        if (_history.Count > 1)
        {
            sheet.WriteRow("", StyledTextWriter.ToUnbreakable(Sparkline.Render(_history, Math.Min(60, sheet.RowColumns - 24), screen.Unicode)), StyledText.Faint($" {FormatWatts(_history.Min())}{dash}{FormatWatts(_history.Max())}"));
        }

        // A machine carries no embodied emissions of its own here: its figures are those of the process that started tonne.
        if (state.IsMachine)
        {
            WriteJobs(sheet, state);
            return;
        }

        sheet.WriteRow("so far", StyledText.Strong(StyledTextWriter.ToUnbreakable(DisplayValue.Format(state.Emissions, "kg CO2e").FormatWithInterval(dash))), $" {screen.Dot} ",
            StyledTextWriter.ToUnbreakable(DisplayValue.Format(state.FacilityEnergy, "kWh").FormatWithInterval(dash)), " facility energy ", StyledText.FromQuality(state.Quality));
        sheet.WriteRow("rate", StyledTextWriter.ToUnbreakable(DisplayValue.Format(state.GramsPerHour / 1000, "kg CO2e") + "/h"));
        WriteEpochs(sheet, state);
        WriteJobs(sheet, state);
    }

    void WriteJobs(StyledTextWriter sheet, WatchState state)
    {
        foreach (var job in state.Jobs.OrderByDescending(job => job.Watts).Take(MaxJobs))
            sheet.WriteRow("run", StyledTextWriter.ToUnbreakable(TextSanitizer.FitToColumns(TextSanitizer.ToOneLine(job.Name), 20, screen.Unicode)), $" {FormatWatts(job.Watts)} {screen.Dot} {DisplayValue.FormatDuration(job.Seconds)} {screen.Dot} {job.Id}");
    }

    void WriteEpochs(StyledTextWriter sheet, WatchState state)
    {
        if (state.Epoch is not { } epoch)
            return;
        var metrics = epoch.Metrics.Take(3).Select(metric => $" {screen.Dot} {TextSanitizer.ToOneLine(metric.Key)} {DisplayValue.FormatMetric(metric.Value)}");
        var of = state.Epochs is { } all ? $" of {all.ToString(CultureInfo.InvariantCulture)}" : "";
        sheet.WriteRow("epoch", $"{epoch.Number.ToString(CultureInfo.InvariantCulture)}{of}{string.Concat(metrics)}");
        if (state.Losses.Length > 1)
            sheet.WriteRow("loss", StyledTextWriter.ToUnbreakable(Sparkline.Render(state.Losses, Math.Min(60, sheet.RowColumns - 24), screen.Unicode)));
        if (state is { SecondsLeft: { } seconds, EmissionsLeft: { } kilograms })
            sheet.WriteRow("left", $"{DisplayValue.FormatDuration(seconds)} and ", StyledTextWriter.ToUnbreakable(DisplayValue.Format(kilograms, "kg CO2e")), " at this pace");
    }

    /// <summary>A bar of the machine's power, of which the part in question is solid.</summary>
    string DrawBar(double used, double all, double largest, int columns)
    {
        var machine = largest > 0 ? (int)Math.Round(all / largest * columns) : 0;
        var solid = all > 0 ? Math.Min(machine, (int)Math.Round(used / all * machine)) : 0;
        return (new string(screen.Unicode ? '█' : '#', solid) + new string(screen.Unicode ? '░' : '.', machine - solid)).PadRight(columns);
    }

    /// <summary>The unexplained power as a further part, if it would not be shown as 0.</summary>
    string DescribeUnexplained(WatchState state) => Math.Abs(state.UnexplainedWatts) < 0.05 ? "" : $" {screen.Dot} {FormatWatts(state.UnexplainedWatts)} unexplained";

    static string FormatWatts(double watts) => watts switch
    {
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{watts / 1000:0.00} kW"),
        >= 100 => string.Create(CultureInfo.InvariantCulture, $"{watts:0} W"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{watts:0.0} W"),
    };
}
