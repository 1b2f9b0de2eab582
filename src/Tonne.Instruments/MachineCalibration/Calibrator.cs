using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>Has a machine work at known levels and reads its powers.</summary>
/// <param name="discovery">The machine; its meters are read here and by nobody else meanwhile.</param>
/// <param name="time">The clock.</param>
/// <param name="loadFactory">Keeps so many hardware threads at work until disposed.</param>
public sealed class Calibrator(DiscoveryResult discovery, TimeProvider time, Func<int, IDisposable> loadFactory)
{
    readonly IReadOnlyList<MeteredPart> _parts = MachineDiscovery.SelectParts(discovery.Instruments);

    /// <summary>The meter of the whole machine; null if none was found.</summary>
    public MeteredPart? Plug => _parts.FirstOrDefault(part => part.Component == Component.Platform);

    /// <summary>Whether the processors have meters of their own, so that everything else can be separated from them.</summary>
    public bool HasProcessorMeters => _parts.Any(part => part is { Component: Component.Cpu, Meters.IsDefaultOrEmpty: false });

    /// <summary>Largest load of an idle machine by default: three tenths of one hardware thread, or 2 % of many.</summary>
    public double DefaultMaxIdleLoad => Math.Max(0.3 / discovery.Machine.Threads, 0.02);

