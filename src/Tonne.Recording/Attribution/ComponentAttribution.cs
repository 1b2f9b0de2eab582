using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Splits the energy of one component, slice by slice, into job, other processes, idle and unexplained (docs/methods/attribution.md).</summary>
/// <remarks>
/// B = min(E, P_idle·dt), A = E − B; share: u·A + h·B, marginal: u·A, machine: E. Others = u_others·A + others' h·B, idle = (1 − Σh)·B, unexplained = (1 − u − u_others)·A.
/// The energy of each part at best rates is its weight. The counted energy of the slice is split by these weights exactly.
/// </remarks>
sealed class ComponentAttribution(RunOpening opening, ComponentBasis basis, IReadOnlyDictionary<string, double> rates)
{
    readonly List<RatedAmount> _job = [];
    readonly List<RatedAmount> _machine = [];

    internal ComponentBasis Basis => basis;

    /// <summary>The job's amounts of the last slice.</summary>
    internal ReadOnlySpan<RatedAmount> JobAmounts => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_job);

    /// <summary>The machine's amounts of the last slice.</summary>
    internal ReadOnlySpan<RatedAmount> MachineAmounts => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_machine);

    /// <summary>Number of parts of a slice.</summary>
    internal const int PartCount = 4;

    /// <summary>Parts of which all is idle.</summary>
    internal static readonly Microjoules[] AllIdle = [default, default, new(1), default];

    /// <summary>Energy of the last slice: job, other processes, idle, unexplained. The last may be negative.</summary>
    internal Microjoules[] Parts { get; } = new Microjoules[PartCount];

    /// <summary>Energy of the last slice: the machine's.</summary>
    internal Microjoules Energy { get; private set; }

    /// <summary>The job's active energy of the last slice, in J at best rates, by which it is split among ranks; not below 0.</summary>
    internal double JobActive { get; private set; }

    /// <summary>The job's idle energy of the last slice, in J at best rates; not below 0.</summary>
    internal double JobIdle { get; private set; }

    /// <summary>Adds a slice of modelled processors: amounts are idle and busy thread-seconds.</summary>
    internal void SplitModelledCpu(UsageWindow window)
    {
        var capacity = Math.Max(basis.Capacity * window.Seconds, window.Busy);
        var (held, peersHeld) = window.GetHeldShares(capacity, opening.ReservedShare);
        SplitModelled(capacity, window.Busy, window.Job, held, peersHeld, window.CountsOthers ? window.Others : null);
    }

    /// <summary>Adds a slice of a modelled device: amounts are idle and busy device-seconds.</summary>
    internal void SplitModelledDevice(UsageWindow window)
    {
        var by = window.GetDeviceShares();
        var busy = Math.Min(window.DeviceBusy, window.Seconds);
        SplitModelled(window.Seconds, busy, by.Use * busy, by.Held, by.OthersHeld, by.OthersUse * busy);
    }

    void SplitModelled(double capacity, double busyTime, double job, double held, double othersHeld, double? others)
    {
        var (idle, busy) = (rates[basis.IdleRate!], rates[basis.BusyRate!]);
        Reset();
        AddAmount(_machine, basis.IdleRate!, capacity - busyTime);
        AddAmount(_machine, basis.BusyRate!, busyTime);
        var active = busy - idle;
        SetJob(job * active, held * capacity * idle, busyTime * active, capacity * idle);
        switch (opening.Policy)
        {
            case SharePolicy.Share:
                AddAmount(_job, basis.BusyRate!, job);
                AddAmount(_job, basis.IdleRate!, (held * capacity) - job);
                FinishSplit((busyTime - job) * active, othersHeld * capacity * idle, (1 - held - othersHeld) * capacity * idle, others * active);
                break;
            case SharePolicy.Marginal:
                AddAmount(_job, basis.BusyRate!, job);
                AddAmount(_job, basis.IdleRate!, -job);
                FinishSplit((busyTime - job) * active, 0, capacity * idle, others * active);
                break;
            default:
                AssignAllToJob();
                break;
        }
    }

    /// <summary>Adds a slice of a metered component: joules counted, of which at most the idle power is idle.</summary>
    internal void SplitMetered(double joules, in UsageShares by, double seconds, int meters) =>
        SplitCounted([new RatedAmount(basis.MeterRate!, joules)], by, seconds, meters);

    /// <summary>Adds a slice with counted energy, given as one amount or as a difference of several.</summary>
    /// <param name="counted">The machine's amounts.</param>
    /// <param name="by">The job's shares.</param>
    /// <param name="seconds">Length of the slice.</param>
    /// <param name="parts">Number of summed meters, among which the idle power is divided.</param>
    internal void SplitCounted(ReadOnlySpan<RatedAmount> counted, in UsageShares by, double seconds, int parts)
    {
        Reset();
        foreach (var amount in counted)
            AddAmount(_machine, amount.Rate, amount.Amount);
        var joules = ComputeJoules(_machine);
        var held = basis.Component == Component.Memory;
        parts = Math.Max(1, parts);
        var idlePower = held ? double.PositiveInfinity : basis.IdleRate is { } rate ? rates[rate] / parts : 0;
        var allIdle = idlePower * seconds >= joules;
        var idle = allIdle ? joules : idlePower * seconds;
        SetJob(allIdle ? 0 : by.Use * (joules - idle), by.Held * idle, joules - idle, idle);
        switch (opening.Policy)
        {
            case SharePolicy.Share when allIdle:
                AddJobShare(by.Held);
                FinishSplit(0, by.OthersHeld * joules, (1 - by.Held - by.OthersHeld) * joules, by.OthersUse is null ? null : 0);
                break;
            case SharePolicy.Share:
                AddJobShare(by.Use);
                if (basis.IdleRate is not null)
                    AddAmount(_job, basis.IdleRate, (by.Held - by.Use) * seconds / parts);
                FinishSplit((1 - by.Use) * (joules - idle), by.OthersHeld * idle, (1 - by.Held - by.OthersHeld) * idle, by.OthersUse * (joules - idle));
                break;
            case SharePolicy.Marginal when allIdle:
                FinishSplit(0, 0, joules, by.OthersUse is null ? null : 0);
                break;
            case SharePolicy.Marginal:
                AddJobShare(by.Use);
                if (basis.IdleRate is not null)
                    AddAmount(_job, basis.IdleRate, -by.Use * seconds / parts);
                FinishSplit((1 - by.Use) * (joules - idle), 0, idle, by.OthersUse * (joules - idle));
                break;
            default:
                AssignAllToJob();
                break;
        }
    }

    /// <summary>
    /// Adds the energy of all other parts, which is the plug energy less the metered parts. It is split like that of the processors and
    /// devices.
    /// </summary>
    internal void SplitInProportion(ReadOnlySpan<RatedAmount> machine, ReadOnlySpan<Microjoules> parts)
    {
        Reset();
        var total = parts[0] + parts[1] + parts[2] + parts[3];
        var share = total.Value > 0 ? (double)parts[0].Value / total.Value : 0;
        foreach (var amount in machine)
        {
            AddAmount(_machine, amount.Rate, amount.Amount);
            AddAmount(_job, amount.Rate, amount.Amount * share);
        }

        FinishSplitInProportion(parts);
    }

    /// <summary>Adds a slice of modelled memory: all of it is idle energy, split by the share held.</summary>
    internal void SplitModelledMemory(UsageWindow window)
    {
        var amount = basis.Capacity * window.Seconds;
        Reset();
        AddAmount(_machine, basis.IdleRate!, amount);
        SetJob(0, window.MemoryShare, 0, 1);
        switch (opening.Policy)
        {
            case SharePolicy.Share:
                AddAmount(_job, basis.IdleRate!, amount * window.MemoryShare);
                var joules = amount * rates[basis.IdleRate!];
                FinishSplit(0, joules * window.OthersMemoryShare, joules * (1 - window.MemoryShare - window.OthersMemoryShare), window.CountsOthers ? 0 : null);
                break;
            case SharePolicy.Marginal:
                FinishSplit(0, 0, amount * rates[basis.IdleRate!], window.CountsOthers ? 0 : null);
                break;
            default:
                AssignAllToJob();
                break;
        }
    }

    /// <summary>Adds the other parts (supply losses, fans, board) for a slice of the processors: k times each amount.</summary>
    internal void SplitOtherEnergy(ReadOnlySpan<RatedAmount> job, ReadOnlySpan<RatedAmount> machine, ReadOnlySpan<Microjoules> parts)
    {
        Reset();
        foreach (var amount in machine)
            AddAmount(_machine, Rate.GetOtherRateId(amount.Rate), amount.Amount);
        foreach (var amount in job)
            AddAmount(_job, Rate.GetOtherRateId(amount.Rate), amount.Amount);
        FinishSplitInProportion(parts);
    }

    /// <summary>Adds the other parts for a slice of memory. They are split like the energy of the processors.</summary>
    internal void SplitOtherEnergyLikeProcessors(ReadOnlySpan<RatedAmount> machine, ReadOnlySpan<Microjoules> processors)
    {
        var along = new RatedAmount[machine.Length];
        for (var i = 0; i < machine.Length; i++)
            along[i] = new RatedAmount(Rate.GetOtherRateId(machine[i].Rate), machine[i].Amount);
        SplitInProportion(along, processors);
    }

    void FinishSplitInProportion(ReadOnlySpan<Microjoules> parts)
    {
        Energy = Microjoules.FromJoules(ComputeJoules(_machine));
        // What the job did not use and nobody left idle is one part first, so that the other two are the same whether others were counted or not.
        var rest = Math.Max(0, (parts[1] + parts[3]).Value);
        var (job, idle) = (Math.Max(0, parts[0].Value), Math.Max(0, parts[2].Value));
        Energy.Split([job, rest, idle], Parts.AsSpan(0, 3));
        var total = (double)job + rest + idle;
        SplitRest(parts[3] != Microjoules.Zero && total > 0 ? Energy.Value * (parts[1].Value / total) : null);
    }

    /// <summary>Sets by which energies the job's part is split among ranks: its own, or the machine's if that is all the job's.</summary>
    void SetJob(double active, double idle, double machineActive, double machineIdle)
    {
        (active, idle) = opening.Policy switch
        {
            SharePolicy.Share => (active, idle),
            SharePolicy.Marginal => (active, 0),
            _ => (machineActive, machineIdle),
        };
        (JobActive, JobIdle) = (Math.Max(0, active), Math.Max(0, idle));
    }

    void AddJobShare(double share)
    {
        foreach (var amount in _machine)
            AddAmount(_job, amount.Rate, amount.Amount * share);
    }

    void Reset()
    {
        _job.Clear();
        _machine.Clear();
    }

    void AssignAllToJob()
    {
        _job.AddRange(_machine);
        FinishSplit(0, 0, 0, null);
    }

    /// <summary>Splits the machine's counted energy by the job's amounts and the other weights, in J at best rates.</summary>
    /// <param name="active">Active energy that is not the job's.</param>
    /// <param name="held">Idle energy that others hold.</param>
    /// <param name="idle">Idle energy that nobody holds.</param>
    /// <param name="others">Active energy of others by their own account; null if they have none, then all that is not the job's.</param>
    void FinishSplit(double active, double held, double idle, double? others)
    {
        Energy = Microjoules.FromJoules(ComputeJoules(_machine));
        var rest = Math.Max(0, active + held);
        Energy.Split([Math.Max(0, ComputeJoules(_job)), rest, Math.Max(0, idle)], Parts.AsSpan(0, 3));
        SplitRest(others is not { } used ? null : rest > 0 ? Parts[1].Value * ((used + held) / rest) : (used + held) * 1e6);
    }

    /// <summary>Splits what is neither the job's nor idle into that of others, in µJ, and what is unexplained; null: all is that of others.</summary>
    void SplitRest(double? others)
    {
        var rest = Parts[1];
        Parts[1] = others is { } used ? new Microjoules(checked((long)Math.Round(used))) : rest;
        Parts[3] = rest - Parts[1];
    }

    double ComputeJoules(List<RatedAmount> amounts)
    {
        var sum = 0d;
        foreach (var amount in amounts)
            sum += amount.Amount * rates[amount.Rate];
        return sum;
    }

    static void AddAmount(List<RatedAmount> list, string rate, double amount)
    {
        if (Math.Abs(amount) > 1e-12)
            list.Add(new RatedAmount(rate, amount));
    }
}
