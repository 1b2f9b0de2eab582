using System.Collections.Immutable;
using System.Numerics;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Places several jobs on one machine, one at a time, with the least emissions together.</summary>
/// <remarks>
/// F(S, t) is the least grams with which the jobs of S are finished by t: min(F(S, t − 1), min over j in S of F(S \ j, t − d(j)) + cost of
/// j there). That is the optimum, for up to five jobs always and for up to ten where the slots are few. Beyond, orders are improved by
/// seeded moves of one job, each order with its best times, and the plan has a lower bound. Jobs that may be paused are then planned again,
/// one after another, with the times that the others leave (<see cref="QueuePauses"/>). Pure, thread safe.
/// </remarks>
public static class QueuePlanner
{
    const int AlwaysExact = 5;
    const int MostExact = 10;
    const double ExactBudget = 50_000_000;
    const double MoveBudget = 20_000_000;

    /// <summary>Plans the jobs.</summary>
    /// <param name="place">The machine's place; its transfers are ignored.</param>
    /// <param name="jobs">The jobs in the order in which they came.</param>
    /// <param name="seed">Seed of the moves for more than ten jobs. Default: 1.</param>
    /// <exception cref="ArgumentException">There are no jobs, or the place is not valid.</exception>
    public static QueueResult Plan(PlanPlace place, ImmutableArray<QueuedJob> jobs, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (jobs.IsDefaultOrEmpty)
            throw new ArgumentException("There are no jobs.", nameof(jobs));
        var machine = place with { TransferToStart = null, TransferToMove = null };
        var (from, to) = (jobs.Min(job => job.StartAfter), jobs.Max(job => job.FinishBy));
        var requests = jobs.Select(job => new PlanRequest { Profile = job.Profile, Now = from, FinishBy = to, Places = [machine] })
            .ToArray();
        foreach (var request in requests)
            request.Validate();
        foreach (var job in jobs)
        {
            var duration = job.Profile.Duration * (place.Hardware?.DurationFactor ?? 1);
            if (job.StartAfter + duration > job.FinishBy)
                return new NoQueuePlan(NoPlanReason.TooLate,
                    $"{job.Name} takes {duration:c} and does not fit between its start and its finish.");
        }

        var models = Array.ConvertAll(requests, request => new PlaceModel(machine, 0, request.Profile, from.UtcTicks, to.UtcTicks));
        return QueuePauses.Improve(machine, jobs, new Search(jobs, models, from.UtcTicks, to.UtcTicks, seed).Run(), seed);
    }

    sealed class Search
    {
        readonly ImmutableArray<QueuedJob> _jobs;
        readonly PlaceModel[] _models;
        readonly long _origin;
        readonly long _slot;
        readonly int _slots;
        readonly bool _isRounded;
        readonly int[] _lengths;
        readonly double[][] _costs;
        readonly Random _random;

        internal Search(ImmutableArray<QueuedJob> jobs, PlaceModel[] models, long from, long to, int seed)
        {
            (_jobs, _models, _random) = (jobs, models, new Random(seed));
            var step = models[0].Step;
            _slot = step;
            for (var i = 0; i < models.Length; i++)
            {
                _slot = SlotGrid.Gcd(SlotGrid.Gcd(_slot, models[i].Duration), jobs[i].StartAfter.UtcTicks % step);
                _slot = SlotGrid.Gcd(_slot, jobs[i].FinishBy.UtcTicks % step);
                foreach (var end in models[i].StageEnds)
                    _slot = SlotGrid.Gcd(_slot, end);
            }

            var sets = jobs.Length <= MostExact ? 1 << jobs.Length : jobs.Length;
            var most = ExactBudget / ((double)sets * jobs.Length);
            if ((to - from) / (double)_slot > most)
            {
                // Starts are then tried every part of a step, as fine as the budget allows; a job keeps its exact length.
                _isRounded = true;
                _slot = step;
                foreach (var part in (ReadOnlySpan<int>)[60, 30, 12, 6, 4, 2])
                {
                    if (step % part == 0 && (to - from) / (double)(step / part) <= most)
                    {
                        _slot = step / part;
                        break;
                    }
                }
            }

            _origin = _isRounded ? (from + _slot - 1) / _slot * _slot : from;
            _slots = (int)Math.Max(0, (to - _origin + _slot - 1) / _slot);
            _lengths = Array.ConvertAll(models, model => (int)((model.Duration + _slot - 1) / _slot));
            _costs = [.. models.Select((model, i) => Cost(model, jobs[i]))];
        }

        internal QueueResult Run()
        {
            var alone = _costs.Select(costs => costs.DefaultIfEmpty(double.PositiveInfinity).Min()).ToArray();
            for (var i = 0; i < alone.Length; i++)
            {
                if (double.IsInfinity(alone[i]))
                    return new NoQueuePlan(NoPlanReason.NoIntensity, $"No time for {_jobs[i].Name} has intensities throughout.");
            }

            var isExact = _jobs.Length <= AlwaysExact
                || (_jobs.Length <= MostExact && Math.Pow(2, _jobs.Length) * _jobs.Length * _slots <= ExactBudget);
            var (total, starts) = isExact ? SolveSets() : Improve(alone);
            if (double.IsInfinity(total))
            {
                return new NoQueuePlan(NoPlanReason.NoCapacity, isExact
                    ? $"The {_jobs.Length} jobs do not fit on the machine one after another within their limits."
                    : $"No order was found in which the {_jobs.Length} jobs fit on the machine within their limits.");
            }

            var placed = _jobs.Select((job, i) => new PlacedJob(job, TimeOf(starts[i]), TimeOf(starts[i])
                + TimeSpan.FromTicks(_models[i].Duration),
                Emissions.FromGrams(_costs[i][starts[i]]))).OrderBy(job => job.From);
            isExact &= !_isRounded;
            return new QueuePlan
            {
                Jobs = [.. placed],
                Total = Emissions.FromGrams(total),
                LowerBound = Emissions.FromGrams(isExact ? total : Math.Min(total, GetBound())),
                IsExact = isExact,
                FirstComeFirstServed = QueueUp() is { } grams ? Emissions.FromGrams(grams) : null,
            };
        }

