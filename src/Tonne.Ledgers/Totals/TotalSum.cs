using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Totals;

/// <summary>Adds up runs of one group.</summary>
sealed class TotalSum(ImmutableArray<string?> group)
{
    // A run with a smaller share of the energy does not lower the quality of the sum.
    const double NegligibleEnergyShare = 0.05;

    readonly double[] _byQuality = new double[Enum.GetValues<Quality>().Length];
    readonly Dictionary<string, int> _boundaries = new(StringComparer.Ordinal);
    readonly HashSet<string> _jobs = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<CountedRun>> _recurringJobs = new(StringComparer.Ordinal);
    Sum _energy, _facility, _operational, _embodied, _emissions, _idleEnergy, _idleEmissions;
    double _seconds, _measured;
    int _runs, _completed, _failed, _interrupted, _withEmbodied;

    /// <summary>Adds a run, or a part of it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="part">Part of its energy, above 0 to 1.</param>
    /// <param name="idlePart">Part of its machine's idle energy that it carries.</param>
    public void Add(CountedRun run, double part, double idlePart)
    {
        _runs++;
        switch (run.Status)
        {
            case RunStatus.Completed:
                _completed++;
                break;
            case RunStatus.Failed:
                _failed++;
                break;
            default:
                _interrupted++;
                break;
        }

        _seconds += run.Seconds * part;
        _energy.Add(run.Energy, part);
        _facility.Add(run.FacilityEnergy, part);
        _operational.Add(run.Operational, part);
        _emissions.Add(run.Emissions, part);
        if (run.Embodied is { } embodied)
        {
            _embodied.Add(embodied, part);
            _withEmbodied++;
        }

        _idleEnergy.Add(run.IdleEnergy, part * idlePart);
        _idleEmissions.Add(run.IdleEmissions, part * idlePart);
        _byQuality[(int)run.Quality] += run.FacilityEnergy.Best * part;
        _measured += run.FacilityEnergy.Best * part * run.MeasuredShare;
        CollectionsMarshal.GetValueRefOrAddDefault(_boundaries, run.Boundary, out _)++;
        if (run.JobKey is { } job)
            AddJob(job, run);
    }

    void AddJob(string job, CountedRun run)
    {
        if (RecurringKey.IsUnique(job))
            _jobs.Add(job);
        else if (_recurringJobs.TryGetValue(job, out var known))
            known.Add(run);
        else
            _recurringJobs[job] = [run];
    }

    int CountJobs() => _jobs.Count
        + _recurringJobs.Values.Sum(runs => RecurringKey.Split(runs.OrderBy(run => run.Start), static run => run.Start, static run => run.End).Count());

    /// <summary>The sum so far.</summary>
    public TotalRow ToRow()
    {
        var whole = _byQuality.Sum();
        var worst = _byQuality.Length - 1;
        while (worst > 0 && (whole > 0 ? _byQuality[worst] <= NegligibleEnergyShare * whole : _byQuality[worst] == 0))
            worst--;
        return new TotalRow
        {
            Group = group,
            Runs = _runs,
            Jobs = CountJobs(),
            Completed = _completed,
            Failed = _failed,
            Interrupted = _interrupted,
            Seconds = _seconds,
            Energy = _energy.ToBounds(),
            FacilityEnergy = _facility.ToBounds(),
            Operational = _operational.ToBounds(),
            Embodied = _withEmbodied > 0 ? _embodied.ToBounds() : null,
            Emissions = _emissions.ToBounds(),
            IdleEnergy = _idleEnergy.ToBounds(),
            IdleEmissions = _idleEmissions.ToBounds(),
            Quality = (Quality)worst,
            MeasuredShare = whole > 0 ? Math.Clamp(_measured / whole, 0, 1) : 0,
            Boundaries = _boundaries.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    struct Sum
    {
        double _low, _best, _high;

        public void Add(Bounds bounds, double part)
        {
            _low += bounds.Low * part;
            _best += bounds.Best * part;
            _high += bounds.High * part;
        }

        // An imported run may have any value; rounding may exchange neighbours.
        public readonly Bounds ToBounds()
        {
            var best = Math.Min(_best, double.MaxValue);
            return new Bounds(Math.Min(_low, best), best, Math.Clamp(_high, best, double.MaxValue));
        }
    }
}
