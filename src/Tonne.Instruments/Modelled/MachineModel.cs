using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Modelled;

/// <summary>Turns a machine's factors into what an idle thread, a busy thread and a held gigabyte cost each second.</summary>
/// <remarks>
/// Whole machine, at the plug: P = N·w0·f0 + (w1·f1 − w0·f0)·busy + max(0, G − g·N)·m·(1 + k). Split so that the parts sum to it:
/// memory = G·m, other = k·(cpu + memory), cpu the remainder: r0 = w0·f0/(1 + k) − min(G/N, g)·m per idle thread, r1 = w1·f1/(1 + k) − min(G/N, g)·m per busy thread.
/// With package meters: cpu = the meters, other = k·(cpu + memory). See docs/methods/machine-model.md.
/// </remarks>
public static class MachineModel
{
    const string IdleThread = "cpu/idle";
    const string BusyThread = "cpu/busy";
    const string CpuMeter = "cpu/meter";
    const string CpuIdlePower = "cpu/idle-power";
    const string HeldMemory = "memory/held";
    const string MemoryMeter = "memory/meter";

    /// <summary>A machine without energy meters.</summary>
    public static MachineRates WholeMachine(MachinePower power)
    {
        ArgumentNullException.ThrowIfNull(power);
        var builder = new Builder(power);
        var (idle, busy, why) = builder.Threads();
        builder.Add(IdleThread, "thread·s", idle);
        builder.Add(BusyThread, "thread·s", busy);
        builder.Bases.Add(new ComponentBasis(Component.Cpu, power.Cpu.Quality, [], null, IdleThread, BusyThread, power.Threads, why));
        builder.AddModelledMemory();
        return builder.Finish();
    }

    /// <summary>A machine whose processor packages have meters, and perhaps its memory.</summary>
    /// <param name="power">Factors and size.</param>
    /// <param name="packages">Ids of the package meters that are summed; not empty.</param>
    /// <param name="memory">Ids of the memory meters that are summed; empty if memory must be modelled.</param>
    /// <param name="idlePower">Idle power of all packages together in W, measured on this machine; null if it was not.</param>
    /// <param name="why">Why these meters.</param>
    public static MachineRates Metered(MachinePower power, ImmutableArray<string> packages, ImmutableArray<string> memory, Factor? idlePower, string why)
    {
        ArgumentNullException.ThrowIfNull(power);
        var builder = new Builder(power);
        builder.Add(CpuMeter, "J", new Derivation.Given(Rapl.RaplMeters.PackageAccuracy));
        var (idle, how) = builder.IdlePower(idlePower);
        builder.Add(CpuIdlePower, "s", idle);
        builder.Bases.Add(new ComponentBasis(Component.Cpu, Quality.Measured, packages, CpuMeter, CpuIdlePower, null, power.Threads, $"{why} {how}"));
        if (memory.IsDefaultOrEmpty)
        {
            builder.AddModelledMemory();
        }
        else
        {
            builder.Add(MemoryMeter, "J", new Derivation.Given(Rapl.RaplMeters.MemoryAccuracy));
            builder.Bases.Add(new ComponentBasis(Component.Memory, Quality.Measured, memory, MemoryMeter, null, null, power.MemoryBytes / 1e9, "The memory has counters of its own, outside the packages'."));
        }

        return builder.Finish();
    }

    sealed class Builder(MachinePower power)
    {
        readonly ImmutableArray<Rate>.Builder _rates = ImmutableArray.CreateBuilder<Rate>();
        readonly Derivation _k = new Derivation.Given(power.OtherFraction);

        public ImmutableArray<ComponentBasis>.Builder Bases { get; } = ImmutableArray.CreateBuilder<ComponentBasis>();

        /// <summary>Adds a rate, and the rate of everything else that goes with it: k times as much.</summary>
        public void Add(string id, string per, Derivation derivation)
        {
            _rates.Add(new Rate(id, per, derivation));
            var along = "other/" + id.Replace('/', '-');
            _rates.Add(new Rate(along, per, new Derivation.Product($"everything else that goes with {derivation.Label}", derivation.Unit, [_k, derivation])));
        }

