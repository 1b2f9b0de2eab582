using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>The ranks of a run: exit code, time, CPU time, facility energy, operational emissions.</summary>
static class RankTable
{
    /// <summary>Of more ranks the first are shown.</summary>
    const int MaxRows = 32;

    /// <summary>Writes the table after a blank line; nothing if the run has no ranks.</summary>
    internal static void WriteIfAny(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        if (record.Ranks is not { Count: > 0 } ranks)
            return;
        var screen = sheet.Capabilities;
        var table = new TextTable(["rank", "exit", "time", "CPU time", "energy", "emissions"]) { Margin = 2, RightAligned = new HashSet<int> { 0, 1, 2, 3, 4, 5 } };
        foreach (var (i, rank) in ranks.Index().Take(MaxRows))
        {
            var figures = footprint.Ranks[i];
            table.Add(
                rank.Rank.ToString(CultureInfo.InvariantCulture),
                rank.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? screen.Dash,
                DisplayValue.FormatDuration(rank.DurationSeconds),
                DisplayValue.FormatDuration(rank.CpuSeconds),
                DisplayValue.Format(RunHeadline.ComputeFacilityEnergyBounds(figures, footprint), figures.Energy.Unit, footprint.FacilityEnergy.Value).Text,
                DisplayValue.Format(figures.Emissions.Bounds, figures.Emissions.Unit, footprint.Operational.Value).Text);
        }

        sheet.WriteBlankLine();
        sheet.WriteTable(table);
        if (ranks.Count > MaxRows)
            sheet.WriteLine(StyledText.Faint(string.Create(CultureInfo.InvariantCulture, $"The first {MaxRows} of {ranks.Count} ranks; all are in the JSON document.")));
        sheet.WriteLine(StyledText.Faint(StageTable.BoundaryNote));
    }
}
