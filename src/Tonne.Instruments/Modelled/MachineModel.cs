using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Rapl;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Modelled;

/// <summary>
/// Derives the rates of a machine from its factors and meters: energy per idle thread, busy thread, held gigabyte and counted joule.
/// </summary>
/// <remarks>
/// Without meters, whole machine at the plug: P = N·w0·f0 + (w1·f1 − w0·f0)·busy + max(0, G − g·N)·m·(1 + k). Split so that the parts sum to it:
/// memory = G·m, other = k·(cpu + memory), cpu the remainder: r0 = w0·f0/(1 + k) − min(G/N, g)·m per idle thread, r1 = w1·f1/(1 + k) − min(G/N, g)·m per busy thread.
/// With package meters: cpu = the meters, other = k·(cpu + memory + gpu). With a meter at the plug: see docs/methods/plug.md. GPUs come on top of either. See docs/methods/machine-model.md.
/// </remarks>
public static class MachineModel
{
    const string IdleThread = "cpu/idle";
    const string BusyThread = "cpu/busy";
    const string CpuMeter = "cpu/meter";
    const string CpuIdlePower = "cpu/idle-power";
    const string HeldMemory = "memory/held";
    const string MemoryMeter = "memory/meter";
    const string PlugMeter = "plug/meter";

    /// <summary>Whether a rate of <see cref="CreateWholeMachineRates"/> applies to idle threads.</summary>
    internal static bool AppliesToIdleThreads(Rate rate) => rate.Id == IdleThread || rate.Id == Rate.GetOtherRateId(IdleThread);

    /// <summary>Whether a rate of <see cref="CreateWholeMachineRates"/> applies to memory.</summary>
    internal static bool AppliesToMemory(Rate rate) => rate.Id == HeldMemory || rate.Id == Rate.GetOtherRateId(HeldMemory);

    /// <summary>A machine without energy meters.</summary>
    public static MachineRates CreateWholeMachineRates(MachinePower power) => CreateRates(power, []);

    /// <summary>A machine whose processor packages have meters, and perhaps its memory.</summary>
    /// <param name="power">Factors and size.</param>
    /// <param name="packages">Ids of the package meters that are summed; not empty.</param>
    /// <param name="memory">Ids of the memory meters that are summed; empty if memory must be modelled.</param>
    /// <param name="idlePower">Idle power of all packages together in W, measured on this machine; null if it was not.</param>
    /// <param name="why">Why these meters.</param>
    public static MachineRates CreateMeteredRates(MachinePower power, ImmutableArray<string> packages, ImmutableArray<string> memory, Factor? idlePower, string why)
    {
        var parts = new List<MeteredPart> { new(Component.Cpu, null, packages, RaplMeters.PackageAccuracy, why) };
        if (!memory.IsDefaultOrEmpty)
            parts.Add(new MeteredPart(Component.Memory, null, memory, RaplMeters.MemoryAccuracy, "The memory has counters of its own, outside the packages'."));
        return CreateRates(power, parts, idlePower);
    }