        public void AddModelledMemory()
        {
            if (power.MemoryBytes == 0)
                return;
            var m = power.MemoryWattsPerGigabyte;
            // The run counts GB of 10^9 bytes, the factor GB of 2^30 bytes.
            Add(HeldMemory, "GB·s", new Derivation.Product("memory, per gigabyte (10^9 bytes)", "W/GB", [new Derivation.Given(m)], 1e9 / MachinePower.BytesPerMemoryGigabyte));
            Bases.Add(new ComponentBasis(Component.Memory, m.Quality, [], null, HeldMemory, null, power.MemoryBytes / 1e9, $"No counter of memory: {m.Label}, {Text(m.Bounds.Best)} W/GB whatever its use."));
        }

        public (Derivation Idle, Derivation Busy, string Why) Threads()
        {
            var (idle, busy) = (Thread("idle", power.Cpu.IdleWattsPerThread, power.Cpu.RealHostIdle), Thread("busy", power.Cpu.FullWattsPerThread, power.Cpu.RealHostFull));
            var why = $"No meter: whole-machine watts per hardware thread ({power.Cpu.Why}), less memory and everything else.";
            if (power.MemoryBytes == 0)
                return (idle, busy, $"No meter: whole-machine watts per hardware thread ({power.Cpu.Why}), less everything else; the size of the memory is unknown, so its energy stays inside.");
            var (lessIdle, lessBusy) = (LessMemory(idle), LessMemory(busy));
            if (lessIdle.Value > 0 && lessBusy.Value > 0)
                return (lessIdle, lessBusy, why);
            return (idle, busy, $"{why} The memory comes to more than an idle thread's whole power ({Text(idle.Value)} W), so it was not taken off the processor.");
        }

        public (Derivation Power, string How) IdlePower(Factor? measured)
        {
            if (measured is not null)
                return (new Derivation.Given(measured), "Idle power measured on this machine.");
            if (power.Cpu.Model?.Tdp is { } tdp)
            {
                return (new Derivation.Product("idle power of the packages", "W", [new Derivation.Given(tdp), new Derivation.Given(CpuCatalog.PackageIdleFraction), new Derivation.Counted("packages", "1", power.Sockets)]),
                    $"Idle power not measured: a share of the TDP of {power.Cpu.Model.Name}.");
            }

            var (idle, _, _) = Threads();
            return (new Derivation.Product("idle power of the packages", "W", [idle, new Derivation.Counted("hardware threads", "1", power.Threads)]), "Idle power not measured, TDP unknown: as a machine without meters would have it.");
        }

        public MachineRates Finish()
        {
            var k = power.OtherFraction;
            Bases.Add(new ComponentBasis(Component.Other, k.Quality, [], null, null, null, 1, $"No meter at the plug: {k.Label}, {Text(k.Bounds.Best)}."));
            return new MachineRates(Bases.ToImmutable(), _rates.ToImmutable());
        }

        /// <summary>A thread's part of processor and memory: whole-machine watts over 1 + k.</summary>
        Derivation Thread(string state, Factor watts, Factor realHost)
        {
            var plug = new Derivation.Product($"{state} thread's share of the machine at its plug", "W/thread", [new Derivation.Given(watts), new Derivation.Given(realHost)]);
            var whole = new Derivation.Sum("1 + k", "1", [new Derivation.Counted("processor and memory", "1", 1), _k]);
            return new Derivation.Quotient($"{state} thread with its memory", "W/thread", plug, whole);
        }

        Derivation LessMemory(Derivation thread)
        {
            var included = new Derivation.Counted("memory per thread inside those watts, GB (2^30 bytes)", "GB/thread", power.IncludedGigabytesPerThread);
            var memory = new Derivation.Product("its memory", "W/thread", [included, new Derivation.Given(power.MemoryWattsPerGigabyte)]);
            return new Derivation.Difference(thread.Label.Replace(" with its memory", "", StringComparison.Ordinal), "W/thread", thread, memory);
        }

        static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
    }
}
