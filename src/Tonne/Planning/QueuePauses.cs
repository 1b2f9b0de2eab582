using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Improves a plan of several jobs by pauses: each job in turn has the best times that the others leave.</summary>
/// <remarks>
/// A step of the intensities in which another job runs is not used. It ends when no job improves, at a plan that no single job can improve;
/// it need not be the optimum. The sum of what each job would emit alone, with its pauses, is a lower bound.
/// </remarks>
static class QueuePauses
{
    const int MostRounds = 20;
    const double LeastGain = 1e-9;

    internal static QueuePlan Improve(PlanPlace place, QueuePlan plan)
    {
        var jobs = plan.Jobs.Select(placed => placed with { Segments = [new PlanSegment(placed.From, placed.To, place)], Alone = FindAlone(place, placed.Job) }).ToArray();
        if (!Array.Exists(jobs, placed => placed.Job.MaxPauses != 0))
            return plan with { Jobs = [.. jobs] };
        var isBetter = true;
        for (var round = 0; isBetter && round < MostRounds; round++)
        {
            isBetter = false;
            for (var i = 0; i < jobs.Length; i++)
            {
                if (FindBest(place, jobs, i) is not { } option || option.Total.Grams >= jobs[i].Total.Grams * (1 - LeastGain))
                    continue;
                jobs[i] = new PlacedJob(jobs[i].Job, option.Start, option.End, option.Total) { Segments = Relabel(option, place), Alone = jobs[i].Alone };
                isBetter = true;
            }
        }

        var total = jobs.Sum(placed => placed.Total.Grams);
        var bound = jobs.Sum(placed => placed.Alone?.Grams ?? GetLeast(place, placed.Job));
        return plan with
        {
            Jobs = [.. jobs.OrderBy(placed => placed.From)],
            Total = Emissions.FromGrams(total),
            LowerBound = Emissions.FromGrams(Math.Min(total, bound)),
            IsExact = total <= bound * (1 + LeastGain),
        };
    }

    static PlanOption? FindBest(PlanPlace place, PlacedJob[] jobs, int index)
    {
        var others = jobs.Where((_, i) => i != index).SelectMany(placed => placed.Segments);
        return Plan(place with { Intensity = Block(place.Intensity, [.. others]) }, jobs[index].Job) is { } plan ? plan.WithPauses ?? plan.Contiguous : null;
    }

    static Emissions? FindAlone(PlanPlace place, QueuedJob job) =>
        Plan(place, job) is { } plan && (plan.IsExact || job.MaxPauses == 0) ? (plan.WithPauses ?? plan.Contiguous)?.Total : null;

    static Plan? Plan(PlanPlace place, QueuedJob job) => Planner.Plan(new PlanRequest
    {
        Profile = job.Profile, Now = job.StartAfter, FinishBy = job.FinishBy, Places = [place], MaxPauses = job.MaxPauses, ResumeCost = job.ResumeCost,
    }) as Plan;

    /// <summary>A bound where the optimum alone is not known: all energy at the least intensity of the job's window.</summary>
    static double GetLeast(PlanPlace place, QueuedJob job)
    {
        if (place.Renewables is not null)
            return 0;
        var least = double.PositiveInfinity;
        for (var i = 0; i < place.Intensity.Values.Length; i++)
        {
            var at = place.Intensity.Start + (place.Intensity.Step * i);
            if (place.Intensity.Values[i] is { } value && at + place.Intensity.Step > job.StartAfter && at < job.FinishBy)
                least = Math.Min(least, value.GramsPerKilowattHour);
        }

        var factor = (place.Hardware?.DurationFactor ?? 1) * (place.Hardware?.PowerFactor ?? 1);
        return double.IsFinite(least) ? job.Profile.Energy.KilowattHours * factor * place.Pue * least : 0;
    }

    static IntensitySeries Block(IntensitySeries series, ImmutableArray<PlanSegment> taken)
    {
        var values = series.Values.ToArray();
        foreach (var segment in taken)
        {
            var first = Math.Max(0, (segment.From - series.Start).Ticks / series.Step.Ticks);
            for (var i = first; i < values.Length && series.Start + (series.Step * i) < segment.To; i++)
                values[i] = null;
        }

        return new IntensitySeries(series.Zone, series.Start, [.. values], series.Source, series.Basis, series.Scope, series.Step, series.Kind, series.Signal, series.Issued);
    }

    static ImmutableArray<PlanSegment> Relabel(PlanOption option, PlanPlace place) => [.. option.Segments.Select(segment => segment with { Place = place })];
}