    /// <summary>Looks for a while whether the machine is idle.</summary>
    /// <returns>Busy share of all threads, and who it is.</returns>
    public async Task<(double Load, IReadOnlyList<BusyProcess> Busy)> MeasureLoadAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        var start = time.GetTimestamp();
        var processes = new ProcessCpuSnapshot(FileTree.Local);
        var watch = new MeasurementWindow(this);
        await watch.MeasureAsync(duration, duration, cancellationToken).ConfigureAwait(false);
        return (watch.Load, processes.FindBusiest(time.GetElapsedTime(start).TotalSeconds));
    }

    /// <summary>Holds every level of a plan and reads it.</summary>
    /// <param name="plan">Which, and for how long.</param>
    /// <param name="progress">Called at the start and the end of each phase with the level of load, the time left and the power
    /// read.</param>
    /// <param name="cancellationToken">Ends the calibration without a result.</param>
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
                using (StartLoad(level))
                {
                    await Task.Delay(plan.SettlingTime, time, cancellationToken).ConfigureAwait(false);
                    for (var i = 0; i < CalibrationPlan.Blocks; i++)
                        blocks.Add(await MeasureBlockAsync(level, round, plan.BlockDuration, plan.SamplingInterval, null, cancellationToken).ConfigureAwait(false));
                }

                left -= plan.PhaseDuration;
                progress(level, left, blocks[^1]);
            }
        }

        return blocks;
    }

    /// <summary>Holds a level while a person reads the plug.</summary>
    /// <param name="level">The level.</param>
    /// <param name="settling">Time for which the machine settles before the user is asked.</param>
    /// <param name="read">Asks the user for readings of the plug meter in W; the load is kept until it returns.</param>
    /// <param name="cancellationToken">Ends the calibration without a result.</param>
    public async Task<IReadOnlyList<CalibrationBlock>> ReadManuallyAsync(CalibrationLevel level, TimeSpan settling, Func<IReadOnlyList<double>> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        using (StartLoad(level))
        {
            // Who answers at once must find a stretch of time that was read.
            await Task.Delay(settling / 2, time, cancellationToken).ConfigureAwait(false);
            var watch = new MeasurementWindow(this);
            watch.Start();
            await Task.Delay(settling / 2, time, cancellationToken).ConfigureAwait(false);
            watch.Sample();
            var reading = Task.Run(read, cancellationToken);
            while (!reading.IsCompleted)
            {
                await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken)).ConfigureAwait(false);
                watch.Sample();
            }

            var watts = await reading.ConfigureAwait(false);
            return [.. watts.Select(one => watch.CreateBlock(level, 0, one))];
        }
    }

    /// <summary>Makes the calibration from its blocks.</summary>
    /// <param name="blocks">The readings.</param>
    /// <param name="meter">The meter at the plug, in words.</param>
    /// <param name="accuracy">True power at the plug ÷ power read.</param>
    /// <exception cref="CalibrationFailedException">They cannot be of this machine.</exception>
    public Calibration CreateCalibration(IReadOnlyList<CalibrationBlock> blocks, string meter, Bounds accuracy)
    {
        var fit = CalibrationFit.Fit(blocks, accuracy, Rapl.RaplMeters.PackageAccuracy.Bounds);
        var date = time.GetUtcNow();
        var k = fit.OtherFraction ?? discovery.Power.OtherFraction.Bounds;
        var gpus = SumIdleGpuWatts() is { } boards ? new Bounds(boards.Low * (1 + k.Low), boards.Best * (1 + k.Best), boards.High * (1 + k.High)) : (Bounds?)null;
        var machine = CalibratedMachine.FromMachine(discovery.Machine);
        return new Calibration(
            string.Create(CultureInfo.InvariantCulture, $"CALIBRATION-{date.UtcDateTime:yyyyMMdd'T'HHmmssfff}-{ComputeFingerprint(machine):x4}"),
            date, machine, meter, Subtract(fit.Idle, gpus), Subtract(fit.Full, gpus))
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

    /// <summary>Power of the idle GPUs, W. GPUs have rates of their own, so their power must not be part of the processor's.</summary>
    Bounds? SumIdleGpuWatts()
    {
        double low = 0, best = 0, high = 0;
        foreach (var basis in discovery.Bases)
        {
            // The rate of an idle board is one factor as it stands.
            if (basis.Component != Component.Gpu || basis.IdleRate is not { } id || discovery.Rates.FirstOrDefault(rate => rate.Id == id)?.Derivation is not Derivation.FactorNode { Factor.Bounds: var watts })
                continue;
            (low, best, high) = (low + watts.Low, best + watts.Best, high + watts.High);
        }

        return high > 0 ? new Bounds(low, best, high) : null;
    }

    static Bounds Subtract(Bounds whole, Bounds? part)
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

    IDisposable? StartLoad(CalibrationLevel level) => level switch
    {
        CalibrationLevel.Full => loadFactory(discovery.Machine.Threads),
        CalibrationLevel.Half => loadFactory(Math.Max(1, discovery.Machine.Threads / 2)),
        _ => null,
    };

    async Task<CalibrationBlock> MeasureBlockAsync(CalibrationLevel level, int phase, TimeSpan duration, TimeSpan step, double? plugWatts, CancellationToken cancellationToken)
    {
        var watch = new MeasurementWindow(this);
        await watch.MeasureAsync(duration, step, cancellationToken).ConfigureAwait(false);
        return watch.CreateBlock(level, phase, plugWatts);
    }

    /// <summary>FNV-1a of the properties that distinguish machines, to keep the ids of two machines apart.</summary>
    static int ComputeFingerprint(CalibratedMachine machine)
    {
        var hash = 2166136261u;
        foreach (var letter in string.Create(CultureInfo.InvariantCulture, $"{machine.Cpu}|{machine.Threads}|{machine.MemoryBytes}"))
            hash = unchecked((hash ^ letter) * 16777619u);
        return (int)(hash & 0xffff);
    }

    /// <summary>All meters over one stretch of time.</summary>
    sealed class MeasurementWindow
    {
        readonly Calibrator _owner;
        readonly AveragePowerMeter? _plug;
        readonly AveragePowerMeter? _packages;
        readonly AveragePowerMeter? _others;
        readonly bool _memoryIsMetered;
        long _first;
        long _last;
        (long Busy, bool Known) _busyFirst;
        (long Busy, bool Known) _busyLast;

        public MeasurementWindow(Calibrator owner)
        {
            _owner = owner;
            _plug = CreateAverage(part => part.Component == Component.Platform);
            _packages = CreateAverage(part => part.Component == Component.Cpu);
            _others = CreateAverage(part => part.Component is Component.Memory or Component.Gpu);
            _memoryIsMetered = owner._parts.Any(part => part is { Component: Component.Memory, Meters.IsDefaultOrEmpty: false });
        }

        /// <summary>Busy share of all threads.</summary>
        public double Load => _busyFirst.Known && _busyLast.Known && _last > _first
            ? Math.Clamp((_busyLast.Busy - _busyFirst.Busy) / ((double)(_last - _first) * _owner.Machine.Threads), 0, 1)
            : 0;

        public void Start()
        {
            _plug?.Start();
            _packages?.Start();
            _others?.Start();
            _first = Sample();
            _busyFirst = _busyLast;
        }

        public long Sample()
        {
            var timestamp = (long)(_owner.Time.GetTimestamp() * (1e9 / _owner.Time.TimestampFrequency));
            _plug?.AddSample(timestamp);
            _packages?.AddSample(timestamp);
            _others?.AddSample(timestamp);
            if (_owner.CpuTimeMeters.Count > 0 && _owner.CpuTimeMeters[0].Read(timestamp) is { IsGap: false } busy)
                _busyLast = (busy.Value, true);
            return _last = timestamp;
        }

        public async Task MeasureAsync(TimeSpan duration, TimeSpan step, CancellationToken cancellationToken)
        {
            Start();
            var start = _owner.Time.GetTimestamp();
            while (_owner.Time.GetElapsedTime(start) < duration)
            {
                await Task.Delay(step, _owner.Time, cancellationToken).ConfigureAwait(false);
                Sample();
            }
        }

        public CalibrationBlock CreateBlock(CalibrationLevel level, int phase, double? plugWatts)
        {
            var plug = plugWatts ?? _plug?.Watts ?? throw new CalibrationFailedException($"The plug reported no power: {_plug?.Reason ?? "it gave one value only"}.");
            var packages = _packages?.Watts;
            double? metered = packages is { } watts ? watts + (_others?.Watts ?? 0) + (_memoryIsMetered ? 0 : _owner.ModelledMemoryWatts) : null;
            return new CalibrationBlock(level, phase, Load, plug, metered, packages);
        }

        AveragePowerMeter? CreateAverage(Func<MeteredPart, bool> which)
        {
            ImmutableArray<string> ids = [.. _owner._parts.Where(part => which(part) && !part.Meters.IsDefaultOrEmpty).SelectMany(part => part.Meters)];
            return ids.IsEmpty ? null : new AveragePowerMeter([.. _owner.EnergyMeters.Where(meter => ids.Contains(meter.Description.Id))]);
        }
    }

    Machine Machine => discovery.Machine;

    TimeProvider Time => time;

    IReadOnlyList<IMeter> CpuTimeMeters => discovery.CpuTimeMeters;

    IReadOnlyList<IMeter> EnergyMeters => discovery.EnergyMeters;

    double ModelledMemoryWatts => discovery.Power.MemoryBytes / (double)(1L << 30) * discovery.Power.MemoryWattsPerGigabyte.Bounds.Best;
}
