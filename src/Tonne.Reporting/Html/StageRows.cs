using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>The stages of a run in its page: those of the program, then those of tonne.</summary>
static class StageRows
{
    /// <summary>Creates the rows; null if the program marked no stage.</summary>
    public static ReportStages? Create(RunRecord record, Footprint footprint)
    {
        if (record.Stages.All(stage => stage.Name == StageRecord.Outside))
            return null;
        double total = record.Stages.Sum(stage => stage.Energy.Sum(use => (double)use.Microjoules));
        var rows = record.Stages.Zip(footprint.Stages, (stage, figures) => CreateRow(stage, figures, footprint, total)).ToList();
        // The time in no stage comes after those of the program.
        rows = [.. rows.Where(row => row.Kind == "program"), .. CreateOwn(record, footprint), .. rows.Where(row => row.Kind == "outside")];
        return new ReportStages(Describe(rows), StageTable.BoundaryNote, rows);
    }

    static ReportStage CreateRow(StageRecord stage, StageFigures figures, Footprint footprint, double total)
    {
        var isKnown = !figures.IsWithheld;
        return new ReportStage(
            stage.Name == StageRecord.Outside ? "outside" : "program", TextSanitizer.ToOneLine(stage.Name), Format(stage.DataIn),
            Format(stage.DataOut), stage.DataIn?.Rows, stage.DataOut?.Rows, stage.DataIn?.Columns, stage.DataOut?.Columns,
            stage.IsLate ? null : stage.DurationSeconds, stage.IsLate ? "unknown" : DisplayValue.FormatDuration(stage.DurationSeconds),
            isKnown ? CreateEnergy(figures, footprint) : null,
            isKnown ? ReportFigure.From(figures.Emissions, footprint.Operational.Value) : null,
            isKnown && total > 0 ? stage.Energy.Sum(use => (double)use.Microjoules) / total : null);
    }

    /// <summary>Facility energy, as the table of stages prints it.</summary>
    static ReportFigure CreateEnergy(StageFigures figures, Footprint footprint)
    {
        var atFacility = figures.Energy with { Boundary = figures.Energy.Boundary with { Extent = BoundaryExtent.Facility } };
        return ReportFigure.From(atFacility, figures.Energy.Name, RunHeadline.ComputeFacilityEnergyBounds(figures, footprint),
            footprint.FacilityEnergy.Value);
    }

    static IEnumerable<ReportStage> CreateOwn(RunRecord record, Footprint footprint) => PipelineTrace.CreateRows(record, footprint)
        .Where(row => row.Own)
        .Select(row => new ReportStage(
            row.Name, row.Name, row.In, row.Out, null, null, null, null, row.Seconds, DisplayValue.FormatDuration(row.Seconds),
            CreateOwn($"{row.Name}.energy_kwh", record.Overhead is null ? null : row.EnergyKwh, footprint.FacilityEnergy),
            CreateOwn($"{row.Name}.emissions_kg", record.Overhead is null ? null : row.EmissionsKg, footprint.Operational), null));

    static ReportFigure? CreateOwn(string name, double? value, Figure like) =>
        value is { } known ? ReportFigure.From(like, name, Bounds.FromExact(known), null) : null;

    static string Describe(List<ReportStage> rows)
    {
        var largest = rows.Where(row => row.Share is not null).MaxBy(row => row.Share);
        return largest?.Share is not { } share ? "The stages came late from a buffer, so their energies are unknown"
            : largest.Kind == "outside" ? $"{DisplayValue.FormatPercent(share)} of the energy was used outside the stages"
            : $"{largest.Name} took {DisplayValue.FormatPercent(share)} of the energy";
    }

    static string Format(DataShape? shape) => shape is { } known
        ? $"{DisplayValue.FormatCount(known.Rows)} × {DisplayValue.FormatCount(known.Columns)}" : "";
}
