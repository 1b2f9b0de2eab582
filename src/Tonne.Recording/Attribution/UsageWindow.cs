namespace Tonne.Recording.Attribution;

/// <summary>The use of the machine's processors, its memory or one of its devices over a time span.</summary>
/// <remarks>
/// Thread-seconds. <see cref="Busy"/> is never below the CPU time of the job; reports of other runs may belong to an earlier slice. Held
/// shares: the reserved share, else CPU time ÷ (threads × time);
/// if their sum is more than 1, they are scaled to 1.
/// </remarks>
sealed class UsageWindow
{
    internal long From { get; private set; }

    internal long To { get; private set; }

    internal double Seconds => (To - From) / 1e9;

    internal double Busy { get; private set; }

    internal double Job { get; private set; }

    internal double Peers { get; private set; }

    /// <summary>CPU time of other processes by their own account; 0 if they have none.</summary>
    internal double Others { get; private set; }

    /// <summary>Whether other processes have an account of their own.</summary>
    internal bool CountsOthers { get; private set; }

    /// <summary>Thread-seconds that other runs hold.</summary>
    double PeersHeld { get; set; }

    internal double HeldMemory { get; private set; }

    double OthersMemory { get; set; }

    /// <summary>Busy time of the device, in s.</summary>
    internal double DeviceBusy { get; private set; }

    double DeviceJob { get; set; }

    double DeviceHeld { get; set; }

    double DeviceOthers { get; set; }

    double? DeviceOthersBusy { get; set; }

    /// <summary>What each rank used and held; null if the run has none.</summary>
    internal RankAmounts? Ranks { get; set; }

    internal void Restart(long at)
    {
        Ranks?.Clear();
        (From, To, Busy, Job, Peers, PeersHeld, HeldMemory, OthersMemory) = (at, at, 0, 0, 0, 0, 0, 0);
        (DeviceBusy, DeviceJob, DeviceHeld, DeviceOthers) = (0, 0, 0, 0);
        (Others, CountsOthers, DeviceOthersBusy) = (0, false, null);
    }

    /// <summary>Adds the device's use in a slice.</summary>
    internal void Add(in DeviceUsage slice)
    {
        DeviceBusy += slice.Busy;
        DeviceJob += slice.Job;
        DeviceHeld += slice.Held * slice.Seconds;
        DeviceOthers += slice.OthersHeld * slice.Seconds;
        if (slice.Others is { } others)
            DeviceOthersBusy = (DeviceOthersBusy ?? 0) + others;
    }

    /// <summary>Adds a slice: times in s, memory as shares of the machine's.</summary>
    /// <param name="to">Its end, in ns from the start of the run.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="busy">CPU time of all.</param>
    /// <param name="job">CPU time of the job.</param>
    /// <param name="peers">CPU time of other runs.</param>
    /// <param name="memory">Who holds the memory.</param>
    /// <param name="peersHeld">Thread time that other runs hold. Default: null, what they use.</param>
    /// <param name="others">CPU time of other processes. Default: null, they have no account of their own.</param>
    internal void Add(long to, double seconds, double busy, double job, double peers, MemoryShares memory, double? peersHeld = null, double? others = null)
    {
        PeersHeld += peersHeld ?? peers;
        if (others is { } counted)
            (Others, CountsOthers) = (Others + counted, true);
        (HeldMemory, OthersMemory) = (HeldMemory + (memory.Job * seconds), OthersMemory + (memory.Others * seconds));
        (To, Busy, Job, Peers) = (to, Busy + busy, Job + job, Peers + peers);
    }

    /// <summary>Adds what the ranks used in the slice.</summary>
    internal void Add(RankSplit? ranks)
    {
        if (ranks is not null)
            Ranks!.Add(ranks.Slice);
    }

    /// <summary>Use share of the active energy, u.</summary>
    internal double UseShare => Busy > 0 ? Math.Min(1, Job / Busy) : 0;

    /// <summary>Mean share of the memory that the job holds.</summary>
    internal double MemoryShare => Seconds > 0 ? Math.Clamp(HeldMemory / Seconds, 0, 1) : 0;

    /// <summary>Mean share of the memory that other processes hold; with <see cref="MemoryShare"/> at most 1.</summary>
    internal double OthersMemoryShare => Seconds > 0 ? Math.Clamp(OthersMemory / Seconds, 0, 1 - MemoryShare) : 0;

    /// <summary>Held shares of the job and of other live runs, h, summing to at most 1.</summary>
    /// <param name="capacity">Threads × time, in thread·s.</param>
    /// <param name="reserved">Share reserved for the job; null if none is.</param>
    internal (double Job, double Peers) GetHeldShares(double capacity, double? reserved)
    {
        if (capacity <= 0)
            return (0, 0);
        var (job, peers) = (reserved ?? GetRanksReserved(capacity) ?? (Job / capacity), PeersHeld / capacity);
        return job + peers > 1 ? (job / (job + peers), peers / (job + peers)) : (job, peers);
    }

    /// <summary>What is reserved for ranks, each reservation once, and what the others used; null if nothing is reserved for any.</summary>
    double? GetRanksReserved(double capacity) =>
        Ranks?.Held is { Reserved: > 0 } held && Seconds > 0 ? Math.Min(1, (held.Reserved / Seconds) + (held.Unreserved / capacity)) : null;

    /// <summary>The job's shares in the processors.</summary>
    /// <param name="threads">Hardware threads of the machine.</param>
    /// <param name="reserved">Share reserved for the job; null if none is.</param>
    internal UsageShares GetProcessorShares(int threads, double? reserved)
    {
        var (held, peers) = GetHeldShares(Math.Max(threads * Seconds, Busy), reserved);
        return new UsageShares(UseShare, held, peers, CountsOthers ? Busy > 0 ? Others / Busy : 0 : null);
    }

    /// <summary>The job's shares in the memory: all of its energy is idle energy, split by the share held.</summary>
    internal UsageShares GetMemoryShares() => new(0, MemoryShare, OthersMemoryShare);

    /// <summary>
    /// The job's shares in the device: active energy by busy time, or all of it if no other process holds the device; idle energy by
    /// holders.
    /// </summary>
    internal UsageShares GetDeviceShares()
    {
        if (Seconds <= 0)
            return default;
        var (held, others) = (Math.Clamp(DeviceHeld / Seconds, 0, 1), Math.Clamp(DeviceOthers / Seconds, 0, 1));
        // Busy time without known processes is split like the holders.
        var use = others == 0 ? (held > 0 ? 1 : 0) : DeviceBusy > 0 ? Math.Min(1, DeviceJob / DeviceBusy) : held / (held + others);
        double? othersUse = DeviceOthersBusy is not { } counted ? null : DeviceBusy > 0 ? others == 0 && held > 0 ? 0 : counted / DeviceBusy : 1 - use;
        return new UsageShares(use, held, others, othersUse);
    }
}
