using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>Splits each slice of one component's energy into job, others and idle, as the definitions of DESIGN.md have it.</summary>
/// <remarks>
/// B = min(E, P_idle·dt), A = E − B; share: u·A + h·B, marginal: u·A, machine: E. Others = (1 − Σu)·A + other runs' h·B, idle = (1 − Σh)·B.
/// Each of the three is weighed by its own amounts at best rates; the slice's counted energy is split by them exactly.
/// </remarks>
sealed class ComponentAccount(RunOpening opening, ComponentBasis basis, IReadOnlyDictionary<string, double> rates)
{
    readonly List<RatedAmount> _job = [];
    readonly List<RatedAmount> _machine = [];

    internal ComponentBasis Basis => basis;

    /// <summary>The job's amounts of the last slice.</summary>
    internal ReadOnlySpan<RatedAmount> JobAmounts => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_job);

    /// <summary>The machine's amounts of the last slice.</summary>
    internal ReadOnlySpan<RatedAmount> MachineAmounts => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_machine);

    /// <summary>Energy of the last slice: job, others, idle.</summary>
    internal Microjoules[] Parts { get; } = new Microjoules[3];

    /// <summary>Energy of the last slice: the machine's.</summary>
    internal Microjoules Energy { get; private set; }

    /// <summary>A slice of modelled processors: amounts are idle and busy thread-seconds.</summary>
    internal void SplitModelledCpu(UseWindow window)
    {
        var (idle, busy) = (rates[basis.IdleRate!], rates[basis.BusyRate!]);
        var capacity = Math.Max(basis.Capacity * window.Seconds, window.Busy);
        var (held, peersHeld) = window.Held(capacity, opening.ReservedShare);
        Begin();
        Put(_machine, basis.IdleRate!, capacity - window.Busy);
        Put(_machine, basis.BusyRate!, window.Busy);
        var active = busy - idle;
        switch (opening.Policy)
        {
            case SharePolicy.Share:
                Put(_job, basis.BusyRate!, window.Job);
                Put(_job, basis.IdleRate!, (held * capacity) - window.Job);
                Settle(((window.Busy - window.Job) * active) + (peersHeld * capacity * idle), (1 - held - peersHeld) * capacity * idle);
                break;
            case SharePolicy.Marginal:
                Put(_job, basis.BusyRate!, window.Job);
                Put(_job, basis.IdleRate!, -window.Job);
                Settle((window.Busy - window.Job) * active, capacity * idle);
                break;
            default:
                All();
                break;
        }
    }

    /// <summary>A slice of a metered component: joules counted, of which at most the idle power is idle.</summary>
    internal void SplitMetered(UseWindow window, double joules, int meters)
    {
        var meter = basis.MeterRate!;
        var memory = basis.Component == Component.Memory;
        var idlePower = basis.IdleRate is { } rate && !memory ? rates[rate] / Math.Max(1, meters) : memory ? double.PositiveInfinity : 0;
        var allIdle = idlePower * window.Seconds >= joules;
        var idle = allIdle ? joules : idlePower * window.Seconds;
        var (held, peersHeld) = memory ? (window.MemoryShare, 0) : window.Held(Math.Max(opening.Machine.Threads * window.Seconds, window.Busy), opening.ReservedShare);
        Begin();
        Put(_machine, meter, joules);
        switch (opening.Policy)
        {
            case SharePolicy.Share when allIdle:
                Put(_job, meter, held * joules);
                Settle(peersHeld * joules, (1 - held - peersHeld) * joules);
                break;
            case SharePolicy.Share:
                Put(_job, meter, window.Use * joules);
                Put(_job, basis.IdleRate!, (held - window.Use) * window.Seconds / Math.Max(1, meters));
                Settle(((1 - window.Use) * (joules - idle)) + (peersHeld * idle), (1 - held - peersHeld) * idle);
                break;
            case SharePolicy.Marginal when allIdle:
                Settle(0, joules);
                break;
            case SharePolicy.Marginal:
                Put(_job, meter, window.Use * joules);
                if (basis.IdleRate is not null)
                    Put(_job, basis.IdleRate, -window.Use * window.Seconds / Math.Max(1, meters));
                Settle((1 - window.Use) * (joules - idle), idle);
                break;
            default:
                All();
                break;
        }
    }

    /// <summary>A slice of modelled memory: all of it idle energy, held by share.</summary>
    internal void SplitModelledMemory(UseWindow window)
    {
        var amount = basis.Capacity * window.Seconds;
        Begin();
        Put(_machine, basis.IdleRate!, amount);
        switch (opening.Policy)
        {
            case SharePolicy.Share:
                Put(_job, basis.IdleRate!, amount * window.MemoryShare);
                Settle(0, amount * (1 - window.MemoryShare) * rates[basis.IdleRate!]);
                break;
            case SharePolicy.Marginal:
                Settle(0, amount * rates[basis.IdleRate!]);
                break;
            default:
                All();
                break;
        }
    }

    /// <summary>Everything else (supply losses, fans, board) that goes with a slice of the processors: k times each amount.</summary>
    internal void Follow(ReadOnlySpan<RatedAmount> job, ReadOnlySpan<RatedAmount> machine, ReadOnlySpan<Microjoules> parts)
    {
        Begin();
        foreach (var amount in machine)
            Put(_machine, Along(amount.Rate), amount.Amount);
        foreach (var amount in job)
            Put(_job, Along(amount.Rate), amount.Amount);
        SettleAs(parts);
    }

    /// <summary>Everything else that goes with a slice of memory: split as the processors were, since that is the job's part of it.</summary>
    internal void FollowProcessors(ReadOnlySpan<RatedAmount> machine, ReadOnlySpan<Microjoules> processors)
    {
        Begin();
        var total = processors[0] + processors[1] + processors[2];
        var part = total.Value > 0 ? (double)processors[0].Value / total.Value : 0;
        foreach (var amount in machine)
        {
            Put(_machine, Along(amount.Rate), amount.Amount);
            Put(_job, Along(amount.Rate), amount.Amount * part);
        }

        SettleAs(processors);
    }

    void SettleAs(ReadOnlySpan<Microjoules> parts)
    {
        Energy = Microjoules.FromJoules(Joules(_machine));
        Energy.Split([Math.Max(0, parts[0].Value), Math.Max(0, parts[1].Value), Math.Max(0, parts[2].Value)], Parts);
    }

    /// <summary>The rate of everything else that goes with a rate: <c>cpu/busy</c> → <c>other/cpu-busy</c>.</summary>
    static string Along(string rate) => "other/" + rate.Replace('/', '-');

    void Begin()
    {
        _job.Clear();
        _machine.Clear();
    }

    void All()
    {
        _job.AddRange(_machine);
        Settle(0, 0);
    }

    /// <summary>Splits the machine's counted energy by the job's amounts and the two other weights.</summary>
    internal void Settle(double others, double idle)
    {
        Energy = Microjoules.FromJoules(Joules(_machine));
        Energy.Split([Math.Max(0, Joules(_job)), Math.Max(0, others), Math.Max(0, idle)], Parts);
    }

    double Joules(List<RatedAmount> amounts)
    {
        var sum = 0d;
        foreach (var amount in amounts)
            sum += amount.Amount * rates[amount.Rate];
        return sum;
    }

    static void Put(List<RatedAmount> list, string rate, double amount)
    {
        if (Math.Abs(amount) > 1e-12)
            list.Add(new RatedAmount(rate, amount));
    }
}
