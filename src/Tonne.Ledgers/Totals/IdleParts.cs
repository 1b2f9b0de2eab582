namespace Tonne.Ledgers.Totals;

/// <summary>The part of its machine's idle energy that each run carries, where several ran on one machine at a time.</summary>
/// <remarks>
/// Each run has the idle energy of the whole machine during it. With k runs at an instant each carries 1/k of its own idle power, so that every joule
/// is carried once. Idle power of processors is proportional to f, what no run has reserved: part = ∫ f/k dt ÷ ∫ f dt over the run, 0 to 1. That of memory
/// and accelerators is steady: part = ∫ 1/k dt ÷ its time.
/// </remarks>
static class IdleParts
{
    /// <summary>The parts of runs that shared a machine; a run that is not in it carries all.</summary>
    public static Dictionary<string, double> Find(IEnumerable<CountedRun> runs)
    {
        var parts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var machine in runs.Where(run => run is { BootId.Length: > 0, Seconds: > 0, IdleEnergy.Best: > 0 }).GroupBy(run => run.BootId!, StringComparer.Ordinal))
        {
            var edges = new List<(DateTimeOffset At, int Step, CountedRun Run)>();
            foreach (var run in machine)
            {
                edges.Add((run.Start, 1, run));
                edges.Add((run.End, -1, run));
            }

            if (edges.Count > 2)
                AddParts(edges, parts);
        }

        return parts;
    }

    static void AddParts(List<(DateTimeOffset At, int Step, CountedRun Run)> edges, Dictionary<string, double> parts)
    {
        // The edges of one moment add no time between them, so that their order changes nothing but which of equal ones is first.
        edges.Sort(static (a, b) => a.At.UtcTicks != b.At.UtcTicks ? a.At.UtcTicks.CompareTo(b.At.UtcTicks)
            : a.Step != b.Step ? a.Step.CompareTo(b.Step) : string.CompareOrdinal(a.Run.Id, b.Run.Id));
        var (count, reserved, last, sums) = (0, 0d, edges[0].At, default(Sums));
        var begun = new Dictionary<string, Sums>(StringComparer.Ordinal);
        foreach (var (at, step, run) in edges)
        {
            if (count > 0)
                sums = sums.Add((at - last).TotalSeconds, count, Math.Max(0, 1 - reserved));
            (last, count, reserved) = (at, count + step, reserved + (step * run.ReservedShare));
            if (step > 0)
                begun[run.Id] = sums;
            else if (begun.TryGetValue(run.Id, out var before))
                parts[run.Id] = sums.GetPart(before, (run.End - run.Start).TotalSeconds, run.SteadyIdleShare);
        }
    }

    /// <summary>Integrals over the time in which any run ran: of 1/k, of f, and of f/k.</summary>
    readonly record struct Sums(double Shared, double Free, double SharedFree)
    {
        public Sums Add(double seconds, int count, double free) => new(Shared + (seconds / count), Free + (seconds * free), SharedFree + (seconds * free / count));

        public double GetPart(Sums before, double seconds, double steadyShare)
        {
            var byTime = (Shared - before.Shared) / seconds;
            // Where all was reserved all the time there is no such weight, and time counts.
            var byFree = Free - before.Free is > 1e-9 and var free ? (SharedFree - before.SharedFree) / free : byTime;
            return Math.Clamp((steadyShare * byTime) + ((1 - steadyShare) * byFree), 0, 1);
        }
    }
}
