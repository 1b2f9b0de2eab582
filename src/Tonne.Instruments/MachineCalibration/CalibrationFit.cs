using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>
/// The result of the readings of one machine: its power when idle and at full load, and the power of all other parts ÷ the metered power.
/// </summary>
/// <remarks>
/// plug = idle + (full − idle) · L by least squares over the blocks idle and at full load, evaluated at L = 0 and L = 1. Half-widths:
/// Student's t over the blocks, or half the drift between two phases of a level if
/// that is more; joined in quadrature with the meter's accuracy. What half load lies off the line widens full load, so that idle + (full −
/// idle) · L holds it. other = plug − metered: k = other ÷ metered of each level,
/// best that of half load (else of the middle), bounds over all levels. See docs/methods/calibration.md.
/// </remarks>
sealed record CalibrationFit
{
    /// <summary>Busy share of all threads by which full load must exceed idle: less would have to be carried on too far.</summary>
    const double MinLoadDifference = 0.5;

    /// <summary>W at the plug with no thread at work.</summary>
    public required Bounds Idle { get; init; }

    /// <summary>W at the plug with every thread at work.</summary>
    public required Bounds Full { get; init; }

    /// <summary>
    /// Measured power at the plug at half load ÷ the mean of idle and full load; null if it was not measured. 1 if power is linear in the
    /// load.
    /// </summary>
    public double? HalfOverLine { get; init; }

    /// <summary>k: everything else over processors, memory and GPUs, dimensionless; null without meters of their own.</summary>
    public Bounds? OtherFraction { get; init; }

    /// <summary>The part of everything else that does not change with load, W; null without meters of their own.</summary>
    public double? OtherConstantWatts { get; init; }

    /// <summary>The part of everything else that grows with what is metered, W/W; null without meters of their own.</summary>
    public double? OtherPerMeteredWatt { get; init; }

    /// <summary>W of all processor packages idle; null without meters of their own.</summary>
    public Bounds? PackageIdle { get; init; }

    /// <summary>Fits.</summary>
    /// <param name="blocks">Blocks idle and at full load, perhaps at half.</param>
    /// <param name="accuracy">True watts at the plug over those read.</param>
    /// <param name="meterAccuracy">True watts of processors and memory over those their meters say.</param>
    /// <exception cref="CalibrationFailedException">The readings contradict each other.</exception>
    public static CalibrationFit Fit(IReadOnlyList<CalibrationBlock> blocks, Bounds accuracy, Bounds meterAccuracy)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        List<CalibrationBlock> ends = [.. blocks.Where(block => block.Level is not CalibrationLevel.Half)];
        if (!ends.Exists(block => block.Level == CalibrationLevel.Idle) || !ends.Exists(block => block.Level == CalibrationLevel.Full))
            throw new CalibrationFailedException("The plug was not read both idle and at full load.");
        var (still, busy) = (ends.Where(block => block.Level == CalibrationLevel.Idle).Average(block => block.Load), ends.Where(block => block.Level == CalibrationLevel.Full).Average(block => block.Load));
        if (busy - still < MinLoadDifference)
            throw new CalibrationFailedException($"The machine was {100 * still:0} % busy when it should have been idle, and {100 * busy:0} % at full load: something else kept it busy, or kept us from it.");
        var (idle, slope, idleWidth, fullWidth) = FitLine(ends);
        idleWidth = Math.Max(idleWidth, ComputeDrift(ends, CalibrationLevel.Idle));
        fullWidth = Math.Max(fullWidth, ComputeDrift(ends, CalibrationLevel.Full));
        var full = idle + slope;
        if (!(idle > 0))
            throw new CalibrationFailedException($"The plug read {idle:0.##} W idle: no machine draws that. Is it switched on behind this meter?");
        if (!(slope > Math.Max(0.5, 0.01 * idle)) || slope < idleWidth + fullWidth)
            throw new CalibrationFailedException($"The plug read {idle:0.##} W idle and {full:0.##} W at full load: it hardly moved, or moved no more than it wavers. Is this machine the one behind that meter?");

        var idleBounds = ApplyAccuracy(idle, idleWidth, accuracy);
        var fullBounds = ApplyAccuracy(full, fullWidth, accuracy);
        double? halfOverLine = null;
        List<CalibrationBlock> halves = [.. blocks.Where(block => block is { Level: CalibrationLevel.Half, Load: > 0.05 })];
        if (halves.Count > 0)
        {
            var (load, watts) = (halves.Average(block => block.Load), halves.Average(block => block.PlugWatts));
            halfOverLine = watts / (idle + (slope * load));
            // The full load at which the straight line would run through half load.
            var through = (idle + ((watts - idle) / load)) * accuracy.Best;
            fullBounds = new Bounds(Math.Min(fullBounds.Low, Math.Max(idleBounds.Best, through)), fullBounds.Best, Math.Max(fullBounds.High, through));
        }

