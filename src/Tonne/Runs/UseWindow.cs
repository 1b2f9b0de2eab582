namespace Tonne.Runs;

/// <summary>Who used the machine's processors over a stretch of time.</summary>
/// <remarks>
/// Thread-seconds. <see cref="Busy"/> is never below what the job is known to have used; what other runs tell may be of an earlier slice. Held shares: what is reserved, else CPU time ÷ (threads × time);
/// if they come to more than 1 they are scaled to 1.
/// </remarks>
sealed class UseWindow
{
    internal long From { get; private set; }

    internal long To { get; private set; }

    internal double Seconds => (To - From) / 1e9;

    internal double Busy { get; private set; }

    internal double Job { get; private set; }

    internal double Peers { get; private set; }

    internal double HeldMemory { get; private set; }

    internal void Restart(long at) => (From, To, Busy, Job, Peers, HeldMemory) = (at, at, 0, 0, 0, 0);

    /// <summary>Adds a slice: times in s, held memory as a share of the machine's.</summary>
    internal void Add(long to, double seconds, double busy, double job, double peers, double heldMemory)
    {
        HeldMemory += heldMemory * seconds;
        (To, Busy, Job, Peers) = (to, Busy + busy, Job + job, Peers + peers);
    }

    /// <summary>Use share of the active energy, u.</summary>
    internal double Use => Busy > 0 ? Math.Min(1, Job / Busy) : 0;

    /// <summary>Mean share of memory held.</summary>
    internal double MemoryShare => Seconds > 0 ? Math.Clamp(HeldMemory / Seconds, 0, 1) : 0;

    /// <summary>Held shares of the job and of other live runs, h, summing to at most 1.</summary>
    /// <param name="capacity">Threads × time, in thread·s.</param>
    /// <param name="reserved">Share reserved for the job; null if none is.</param>
    internal (double Job, double Peers) Held(double capacity, double? reserved)
    {
        if (capacity <= 0)
            return (0, 0);
        var (job, peers) = (reserved ?? (Job / capacity), Peers / capacity);
        return job + peers > 1 ? (job / (job + peers), peers / (job + peers)) : (job, peers);
    }
}