    /// <summary>A machine with the meters that were taken of it.</summary>
    /// <param name="power">Factors and size.</param>
    /// <param name="parts">At most one part for each component and device.</param>
    /// <param name="idlePower">Idle power of all packages together in W, measured on this machine; null if it was not.</param>
    /// <param name="meters">Descriptions of the meters that the parts name; what reports powers from counters. Default: all are counters.</param>
    /// <param name="onlyMeasured">Whether everything else is left out unless a meter at the plug reports it. Default: it is modelled.</param>
    public static MachineRates CreateRates(MachinePower power, IReadOnlyList<MeteredPart> parts, Factor? idlePower = null, IReadOnlyList<MeterDescription>? meters = null, bool onlyMeasured = false)
    {
        ArgumentNullException.ThrowIfNull(power);
        ArgumentNullException.ThrowIfNull(parts);
        var builder = new Builder(power, meters ?? []);
        var (cpu, memory, plug) = (First(Component.Cpu), First(Component.Memory), First(Component.Platform));
        if (cpu is not null)
        {
            builder.AddCounted(CpuMeter, cpu);
            var (idle, how) = builder.DeriveIdlePower(idlePower);
            builder.Add(CpuIdlePower, "s", idle);
            builder.Bases.Add(new ComponentBasis(Component.Cpu, Quality.Measured, cpu.Meters, CpuMeter, CpuIdlePower, null, power.Threads, $"{cpu.Why} {how}"));
        }
        else if (plug is not null)
        {
            builder.AddCpuFromPlug(plug);
        }
        else
        {
            var (idle, busy, why) = builder.DeriveThreadPower();
            builder.Add(IdleThread, "thread·s", idle);
            builder.Add(BusyThread, "thread·s", busy);
            builder.Bases.Add(new ComponentBasis(Component.Cpu, power.Cpu.Quality, [], null, IdleThread, BusyThread, power.Threads, why));
        }

        if (memory is null)
        {
            if (cpu is not { IncludesMemory: true } && plug is not { IncludesMemory: true })
                builder.AddModelledMemory();
        }
        else
        {
            builder.AddCounted(MemoryMeter, memory);
            builder.Bases.Add(new ComponentBasis(Component.Memory, Quality.Measured, memory.Meters, MemoryMeter, null, null, power.MemoryBytes / 1e9, memory.Why));
        }

        foreach (var part in parts)
        {
            if (part.Component == Component.Gpu)
                builder.AddGpu(part, plug is not null && cpu is null);
        }

        if (plug is not null)
            builder.AddPlug(plug, cpu is not null);
        else if (!onlyMeasured)
            builder.AddOther();
        return builder.Build();

        MeteredPart? First(Component component)
        {
            foreach (var part in parts)
            {
                if (part.Component == component)
                    return part;
            }

            return null;
        }
    }

    sealed class Builder(MachinePower power, IReadOnlyList<MeterDescription> meters)
    {
        readonly ImmutableArray<Rate>.Builder _rates = ImmutableArray.CreateBuilder<Rate>();
        readonly Derivation _k = new Derivation.FactorNode(power.OtherFraction);

        public ImmutableArray<ComponentBasis>.Builder Bases { get; } = ImmutableArray.CreateBuilder<ComponentBasis>();

        /// <summary>Adds a rate, and the rate of everything else that goes with it: k times as much.</summary>
        public void Add(string id, string per, Derivation derivation)
        {
            _rates.Add(new Rate(id, per, derivation));
            _rates.Add(new Rate(Rate.GetOtherRateId(id), per,
                new Derivation.Product($"other parts for {derivation.Label}", derivation.Unit, [_k, derivation])));
        }

        /// <summary>The rate of a part's joules: their accuracy, and what sampling leaves unsure where they are integrated from a power.</summary>
        public void AddCounted(string id, MeteredPart part) => Add(id, "J", DeriveCounted(part));

        Derivation DeriveCounted(MeteredPart part)
        {
            var accuracy = new Derivation.FactorNode(part.Accuracy!);
            var sampled = part.Meters.Where(meter => meters.Any(one => one.Id == meter && one.Kind == MeterKind.Power)).Select(DeriveSampling).ToList();
            return sampled.Count == 0 ? accuracy : new Derivation.Product($"{accuracy.Label}, sampled", "1", [accuracy, .. sampled]);
        }

        static Derivation DeriveSampling(string meter) => new Derivation.FactorNode(new Factor(
            Rate.GetSamplingFactorId(meter), $"true energy over the integral of {meter}'s samples", "1", Bounds.FromExact(1), Quality.Measured,
            new Source("SAMPLING", "stratified sampling, Cochran: Sampling Techniques, 1977; rule of three, Hanley and Lippman-Hand: JAMA 249(13), 1983", 1983),
            "from the samples' own differences; see docs/methods/power-sampling.md"));

