using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>
/// The emissions of a run in boundaries from the narrowest to the widest. Each is what the accountant computes for that part of the record
/// and those factors.
/// </summary>
static class BoundaryLadder
{
    /// <summary>Creates the boundaries of a run.</summary>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">Its footprint.</param>
    /// <param name="like">Emissions in kg whose scale is used, as for other runs beside it; null for those of the run.</param>
    public static ReportBoundaries Create(RunRecord record, Footprint footprint, double? like = null)
    {
        var accountant = new Accountant();
        var scale = like ?? footprint.Total.Value;
        var atPlug = footprint.Factors with { Pue = CreateExactPue(), Embodied = [] };
        var whole = record with { Stages = [], Epochs = [], StepSeries = null, Ranks = null };
        var steps = new List<ReportBoundary>();
        var gpus = record.Components.Where(part => part.Component == Component.Gpu).ToImmutableArray();
        var isOnlyGpus = gpus.Length == record.Components.Length;
        if (gpus.Length > 0 && !isOnlyGpus)
        {
            var part = accountant.Account(whole with { Components = gpus }, atPlug);
            Add("gpu", "GPU", "The accelerators alone, as many published figures have it: no processor, no memory, no cooling.",
                part.Energy, part.Operational);
        }

        var machine = accountant.Account(whole, atPlug);
        Add("it", "IT equipment",
            "The whole computer at its plug, the job's share of it: processors, memory, accelerators, fans and supply losses.",
            machine.Energy, machine.Operational);
        Add("facility", "Facility", "IT equipment times the PUE: cooling and power distribution of the building.",
            footprint.FacilityEnergy, footprint.Operational,
            footprint.Embodied is null);
        if (footprint.Embodied is not null)
            Add("embodied", "With hardware", "Facility, and this run's share of manufacturing the hardware.", null, footprint.Total, true);
        if (record.Components.Any(part => part.IdleMicrojoules > 0) && record.Opening.Policy != SharePolicy.Machine)
        {
            var idle = accountant.Account(whole with { Components = [.. record.Components.Select(AddIdle)] }, footprint.Factors);
            Add("idle", "With idle", "All of the above, and the power of the machine that was idle and held by no job in the same time.",
                idle.FacilityEnergy, idle.Total);
        }

        return new ReportBoundaries(Describe(steps), steps);

        void Add(string id, string name, string definition, Figure? energy, Figure emissions, bool isHeadline = false) =>
            steps.Add(new ReportBoundary(
            id, name, definition, energy is null ? null : ReportFigure.From(energy, $"{id}.energy_kwh", energy.Bounds, null),
            ReportFigure.From(emissions, $"{id}.emissions_kg", emissions.Bounds, scale), isHeadline));
    }

    static string Describe(List<ReportBoundary> steps)
    {
        var (narrow, headline) = (steps[0], steps.Find(step => step.IsHeadline)!);
        if (narrow == headline || narrow.Emissions.Value <= 0)
            return "The narrowest boundary is the one of the answer";
        var ratio = headline.Emissions.Value / narrow.Emissions.Value;
        var what = narrow.Id == "gpu" ? "the GPU" : "the plug";
        return $"Counting only {what} would give {DisplayValue.FormatPercent(1 / ratio)} of the answer";
    }

    static Factor CreateExactPue() =>
        new("pue/none", "no facility", "1", Bounds.FromExact(1), Quality.Measured, new Source("DEFINITION", "By definition"));

    /// <summary>The job's amounts, and the part of the machine's amounts that was idle.</summary>
    static ComponentEnergy AddIdle(ComponentEnergy part)
    {
        if (part.MachineMicrojoules <= 0 || part.IdleMicrojoules <= 0)
            return part;
        var share = (double)part.IdleMicrojoules / part.MachineMicrojoules;
        return part with
        {
            JobMicrojoules = part.JobMicrojoules + part.IdleMicrojoules,
            Job =
            [
                .. part.Job.Concat(part.Machine.Select(amount => amount with { Amount = amount.Amount * share }))
                    .GroupBy(amount => amount.Rate, StringComparer.Ordinal)
                    .Select(rate => new RatedAmount(rate.Key, rate.Sum(amount => amount.Amount))),
            ],
        };
    }
}
