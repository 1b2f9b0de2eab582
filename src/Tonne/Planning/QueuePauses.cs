using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Improves a plan of several jobs by pauses: each job in turn has the best times that the others leave.</summary>
/// <remarks>
/// A step of the intensities in which another job runs is not used. From the plan without pauses, and from plans that place the jobs in
/// several orders, jobs are planned again until none improves. That need not be the optimum. The sum of what each job would emit alone,
/// with its pauses, is a lower bound.
/// </remarks>
static class QueuePauses
{
    const int MostRounds = 20;
    const double LeastGain = 1e-9;

    /// <summary>Improves a plan without pauses; finds one where jobs fit only with pauses.</summary>
    /// <param name="place">The machine's place.</param>
    /// <param name="jobs">The jobs in the order in which they came.</param>
    /// <param name="result">The plan without pauses.</param>
    /// <param name="seed">Seed of the orders that are tried.</param>
    internal static QueueResult Improve(PlanPlace place, ImmutableArray<QueuedJob> jobs, QueueResult result, int seed)
    {
        var alone = jobs.Select(job => FindAlone(place, job)).ToArray();
        var plan = result as QueuePlan;
        var best = plan?.Jobs.Select(placed => placed with { Segments = [new PlanSegment(placed.From, placed.To, place)],
            Alone = alone[jobs.IndexOf(placed.Job)] }).ToArray();
        if (!jobs.Any(job => job.MaxPauses != 0))
            return plan is null ? result : plan with { Jobs = [.. best!] };
        if (best is not null)
            best = Descend(place, best);
        foreach (var order in ListOrders(jobs.Length, seed))
        {
            if (PlaceInTurn(place, jobs, order, alone) is { } placed && Descend(place, placed) is var found
                && (best is null || Sum(found) < Sum(best) * (1 - LeastGain)))
                best = found;
        }

        if (best is null)
            return result;
        var bound = Enumerable.Range(0, jobs.Length).Sum(i => alone[i]?.Grams ?? GetLeast(place, jobs[i]));
        return new QueuePlan
        {
            Jobs = [.. best.OrderBy(placed => placed.From)],
            Total = Emissions.FromGrams(Sum(best)),
            LowerBound = Emissions.FromGrams(Math.Min(Sum(best), bound)),
            IsExact = Sum(best) <= bound * (1 + LeastGain),
            FirstComeFirstServed = plan?.FirstComeFirstServed,
        };
    }

    static double Sum(PlacedJob[] jobs) => jobs.Sum(placed => placed.Total.Grams);

    /// <summary>Each job in turn has the best times that the others leave, until none improves.</summary>
    static PlacedJob[] Descend(PlanPlace place, PlacedJob[] start)
    {
        var jobs = start.ToArray();
        var isBetter = true;
        for (var round = 0; isBetter && round < MostRounds; round++)
        {
            isBetter = false;
            for (var i = 0; i < jobs.Length; i++)
            {
                if (FindBest(place, jobs, i) is not { } option || option.Total.Grams >= jobs[i].Total.Grams * (1 - LeastGain))
                    continue;
                jobs[i] = Create(jobs[i].Job, option, place, jobs[i].Alone);
                isBetter = true;
            }
        }

        return jobs;
    }

    /// <summary>Each job in an order has the best times that those before it leave; null if one does not fit.</summary>
    static PlacedJob[]? PlaceInTurn(PlanPlace place, ImmutableArray<QueuedJob> jobs, int[] order, Emissions?[] alone)
    {
        var placed = new List<PlacedJob>();
        foreach (var i in order)
        {
            var free = place with { Intensity = Block(place.Intensity, [.. placed.SelectMany(before => before.Segments)]) };
            if (Plan(free, jobs[i]) is not { } plan || (plan.WithPauses ?? plan.Contiguous) is not { } option)
                return null;
            placed.Add(Create(jobs[i], option, place, alone[i]));
        }

        return [.. placed];
    }

    /// <summary>All orders of up to four jobs; of more, some that are drawn.</summary>
    static IEnumerable<int[]> ListOrders(int count, int seed)
    {
        const int MostPermuted = 4;
        const int Drawn = 12;
        if (count <= MostPermuted)
            return Permute([], [.. Enumerable.Range(0, count)]);
        var random = new Random(seed);
        return Enumerable.Range(0, Drawn).Select(_ =>
        {
            var order = Enumerable.Range(0, count).ToArray();
            random.Shuffle(order);
            return order;
        });
    }

    static IEnumerable<int[]> Permute(int[] first, int[] rest) =>
        rest.Length == 0 ? [first] : rest.SelectMany(one => Permute([.. first, one], [.. rest.Where(other => other != one)]));

    static PlacedJob Create(QueuedJob job, PlanOption option, PlanPlace place, Emissions? alone) =>
        new(job, option.Start, option.End, option.Total)
    {
        Segments = [.. option.Segments.Select(segment => segment with { Place = place })],
        Alone = alone,
    };

    static PlanOption? FindBest(PlanPlace place, PlacedJob[] jobs, int index)
    {
        var others = jobs.Where((_, i) => i != index).SelectMany(placed => placed.Segments);
        return Plan(place with { Intensity = Block(place.Intensity, [.. others]) }, jobs[index].Job) is { } plan ? plan.WithPauses
            ?? plan.Contiguous : null;
    }

    static Emissions? FindAlone(PlanPlace place, QueuedJob job) =>
        Plan(place, job) is { } plan && (plan.IsExact || job.MaxPauses == 0) ? (plan.WithPauses ?? plan.Contiguous)?.Total : null;

    static Plan? Plan(PlanPlace place, QueuedJob job) => Planner.Plan(new PlanRequest
    {
        Profile = job.Profile, Now = job.StartAfter, FinishBy = job.FinishBy, Places = [place], MaxPauses = job.MaxPauses,
            ResumeCost = job.ResumeCost,
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

        return new IntensitySeries(series.Zone, series.Start, [.. values], series.Source, series.Basis, series.Scope, series.Step,
            series.Kind, series.Signal, series.Issued);
    }
}