        /// <summary>A GPU by its meter, else by how busy it is.</summary>
        public void AddGpu(MeteredPart part, bool besidePlug)
        {
            var row = AcceleratorCatalog.Recognise(part.Name, part.PowerLimitWatts);
            var idle = part.IdlePower ?? row.IdlePower;
            if (!part.Meters.IsDefaultOrEmpty)
            {
                var (meter, idlePower) = ($"gpu-{part.Device}/meter", $"gpu-{part.Device}/idle-power");
                AddDevice(meter, "J", DeriveCounted(part), besidePlug);
                AddDevice(idlePower, "s", new Derivation.FactorNode(idle), besidePlug);
                Bases.Add(new ComponentBasis(Component.Gpu, Quality.Measured, part.Meters, meter, idlePower, null, 1, $"{part.Why} Idle: {FormatNumber(idle.Bounds.Best)} W, {idle.Label}.", part.Device, !part.Visible));
                return;
            }

            var (still, busy) = (part.IdlePower ?? row.IdlePowerWithContext, part.FullPower ?? row.TrainingPower);
            var (idleRate, busyRate) = ($"gpu-{part.Device}/idle", $"gpu-{part.Device}/busy");
            AddDevice(idleRate, "s", new Derivation.FactorNode(still), besidePlug);
            AddDevice(busyRate, "s", new Derivation.FactorNode(busy), besidePlug);
            Bases.Add(new ComponentBasis(Component.Gpu, busy.Quality == Quality.Measured ? Quality.Modelled : busy.Quality, [], null, idleRate, busyRate, 1,
                $"{part.Why} By the time it works: {FormatNumber(still.Bounds.Best)} W idle, {FormatNumber(busy.Bounds.Best)} W at work.", part.Device, !part.Visible));
        }

        void AddDevice(string id, string per, Derivation derivation, bool besidePlug)
        {
            Add(id, per, derivation);
            if (besidePlug)
                AddPlugParts(id, per, derivation);
        }

        /// <summary>The processors' and everything else's part of a joule at the plug: 1/(1 + k) and k/(1 + k) of it.</summary>
        void AddPlugParts(string id, string per, Derivation derivation)
        {
            var processors = new Derivation.Quotient($"{derivation.Label}, processors' and memory's part", derivation.Unit, derivation, DeriveOnePlusK());
            _rates.Add(new Rate(Rate.GetProcessorPartRateId(id), per, processors));
            _rates.Add(new Rate(Rate.GetOtherPartRateId(id), per, new Derivation.Product($"{derivation.Label}, everything else's part", derivation.Unit, [_k, processors])));
        }

        /// <summary>Processors without a meter beside a meter of the whole machine: what it leaves to them.</summary>
        public void AddCpuFromPlug(MeteredPart plug)
        {
            AddPlugParts(PlugMeter, "J", DeriveCounted(plug));
            var (idle, _, _) = DeriveThreadPower();
            Add(CpuIdlePower, "s", new Derivation.Product("idle power of the processors", "W", [idle, new Derivation.Count("hardware threads", "1", power.Threads)]));
            Bases.Add(new ComponentBasis(Component.Cpu, Quality.Measured, plug.Meters, PlugMeter, CpuIdlePower, null, power.Threads,
                $"No meter of the processors: what the meter of the whole machine leaves to them, without everything else ({_k.Label}, {FormatNumber(power.OtherFraction.Bounds.Best)}), memory and GPUs."));
        }

        /// <summary>The meter of the whole machine, and everything else as what it leaves.</summary>
        public void AddPlug(MeteredPart plug, bool otherIsRest)
        {
            _rates.Add(new Rate(PlugMeter, "J", DeriveCounted(plug)));
            Bases.Add(new ComponentBasis(Component.Other, Quality.Measured, [], null, null, null, 1,
                otherIsRest ? "What the meter of the whole machine counted beyond processors, memory and GPUs." : $"A part of what the meter of the whole machine counted: {_k.Label}, {FormatNumber(power.OtherFraction.Bounds.Best)}."));
            Bases.Add(new ComponentBasis(Component.Platform, Quality.Measured, plug.Meters, PlugMeter, null, null, 1, plug.Why));
        }

        public void AddOther()
        {
            var k = power.OtherFraction;
            Bases.Add(new ComponentBasis(Component.Other, k.Quality, [], null, null, null, 1, $"No meter at the plug: {k.Label}, {FormatNumber(k.Bounds.Best)}."));
        }

