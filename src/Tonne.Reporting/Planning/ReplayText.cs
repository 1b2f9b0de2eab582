using System.Globalization;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Planning;

/// <summary>Writes a replay of the ledger to the terminal.</summary>
public static class ReplayText
{
    const int MostRuns = 10;

    /// <summary>Writes the replay.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="replay">The replay.</param>
    /// <param name="screen">The terminal.</param>
    public static void Write(TextWriter writer, PlanReplay replay, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(replay);
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        if (replay.Runs.Count == 0)
        {
            sheet.WriteLine(StyledText.Strong("No run can be replayed."));
        }
        else
        {
            var profiles = replay.Runs.Count(run => run.Signal == IntensitySignal.Profile);
            sheet.WriteLine(StyledText.Strong(string.Create(CultureInfo.InvariantCulture,
                $"{DisplayValue.FormatCount(replay.Runs.Count)} {(replay.Runs.Count == 1 ? "run" : "runs")}, {DisplayValue.Format(replay.Immediate.Kilograms, "kg CO2e")} operational; with up to {DisplayValue.FormatDuration(replay.Options.Slack.TotalSeconds)} of slack each")));
            sheet.WriteBlankLine();
            var table = new TextTable("they could have", "saved", "share") { Margin = 2, FlexibleColumn = 0, StacksRows = true };
            AddRow(table, replay, "waited", replay.Waiting);
            AddRow(table, replay, replay.Options.MaxPauses switch
            {
                null => "waited, with any pauses",
                1 => "waited, with at most 1 pause",
                { } most => string.Create(CultureInfo.InvariantCulture, $"waited, with at most {most} pauses"),
            }, replay.Pausing);
            if (replay.Moving is { } moving)
                AddRow(table, replay, $"run at the best of {string.Join(", ", replay.Options.Zones.Select(zone => zone.Code))}", moving);
            if (replay.All is { } all)
                AddRow(table, replay, "all of these", all);
            AddHardware(table, replay);
            sheet.WriteTable(table);
            sheet.WriteBlankLine();
            WriteRuns(sheet, replay);
            WriteHardware(sheet, replay);
            sheet.WriteRow("known by", profiles == 0 ? "observed intensities: what perfect foresight would have saved, and a forecast at most"
                : string.Create(CultureInfo.InvariantCulture, $"profiles of month and hour for {profiles} of them, which show usual hours and not those of that day"));
        }

        foreach (var (reason, count) in replay.Skipped)
            sheet.WriteRow("left out", string.Create(CultureInfo.InvariantCulture, $"{DisplayValue.FormatCount(count)}: {reason}"));
        if (replay.Skipped.Count > 0)
            sheet.WriteRow("", "History: tonne grid import FILE");
    }

    static void AddRow(TextTable table, PlanReplay replay, string what, double share) =>
        table.Add(what, DisplayValue.Format(replay.Immediate.Kilograms * share, "kg CO2e"), string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %"));

    static void AddHardware(TextTable table, PlanReplay replay)
    {
        if (replay.Hardware is not { } share)
            return;
        var names = replay.Runs.Select(run => run.Hardware).OfType<ReplayedHardware>().Where(run => run.OtherGrams.Best < run.PresentGrams)
            .GroupBy(run => run.Other, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).Select(group => group.Key).ToList();
        var what = names switch { [] => "run on other accelerators: none is better", [var only] => $"run on {only}", [var first, ..] =>
            $"run on {first} or others" };
        table.Add(what, DisplayValue.Format(replay.HardwareImmediate.Kilograms * share.Best, "kg CO2e"),
            string.Create(CultureInfo.InvariantCulture, $"{share.Best * 100:0.#} % [{share.Low * 100:0}, {share.High * 100:0}]"));
    }

    static void WriteHardware(StyledTextWriter sheet, PlanReplay replay)
    {
        if (replay.RunsWithHardware > 0)
        {
            sheet.WriteRow("hardware", string.Create(CultureInfo.InvariantCulture,
                $"modelled for {replay.RunsWithHardware} of the runs by data sheets at the same utilisation; share of their emissions with the embodied ones of accelerators; the interval is that of operations against memory bandwidth, and of power"));
        }
    }

    static void WriteRuns(StyledTextWriter sheet, PlanReplay replay)
    {
        var table = new TextTable("run", "name", "as it ran", "best", "start", "zone") { Margin = 2, FlexibleColumn = 1,
            MinFlexibleWidth = 8, OptionalColumns = [5, 4], StacksRows = true };
        var better = replay.Runs.Take(MostRuns).Where(run => run.Best < run.Immediate).ToList();
        if (better.Count == 0)
            return;
        foreach (var run in better)
        {
            table.Add(run.Id, run.Name, DisplayValue.Format(run.Immediate.Kilograms, "kg CO2e"),
                string.Create(CultureInfo.InvariantCulture, $"{(1 - (run.Best.Grams / run.Immediate.Grams)) * -100:0.#} %"), run.BestStart.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture), run.BestZone);
        }

        sheet.WriteTable(table);
        sheet.WriteBlankLine();
    }
}