        DateTimeOffset TimeOf(int slot) => new(_origin + (_slot * slot), TimeSpan.Zero);

        /// <summary>Grams of a job by slot of its start; infinite outside of its limits and with a gap.</summary>
        double[] Cost(PlaceModel model, QueuedJob job)
        {
            var costs = new double[_slots];
            for (var i = 0; i < costs.Length; i++)
            {
                var at = _origin + (_slot * i);
                costs[i] = at < job.StartAfter.UtcTicks || at + model.Duration > job.FinishBy.UtcTicks
                    ? double.PositiveInfinity : ContiguousSearch.Evaluate(model, at);
            }

            return costs;
        }

        /// <summary>The sum of what each job emits alone at its best time, exactly.</summary>
        double GetBound()
        {
            var sum = 0d;
            for (var i = 0; i < _jobs.Length; i++)
            {
                if (ContiguousSearch.TryFind(_models[i], _jobs[i].StartAfter.UtcTicks, _jobs[i].FinishBy.UtcTicks, out _, out var grams))
                    sum += grams;
            }

            return sum;
        }

        double? QueueUp()
        {
            var (sum, free) = (0d, long.MinValue);
            for (var i = 0; i < _jobs.Length; i++)
            {
                var at = Math.Max(free, _jobs[i].StartAfter.UtcTicks);
                var grams = at + _models[i].Duration > _jobs[i].FinishBy.UtcTicks ? double.PositiveInfinity
                    : ContiguousSearch.Evaluate(_models[i], at);
                if (double.IsInfinity(grams))
                    return null;
                (sum, free) = (sum + grams, at + _models[i].Duration);
            }

            return sum;
        }

        (double Total, int[] Starts) SolveSets()
        {
            // Slots in which a job may end: the last may end after the last whole slot.
            var width = _slots + 1;
            var sets = 1 << _jobs.Length;
            var least = new double[sets * width];
            Array.Fill(least, double.PositiveInfinity, width, least.Length - width);
            for (var set = 1; set < sets; set++)
            {
                for (var time = 1; time < width; time++)
                {
                    var best = least[(set * width) + time - 1];
                    for (var rest = set; rest != 0; rest &= rest - 1)
                    {
                        var job = BitOperations.TrailingZeroCount(rest);
                        var start = time - _lengths[job];
                        if (start >= 0)
                            best = Math.Min(best, least[((set ^ (1 << job)) * width) + start] + _costs[job][start]);
                    }

                    least[(set * width) + time] = best;
                }
            }

            var starts = new int[_jobs.Length];
            var total = least[^1];
            for (var (set, time) = (sets - 1, _slots); set != 0 && double.IsFinite(total);)
            {
                while (time > 0 && least[(set * width) + time - 1] == least[(set * width) + time])
                    time--;
                for (var rest = set; rest != 0; rest &= rest - 1)
                {
                    var job = BitOperations.TrailingZeroCount(rest);
                    var start = time - _lengths[job];
                    if (start < 0 || least[((set ^ (1 << job)) * width) + start] + _costs[job][start] != least[(set * width) + time])
                        continue;
                    (starts[job], set, time) = (start, set ^ (1 << job), start);
                    break;
                }
            }

            return (total, starts);
        }

        /// <summary>The best times of an order.</summary>
        (double Total, int[] Starts) SolveOrder(int[] order)
        {
            var width = _slots + 1;
            var least = new double[(order.Length + 1) * width];
            Array.Fill(least, double.PositiveInfinity, width, least.Length - width);
            for (var i = 0; i < order.Length; i++)
            {
                var (job, before, after) = (order[i], i * width, (i + 1) * width);
                for (var time = _lengths[job]; time < width; time++)
                {
                    var start = time - _lengths[job];
                    least[after + time] = Math.Min(least[after + time - 1], least[before + start] + _costs[job][start]);
                }
            }

            var starts = new int[order.Length];
            var total = least[^1];
            for (var (i, time) = (order.Length, _slots); i > 0 && double.IsFinite(total); i--)
            {
                while (time > 0 && least[(i * width) + time - 1] == least[(i * width) + time])
                    time--;
                time -= _lengths[order[i - 1]];
                starts[order[i - 1]] = time;
            }

            return (total, starts);
        }

        (double Total, int[] Starts) Improve(double[] alone)
        {
            var byBest = Enumerable.Range(0, _jobs.Length).OrderBy(job => Array.IndexOf(_costs[job], alone[job])).ToArray();
            var byLimit = Enumerable.Range(0, _jobs.Length).OrderBy(job => _jobs[job].FinishBy).ToArray();
            var (order, best) = (byBest, SolveOrder(byBest));
            if (SolveOrder(byLimit) is var other && other.Total < best.Total)
                (order, best) = (byLimit, other);
            var moves = (int)Math.Clamp(MoveBudget / ((double)_jobs.Length * Math.Max(1, _slots)), 50, 5000);
            for (var move = 0; move < moves; move++)
            {
                var list = order.ToList();
                var job = list[_random.Next(list.Count)];
                list.Remove(job);
                list.Insert(_random.Next(list.Count + 1), job);
                var candidate = list.ToArray();
                var solved = SolveOrder(candidate);
                if (solved.Total <= best.Total)
                    (order, best) = (candidate, solved);
            }

            return best;
        }
    }
}