        public void AddModelledMemory()
        {
            if (power.MemoryBytes == 0)
                return;
            var m = power.MemoryWattsPerGigabyte;
            // The run counts GB of 10^9 bytes, the factor GB of 2^30 bytes.
            Add(HeldMemory, "GB·s", new Derivation.Product("memory, per gigabyte (10^9 bytes)", "W/GB", [new Derivation.FactorNode(m)], 1e9 / MachinePower.BytesPerMemoryGigabyte));
            Bases.Add(new ComponentBasis(Component.Memory, m.Quality, [], null, HeldMemory, null, power.MemoryBytes / 1e9, $"No counter of memory: {m.Label}, {FormatNumber(m.Bounds.Best)} W/GB whatever its use."));
        }

        public (Derivation Idle, Derivation Busy, string Why) DeriveThreadPower()
        {
            var (idle, busy) = (DeriveThreadShare("idle", power.Cpu.IdleWattsPerThread, power.Cpu.InServiceIdleRatio), DeriveThreadShare("busy", power.Cpu.FullWattsPerThread, power.Cpu.InServiceFullLoadRatio));
            var why = $"No meter: whole-machine watts per hardware thread ({power.Cpu.Explanation}), less memory and everything else.";
            if (power.MemoryBytes == 0)
                return (idle, busy, $"No meter: whole-machine watts per hardware thread ({power.Cpu.Explanation}), less everything else; the size of the memory is unknown, so its energy stays inside.");
            var (lessIdle, lessBusy) = (SubtractMemory("idle", idle), SubtractMemory("busy", busy));
            if (lessIdle.Value > 0 && lessBusy.Value > 0)
                return (lessIdle, lessBusy, why);
            return (idle, busy, $"{why} The memory comes to more than an idle thread's whole power ({FormatNumber(idle.Value)} W), so it was not taken off the processor.");
        }

        public (Derivation Power, string How) DeriveIdlePower(Factor? measured)
        {
            if (measured is not null)
                return (new Derivation.FactorNode(measured), "Idle power measured on this machine.");
            if (power.Cpu.Model?.Tdp is { } tdp)
            {
                return (new Derivation.Product("idle power of the packages", "W", [new Derivation.FactorNode(tdp), new Derivation.FactorNode(power.Cpu.PackageIdleFraction), new Derivation.Count("packages", "1", power.Sockets)]),
                    $"Idle power not measured: a share of the TDP of {power.Cpu.Model.Name}.");
            }

            var (idle, _, _) = DeriveThreadPower();
            return (new Derivation.Product("idle power of the packages", "W", [idle, new Derivation.Count("hardware threads", "1", power.Threads)]),
                "Idle power not measured, TDP unknown: modelled as for a machine without meters.");
        }

        public MachineRates Build() => new(Bases.ToImmutable(), _rates.ToImmutable());

        Derivation DeriveOnePlusK() => new Derivation.Sum("1 + k", "1", [new Derivation.Count("processor and memory", "1", 1), _k]);

        /// <summary>A thread's part of processor and memory: whole-machine watts over 1 + k.</summary>
        Derivation DeriveThreadShare(string state, Factor watts, Factor realHost)
        {
            var plug = new Derivation.Product($"{state} thread's share of the machine at its plug", "W/thread", [new Derivation.FactorNode(watts), new Derivation.FactorNode(realHost)]);
            return new Derivation.Quotient($"{state} thread with its memory", "W/thread", plug, DeriveOnePlusK());
        }

        Derivation SubtractMemory(string state, Derivation thread)
        {
            var included = new Derivation.Count("memory per thread inside those watts, GB (2^30 bytes)", "GB/thread", power.IncludedGigabytesPerThread);
            var memory = new Derivation.Product("its memory", "W/thread", [included, new Derivation.FactorNode(power.MemoryWattsPerGigabyte)]);
            return new Derivation.Difference($"{state} thread", "W/thread", thread, memory);
        }

        static string FormatNumber(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
    }
}
