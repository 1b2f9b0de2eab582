using System.Globalization;
using Tonne.Instruments.Modelled;
using Tonne.Quantities;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>Power of one machine, read at its plug, that stands in place of the catalog's.</summary>
/// <param name="Id">Short id, such as <c>CALIBRATION-20261122T093000123-3fa9</c>: the source that every later derivation names.</param>
/// <param name="Date">When, UTC.</param>
/// <param name="Machine">The machine to which it applies.</param>
/// <param name="Meter">The meter at the plug, in words.</param>
/// <param name="Idle">Power at the plug when no thread is busy, W, without that of the GPUs and of the parts that supply them.</param>
/// <param name="Full">W at the plug, every thread at work, without GPUs and what goes with them.</param>
public sealed record Calibration(string Id, DateTimeOffset Date, CalibratedMachine Machine, string Meter, Bounds Idle, Bounds Full)
{
    /// <summary>k: everything else over processors, memory and GPUs; null if the processors have no meter.</summary>
    public Bounds? OtherFraction { get; init; }

    /// <summary>The part of everything else that does not change with load, W; null as above.</summary>
    public double? OtherConstantWatts { get; init; }

    /// <summary>The part of everything else that grows with what is metered, W/W; null as above.</summary>
    public double? OtherPerMeteredWatt { get; init; }

    /// <summary>W of all processor packages idle; null as above.</summary>
    public Bounds? PackageIdle { get; init; }

    /// <summary>Measured power at the plug at half load ÷ the mean of idle and full load; null if it was not measured.</summary>
    public double? HalfOverLine { get; init; }

    /// <summary>W at the plug that idle GPUs and what goes with them were taken to draw; null if there are none.</summary>
    public Bounds? GpuWatts { get; init; }

    /// <summary>The readings.</summary>
    public IReadOnlyList<CalibrationBlock> Blocks { get; init; } = [];

    /// <summary>The calibration as a source.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Source Source => new(Id, FormatTitle("this machine"), Date.Year);

    /// <summary>The title of the calibration.</summary>
    /// <param name="machine">Words for its machine.</param>
    internal string FormatTitle(string machine) => $"calibration of {machine} on {Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} with {Meter}";

    /// <summary>Idle power of all processor packages as a factor; null if it was not read.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Factor? PackageIdlePower => PackageIdle is { } watts
        ? new Factor($"calibration/package-idle-w/{Id}", "processor packages of this machine, idle", "W", watts, Quality.Measured, Source)
        : null;

    /// <summary>A job's full load over that of the calibration: ordinary work draws less, work on vectors and memory more.</summary>
    /// <remarks>The real-host factors 1.4 (ordinary server load) and 2.2 (vector-heavy) about their geometric middle, 1.755.</remarks>
    static Factor FullLoadRatio { get; } = new("calibration/load-kind", "a job's full load over the calibration's", "1", new Bounds(0.8, 1, 1.25), Quality.Assumed,
        new Source("SYNTHESIS", "Choice of the tonne authors from the measured and published values around it, see docs/methods", 2026, "own estimate"), "ordinary work draws less than the loop that calibrates, work on vectors and memory more");

    static Factor NoHostCorrection { get; } = new("cpu/real-host/none", "watts of the machine itself, not of a tuned one", "1", Bounds.FromExact(1), Quality.Assumed, new Source("TONNE-METHOD-1", "tonne, method version 1"));

    /// <summary>The machine's power with what was read here in place of the catalog's.</summary>
    public MachinePower ApplyTo(MachinePower power)
    {
        ArgumentNullException.ThrowIfNull(power);
        var source = Source;
        var k = OtherFraction is { } fraction
            ? new Factor($"calibration/other/{Id}", "everything else over processor, memory and GPU of this machine", "1", fraction, Quality.Measured, source)
            : power.OtherFraction;
        var gigabytes = power.MemoryBytes / (double)(1L << 30);
        return power with
        {
            Cpu = power.Cpu with
            {
                IdleWattsPerThread = PerThread("idle", Idle),
                FullWattsPerThread = PerThread("full", Full),
                InServiceIdleRatio = NoHostCorrection,
                InServiceFullLoadRatio = FullLoadRatio,
                // All of its memory was behind the plug.
                IncludedGigabytesPerThread = gigabytes / power.Threads,
                Quality = Quality.Modelled,
                Explanation = string.Create(CultureInfo.InvariantCulture, $"{source.Title}: {Idle.Best:0.#} W idle, {Full.Best:0.#} W at full load"),
            },
            OtherFraction = k,
            MemoryWattsPerGigabyte = LimitMemoryPower(power.MemoryWattsPerGigabyte, gigabytes, Idle.Best / (1 + k.Bounds.Best)),
        };

        Factor PerThread(string load, Bounds watts) => new(
            $"calibration/{load}-w-per-thread/{Id}", $"this machine, {load} W per hardware thread", "W", watts * (1d / power.Threads), Quality.Measured, source,
            string.Create(CultureInfo.InvariantCulture, $"{watts.Best:0.###} W at the plug / {power.Threads} threads"));
    }

    /// <summary>
    /// Memory takes at most half of what an idle machine leaves after everything else: the calibrated whole must not grow by it.
    /// </summary>
    Factor LimitMemoryPower(Factor memory, double gigabytes, double idle)
    {
        var maxWattsPerGigabyte = gigabytes > 0 ? idle / 2 / gigabytes : double.PositiveInfinity;
        return memory.Bounds.Best <= maxWattsPerGigabyte ? memory : memory with
        {
            Id = $"calibration/memory-w-per-gb/{Id}",
            Bounds = memory.Bounds * (maxWattsPerGigabyte / memory.Bounds.Best),
            Quality = Quality.Assumed,
            Source = Source,
            Note = $"{memory.Label} of the catalog would outweigh the whole machine idle: half of what everything else leaves",
        };
    }
}
