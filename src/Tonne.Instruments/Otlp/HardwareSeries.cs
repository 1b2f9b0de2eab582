namespace Tonne.Instruments.Otlp;

/// <summary>One series of a metric of hardware: the energy that its points have counted, or its newest power.</summary>
/// <remarks>
/// A cumulative sum counts from its start. If a point has a later start, it was started again: what it has counted since is added, if the
/// part can have used that much in that time; if not, its start is that of the sender and not of the counter, which went on. A sum that is
/// lower than before with the same start, or without one, has been reset without a word: it is reported as lower, so that the reader
/// of the meter sees a reset. A delta adds; a point that is not later than the last one was sent twice and counts once. What lies between
/// the last one and the start of a later one was lost on the way: its time is kept. Source: OpenTelemetry, metrics data model, "Resets
/// and gaps", "Temporality".
/// Not thread safe.
/// </remarks>
/// <param name="metric">Its metric.</param>
/// <param name="attributes">Its attributes.</param>
/// <param name="ceilingWatts">A power that it cannot exceed, W.</param>
sealed class HardwareSeries(string metric, IReadOnlyDictionary<string, string> attributes, double ceilingWatts)
{
    // Two clocks, or two exports, may be this much apart.
    const ulong Tolerance = 50_000_000;

    double _last;
    double _counted;
    ulong _lastStart;
    bool _isKnown;

    /// <summary>Its metric.</summary>
    public string Metric { get; } = metric;

    /// <summary>Its attributes.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; } = attributes;

    /// <summary>Joules counted, or watts; null before the first value, and after a point that says that there is none.</summary>
    public double? Value { get; private set; }

    /// <summary>Why there is no value; null if there is one.</summary>
    public string? Reason { get; private set; }

    /// <summary>Time of the newest point, ns since 1970.</summary>
    public ulong Time { get; private set; }

    /// <summary>Seconds of which no delta came.</summary>
    public double LostSeconds { get; private set; }

    /// <summary>Takes a point.</summary>
    /// <param name="point">The point.</param>
    /// <param name="now">When it came, ns since 1970; stands for a time that it does not have, or that is in the future.</param>
    public void Add(HardwarePoint point, ulong now)
    {
        var isPower = Metric.EndsWith("power", StringComparison.Ordinal);
        if (GetScale(point.Unit, isPower) is not { } scale)
        {
            Fail($"{Metric} has the unit '{point.Unit}', which is none of {(isPower ? "power" : "energy")}");
            return;
        }

        if (point.Value is not { } raw)
        {
            Fail("its sender says that it has no value");
            return;
        }

        var value = raw * scale;
        if (!double.IsFinite(value) || value < 0)
        {
            Fail("it reports a value that is negative or no number");
            return;
        }

        var time = point.Time == 0 || point.Time > now ? now : point.Time;
        if (isPower)
        {
            if (time >= Time)
                (Value, Reason, Time) = (value, null, time);
            return;
        }

        if (point.IsSum && point.Temporality == 1)
            AddDelta(value, point.Start, time);
        else if (!point.IsSum || point.Temporality == 2)
            AddCumulative(value, point.IsSum ? point.Start : 0, time);
        else
            Fail("its sum does not say whether it is cumulative or a delta");
    }

    void AddDelta(double value, ulong start, ulong time)
    {
        if (_isKnown && time <= Time)
            return;
        if (_isKnown && start > Time + Tolerance)
            LostSeconds += (start - Time) / 1e9;
        _counted += value;
        (_isKnown, Value, Reason, Time) = (true, _counted, null, time);
    }

    void AddCumulative(double value, ulong start, ulong time)
    {
        if (_isKnown && time <= Time)
            return;
        if (!_isKnown)
        {
            (_isKnown, Value) = (true, value);
        }
        else
        {
            var isRestarted = start > _lastStart && _lastStart > 0 && start >= Time;
            if (isRestarted && value <= ceilingWatts * Math.Max(1, (time - start) / 1e9))
                Value = _counted + value;
            else if (value >= _last)
                Value = _counted + (value - _last);
            else
                Value = value;
        }

        (_last, _lastStart, Time, Reason) = (value, start, time, null);
        _counted = Value.Value;
    }

    void Fail(string reason) => (Value, Reason) = (null, reason);

    /// <summary>Joules or watts per unit; null if the unit is of something else. A metric without a unit has that of the
    /// conventions.</summary>
    static double? GetScale(string unit, bool isPower) => (unit, isPower) switch
    {
        ("" or "J", false) => 1,
        ("mJ", false) => 1e-3,
        ("uJ", false) => 1e-6,
        ("kJ", false) => 1e3,
        ("W.h" or "Wh", false) => 3600,
        ("kW.h" or "kWh", false) => 3.6e6,
        ("" or "W", true) => 1,
        ("mW", true) => 1e-3,
        ("kW", true) => 1e3,
        _ => null,
    };
}
