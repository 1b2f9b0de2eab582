using Tonne.Quantities;

namespace Tonne.Recording.Metering;

/// <summary>Integrates the power of a device that reports only instantaneous power, by the trapezoid rule, with bounds.</summary>
/// <remarks>
/// If samples are taken at random times within their period, the sum is unbiased for any course of the power (stratified sampling:
/// Cochran, Sampling Techniques, 1977, ch. 5).
/// Its error is estimated from neighbours: the variance within a period is at most half the mean square of their differences, which also
/// includes changes between periods, so the bounds are rather too wide.
/// A rare power may not have been sampled at all: if n samples do not have it, it lasted at most 3/n of the time (95 %, rule of three:
/// Hanley and Lippman-Hand, JAMA 249(13), 1983),
/// in which the power was between the lowest sample and the device's limit, or twice the highest sample if the limit is unknown.
/// If a device updates its value less often than it is read, samples of the same value count as one.
/// </remarks>
/// <param name="refreshSeconds">Time between updates of the device's value, in s. Default: always current.</param>
sealed class PowerIntegrator(double refreshSeconds = 0)
{
    long _lastAt;
    double _lastWatts;
    long _distinctSampleAt;
    double _distinctSampleWatts;
    int _distinctSamples;
    double _squares;
    double _lowest = double.PositiveInfinity;
    double _highest;

    /// <summary>Samples taken.</summary>
    public int Samples { get; private set; }

    /// <summary>Energy between the first sample and the last, in J.</summary>
    public double Joules { get; private set; }

    /// <summary>Time between them, in s, without excluded time.</summary>
    public double Seconds { get; private set; }

    /// <summary>Adds a sample.</summary>
    /// <param name="watts">Power, W, not negative.</param>
    /// <param name="timestamp">Monotonic time in ns.</param>
    /// <returns>Energy since the last sample in J; null for the first.</returns>
    public double? AddSample(double watts, long timestamp)
    {
        var (before, seconds) = (_lastWatts, (timestamp - _lastAt) / 1e9);
        var isFirst = Samples++ == 0;
        (_lastWatts, _lastAt) = (watts, timestamp);
        (_lowest, _highest) = (Math.Min(_lowest, watts), Math.Max(_highest, watts));
        if (isFirst)
        {
            (_distinctSampleWatts, _distinctSampleAt) = (watts, timestamp);
            return null;
        }

        var joules = (before + watts) / 2 * seconds;
        // Samples are accurate to some milliseconds only.
        if (timestamp - _distinctSampleAt >= 0.9 * refreshSeconds * 1e9)
        {
            var difference = (watts - _distinctSampleWatts) * ((timestamp - _distinctSampleAt) / 1e9);
            _squares += difference * difference;
            (_distinctSampleWatts, _distinctSampleAt) = (watts, timestamp);
            _distinctSamples++;
        }

        Joules += joules;
        Seconds += seconds;
        return joules;
    }

    /// <summary>Time since the last sample in s; 0 before the first.</summary>
    public double SecondsSince(long timestamp) => Samples == 0 ? 0 : (timestamp - _lastAt) / 1e9;

    /// <summary>Excludes the time since the last sample, in which nothing was read.</summary>
    public void Skip(double watts, long timestamp) => (_lastWatts, _lastAt, _distinctSampleWatts, _distinctSampleAt) = (watts, timestamp, watts, timestamp);

    /// <summary>True energy over <see cref="Joules"/>, 95 %.</summary>
    /// <param name="limitWatts">Power limit of the device, W. The highest sample is used if it is more, twice the highest sample if
    /// null.</param>
    public Bounds GetTrueEnergyRatio(double? limitWatts)
    {
        var limit = Math.Max(_highest, limitWatts ?? 2 * _highest);
        if (Joules <= 0 || _distinctSamples < 2)
            return new Bounds(0, 1, Math.Max(2, Joules > 0 ? limit * Seconds / Joules : 2));
        var count = _distinctSamples;
        // Student's t for few samples, by Hill's first terms; 1.96 for many.
        var quantile = 1.96 + (2.4 / count);
        var spread = quantile * Math.Sqrt(_squares / 2);
        var mean = Joules / Seconds;
        var unseen = Math.Min(1, 3.0 / count) * Seconds;
        var high = Math.Sqrt((spread * spread) + Square(unseen * (limit - mean)));
        var low = Math.Sqrt((spread * spread) + Square(unseen * (mean - _lowest)));
        return new Bounds(Math.Max(0, 1 - (low / Joules)), 1, 1 + (high / Joules));

        static double Square(double x) => x * x;
    }
}
