using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Calibrating;

/// <summary>Has a machine work at known levels and reads its powers.</summary>
/// <param name="discovery">The machine; its meters are read here and by nobody else meanwhile.</param>
/// <param name="time">The clock.</param>
/// <param name="work">Keeps so many hardware threads at work until disposed.</param>
public sealed class Calibrator(Discovery discovery, TimeProvider time, Func<int, IDisposable> work)
{
    readonly IReadOnlyList<MeteredPart> _parts = MachineDiscovery.Chosen(discovery.Instruments);

    /// <summary>The meter of the whole machine; null if none was found.</summary>
    public MeteredPart? Plug => _parts.FirstOrDefault(part => part.Component == Component.Platform);

    /// <summary>Whether the processors have meters of their own, so that everything else can be told apart.</summary>
    public bool MetersProcessors => _parts.Any(part => part is { Component: Component.Cpu, Meters.IsDefaultOrEmpty: false });

    /// <summary>How busy an idle machine may be by default: three tenths of one hardware thread, or 2 % of many.</summary>
    public double UsualIdleLoad => Math.Max(0.3 / discovery.Machine.Threads, 0.02);

    /// <summary>Looks for a while whether the machine is idle.</summary>
    /// <returns>Busy share of all threads, and who it is.</returns>
    public async Task<(double Load, IReadOnlyList<BusyProcess> Busy)> LookAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        var start = time.GetTimestamp();
        var processes = new BusyProcesses(FileTree.Own);
        var watch = new Watch(this);
        await watch.OverAsync(duration, duration, cancellationToken).ConfigureAwait(false);
        return (watch.Load, processes.Since(time.GetElapsedTime(start).TotalSeconds));
    }

    /// <summary>Holds every level of a plan and reads it.</summary>
    /// <param name="plan">Which, and for how long.</param>
    /// <param name="progress">Told at the begin of each phase and after it: level, time left, what was read.</param>
    /// <param name="cancellationToken">Ends it without a result.</param>
    /// <exception cref="CalibrationFailedException">A meter said nothing.</exception>
    public async Task<IReadOnlyList<CalibrationBlock>> RunAsync(CalibrationPlan plan, Action<CalibrationLevel, TimeSpan, CalibrationBlock?> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        var blocks = new List<CalibrationBlock>();
        var left = plan.Total;
        for (var round = 0; round < CalibrationPlan.Rounds; round++)
        {
            foreach (var level in CalibrationPlan.Levels)
            {
                progress(level, left, null);
                using (Worker(level))
                {
                    await Task.Delay(plan.Settling, time, cancellationToken).ConfigureAwait(false);
                    for (var i = 0; i < CalibrationPlan.Blocks; i++)
                        blocks.Add(await BlockAsync(level, round, plan.Block, plan.Step, null, cancellationToken).ConfigureAwait(false));
                }

                left -= plan.Phase;
                progress(level, left, blocks[^1]);
            }
        }

        return blocks;
    }

    /// <summary>Holds a level while a person reads the plug.</summary>
    /// <param name="level">The level.</param>
    /// <param name="settling">Time before the person is asked.</param>
    /// <param name="read">Asks for readings of the plug in W; the level is held until it returns.</param>
    /// <param name="cancellationToken">Ends it without a result.</param>
    public async Task<IReadOnlyList<CalibrationBlock>> ReadOffAsync(CalibrationLevel level, TimeSpan settling, Func<IReadOnlyList<double>> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        using (Worker(level))
        {
            // Who answers at once must find a stretch of time that was read.
            await Task.Delay(settling / 2, time, cancellationToken).ConfigureAwait(false);
            var watch = new Watch(this);
            watch.Begin();
            await Task.Delay(settling / 2, time, cancellationToken).ConfigureAwait(false);
            watch.Take();
            var asked = Task.Run(read, cancellationToken);
            while (!asked.IsCompleted)
            {
                await Task.WhenAny(asked, Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken)).ConfigureAwait(false);
                watch.Take();
            }

            var watts = await asked.ConfigureAwait(false);
            return [.. watts.Select(one => watch.Block(level, 0, one))];
        }
    }

    /// <summary>Makes the calibration from its blocks.</summary>
    /// <param name="blocks">The readings.</param>
    /// <param name="meter">What read the plug, in words.</param>
    /// <param name="accuracy">True watts at the plug over those read.</param>
    /// <exception cref="CalibrationFailedException">They cannot be of this machine.</exception>
    public Calibration Conclude(IReadOnlyList<CalibrationBlock> blocks, string meter, Bounds accuracy)
    {
        var fit = CalibrationFit.Of(blocks, accuracy, Rapl.RaplMeters.PackageAccuracy.Bounds);
        var date = time.GetUtcNow();
        var k = fit.OtherFraction ?? discovery.Power.OtherFraction.Bounds;
        var gpus = GpuWatts() is { } boards ? new Bounds(boards.Low * (1 + k.Low), boards.Best * (1 + k.Best), boards.High * (1 + k.High)) : (Bounds?)null;
        var machine = CalibratedMachine.Of(discovery.Machine);
        return new Calibration(
            string.Create(CultureInfo.InvariantCulture, $"CALIBRATION-{date.UtcDateTime:yyyyMMdd'T'HHmmssfff}-{Fingerprint(machine):x4}"),
            date, machine, meter, Without(fit.Idle, gpus), Without(fit.Full, gpus))
        {
            OtherFraction = fit.OtherFraction,
            OtherConstantWatts = fit.OtherConstantWatts,
            OtherPerMeteredWatt = fit.OtherPerMeteredWatt,
            PackageIdle = fit.PackageIdle,
            HalfOverLine = fit.HalfOverLine,
            GpuWatts = gpus,
            Blocks = blocks,
        };
    }

    /// <summary>What idle GPUs draw: they have rates of their own, and must not be in the processor's.</summary>
    Bounds? GpuWatts()
    {
        double low = 0, best = 0, high = 0;
        foreach (var basis in discovery.Bases)
        {
            // The rate of an idle board is one factor as it stands.
            if (basis.Component != Component.Gpu || basis.IdleRate is not { } id || discovery.Rates.FirstOrDefault(rate => rate.Id == id)?.Derivation is not Derivation.Given { Factor.Bounds: var watts })
                continue;
            (low, best, high) = (low + watts.Low, best + watts.Best, high + watts.High);
        }

        return high > 0 ? new Bounds(low, best, high) : null;
    }

    static Bounds Without(Bounds whole, Bounds? part)
    {
        if (part is not { } gpus)
            return whole;
        // Half-widths of two independent watts in quadrature.
        var best = whole.Best - gpus.Best;
        if (!(best > 0))
            throw new CalibrationFailedException($"The plug read {whole.Best:0.#} W, less than its GPUs are said to draw idle ({gpus.Best:0.#} W with what goes with them). Calibrate with a GPU meter, or take them out.");
        var down = Math.Sqrt(Math.Pow(whole.Best - whole.Low, 2) + Math.Pow(gpus.High - gpus.Best, 2));
        var up = Math.Sqrt(Math.Pow(whole.High - whole.Best, 2) + Math.Pow(gpus.Best - gpus.Low, 2));
        return new Bounds(Math.Max(0, best - down), best, best + up);
    }

    IDisposable? Worker(CalibrationLevel level) => level switch
    {
        CalibrationLevel.Full => work(discovery.Machine.Threads),
        CalibrationLevel.Half => work(Math.Max(1, discovery.Machine.Threads / 2)),
        _ => null,
    };

    async Task<CalibrationBlock> BlockAsync(CalibrationLevel level, int phase, TimeSpan duration, TimeSpan step, double? plugWatts, CancellationToken cancellationToken)
    {
        var watch = new Watch(this);
        await watch.OverAsync(duration, step, cancellationToken).ConfigureAwait(false);
        return watch.Block(level, phase, plugWatts);
    }

    /// <summary>FNV-1a of what tells machines apart, to keep the ids of two machines apart.</summary>
    static int Fingerprint(CalibratedMachine machine)
    {
        var hash = 2166136261u;
        foreach (var letter in string.Create(CultureInfo.InvariantCulture, $"{machine.Cpu}|{machine.Threads}|{machine.MemoryBytes}"))
            hash = unchecked((hash ^ letter) * 16777619u);
        return (int)(hash & 0xffff);
    }

    /// <summary>All meters over one stretch of time.</summary>
    sealed class Watch
    {
        readonly Calibrator _owner;
        readonly WatchedPower? _plug;
        readonly WatchedPower? _packages;
        readonly WatchedPower? _others;
        readonly bool _memoryIsMetered;
        long _first;
        long _last;
        (long Busy, bool Known) _busyFirst;
        (long Busy, bool Known) _busyLast;

        public Watch(Calibrator owner)
        {
            _owner = owner;
            _plug = Of(part => part.Component == Component.Platform);
            _packages = Of(part => part.Component == Component.Cpu);
            _others = Of(part => part.Component is Component.Memory or Component.Gpu);
            _memoryIsMetered = owner._parts.Any(part => part is { Component: Component.Memory, Meters.IsDefaultOrEmpty: false });
        }

        /// <summary>Busy share of all threads.</summary>
        public double Load => _busyFirst.Known && _busyLast.Known && _last > _first
            ? Math.Clamp((_busyLast.Busy - _busyFirst.Busy) / ((double)(_last - _first) * _owner.Machine.Threads), 0, 1)
            : 0;

        public void Begin()
        {
            _plug?.Begin();
            _packages?.Begin();
            _others?.Begin();
            _first = Take();
            _busyFirst = _busyLast;
        }

        public long Take()
        {
            var timestamp = (long)(_owner.Time.GetTimestamp() * (1e9 / _owner.Time.TimestampFrequency));
            _plug?.Take(timestamp);
            _packages?.Take(timestamp);
            _others?.Take(timestamp);
            if (_owner.Clock.Count > 0 && _owner.Clock[0].Read(timestamp) is { IsGap: false } busy)
                _busyLast = (busy.Value, true);
            return _last = timestamp;
        }

        public async Task OverAsync(TimeSpan duration, TimeSpan step, CancellationToken cancellationToken)
        {
            Begin();
            var start = _owner.Time.GetTimestamp();
            while (_owner.Time.GetElapsedTime(start) < duration)
            {
                await Task.Delay(step, _owner.Time, cancellationToken).ConfigureAwait(false);
                Take();
            }
        }

        public CalibrationBlock Block(CalibrationLevel level, int phase, double? plugWatts)
        {
            var plug = plugWatts ?? _plug?.Watts ?? throw new CalibrationFailedException($"The plug told no power: {_plug?.Reason ?? "it gave one value only"}.");
            var packages = _packages?.Watts;
            double? metered = packages is { } watts ? watts + (_others?.Watts ?? 0) + (_memoryIsMetered ? 0 : _owner.ModelledMemoryWatts) : null;
            return new CalibrationBlock(level, phase, Load, plug, metered, packages);
        }

        WatchedPower? Of(Func<MeteredPart, bool> which)
        {
            ImmutableArray<string> ids = [.. _owner._parts.Where(part => which(part) && !part.Meters.IsDefaultOrEmpty).SelectMany(part => part.Meters)];
            return ids.IsEmpty ? null : new WatchedPower([.. _owner.Energy.Where(meter => ids.Contains(meter.Description.Id))]);
        }
    }

    Machine Machine => discovery.Machine;

    TimeProvider Time => time;

    IReadOnlyList<IMeter> Clock => discovery.CpuTimeMeters;

    IReadOnlyList<IMeter> Energy => discovery.EnergyMeters;

    double ModelledMemoryWatts => discovery.Power.MemoryBytes / (double)(1L << 30) * discovery.Power.MemoryWattsPerGigabyte.Bounds.Best;
}