        var fit = new CalibrationFit { Idle = idleBounds, Full = fullBounds, HalfOverLine = halfOverLine };
        return blocks.All(block => block.MeteredWatts is > 0) ? AddOtherPower(fit, blocks, accuracy, meterAccuracy) : fit;
    }

    static CalibrationFit AddOtherPower(CalibrationFit fit, IReadOnlyList<CalibrationBlock> blocks, Bounds accuracy, Bounds meterAccuracy)
    {
        var levels = blocks.GroupBy(block => block.Level).OrderBy(group => group.Key).Select(group => Fraction([.. group])).ToList();
        // The level in the middle stands for ordinary work; of two levels, their geometric middle would favour neither.
        var best = levels.Count == 3 ? levels[1].Best : (levels[0].Best + levels[^1].Best) / 2;
        var (low, high) = (levels.Min(level => level.Low), levels.Max(level => level.High));
        if (high < 0)
            throw new CalibrationFailedException("The plug read less than the machine's own meters say: another machine is behind it, or a counter is read twice ('tonne doctor').");
        var (constant, per) = FitRegression([.. blocks.Select(block => (block.MeteredWatts!.Value, (block.PlugWatts * accuracy.Best) - block.MeteredWatts.Value))]);
        // The levels were held nearly: with no thread at work, and with all, k lies a little further out.
        var (atNone, perLoad) = FitRegression([.. blocks.Select(block => (block.Load, block.MeteredWatts!.Value))]);
        foreach (var (metered, level) in new[] { (atNone, levels[0]), (atNone + perLoad, levels[^1]) })
        {
            if (metered > 0)
                (low, high) = (Math.Min(low, (constant / metered) + per - (level.Best - level.Low)), Math.Max(high, (constant / metered) + per + level.High - level.Best));
        }

        List<double> packages = [.. blocks.Where(block => block is { Level: CalibrationLevel.Idle, PackageWatts: not null }).Select(block => block.PackageWatts!.Value)];
        return fit with
        {
            OtherFraction = new Bounds(Math.Max(0, low), Math.Max(0, best), Math.Max(0, high)),
            OtherConstantWatts = constant,
            OtherPerMeteredWatt = per,
            PackageIdle = packages.Count > 0 ? ApplyAccuracy(packages.Average(), ComputeHalfWidth(packages), meterAccuracy) : null,
        };

        (double Low, double Best, double High) Fraction(List<CalibrationBlock> level)
        {
            var (plug, metered) = (level.Average(block => block.PlugWatts) * accuracy.Best, level.Average(block => block.MeteredWatts!.Value));
            // The result is a difference of two meters, so their errors are large compared with it.
            var (up, down) = (Math.Max(accuracy.High - accuracy.Best, accuracy.Best - accuracy.Low) * plug, Math.Max(meterAccuracy.High - 1, 1 - meterAccuracy.Low) * metered);
            var width = Math.Sqrt((up * up) + (down * down)) / metered;
            var noise = ComputeHalfWidth([.. level.Select(block => (block.PlugWatts - block.MeteredWatts!.Value) / block.MeteredWatts.Value)]);
            var k = (plug - metered) / metered;
            var all = Math.Sqrt((width * width) + (noise * noise));
            return (k - all, k, k + all);
        }
    }

    /// <summary>Value at 0, slope, and 95 % half-widths at 0 and at 1 of the straight line through load and plug.</summary>
    static (double AtZero, double Slope, double WidthAtZero, double WidthAtOne) FitLine(List<CalibrationBlock> blocks)
    {
        var (zero, slope) = FitRegression([.. blocks.Select(block => (block.Load, block.PlugWatts))]);
        var degrees = blocks.Count - 2;
        if (degrees < 1)
            return (zero, slope, 0, 0);
        var mean = blocks.Average(block => block.Load);
        var spread = blocks.Sum(block => (block.Load - mean) * (block.Load - mean));
        var variance = blocks.Sum(block => Math.Pow(block.PlugWatts - zero - (slope * block.Load), 2)) / degrees;
        var t = StudentTDistribution.GetCriticalValue95(degrees);
        return (zero, slope, Width(0), Width(1));

        double Width(double load) => t * Math.Sqrt(variance * ((1d / blocks.Count) + ((load - mean) * (load - mean) / spread)));
    }

    static (double AtZero, double Slope) FitRegression(List<(double X, double Y)> points)
    {
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var spread = points.Sum(point => (point.X - x) * (point.X - x));
        var slope = spread > 1e-12 ? points.Sum(point => (point.X - x) * (point.Y - y)) / spread : 0;
        return (y - (slope * x), slope);
    }

    /// <summary>Half the difference between the phases of a level: what warmth, fans and others changed between them.</summary>
    static double ComputeDrift(List<CalibrationBlock> blocks, CalibrationLevel level)
    {
        var means = blocks.Where(block => block.Level == level).GroupBy(block => block.Phase).Select(phase => phase.Average(block => block.PlugWatts)).ToList();
        return means.Count < 2 ? 0 : (means.Max() - means.Min()) / 2;
    }

    static double ComputeHalfWidth(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
            return 0;
        var mean = values.Average();
        return StudentTDistribution.GetCriticalValue95(values.Count - 1) * Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) / values.Count);
    }

    /// <summary>A reading with its half-width and the accuracy of what read it.</summary>
    static Bounds ApplyAccuracy(double watts, double halfWidth, Bounds accuracy)
    {
        var best = watts * accuracy.Best;
        var relative = halfWidth / watts;
        var down = Math.Sqrt((relative * relative) + (accuracy.SigmaLow * accuracy.SigmaLow * Bounds.ZScore95 * Bounds.ZScore95));
        var up = Math.Sqrt((relative * relative) + (accuracy.SigmaHigh * accuracy.SigmaHigh * Bounds.ZScore95 * Bounds.ZScore95));
        return new Bounds(best * Math.Exp(-down), best, best * Math.Exp(up));
    }
}
