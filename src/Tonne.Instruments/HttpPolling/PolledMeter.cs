using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.HttpPolling;

/// <summary>One value of a polled source as a meter: the newest answer, or a gap if that is too old.</summary>
/// <remarks>
/// A counter is reported as what it has counted since it was first read, each difference checked against the time between the two values
/// themselves: one that is refreshed every
/// 15 s moves in steps which, over one sample, no device could make. Between its refreshes a counter that is summed is carried on at its
/// last rate, so that the edges of a run
/// are those of its samples and not of the refreshes before them. One that started again is reported as one that did.
/// </remarks>
sealed class PolledMeter : IMeter
{
    /// <summary>A counter that has not moved for longer is not carried on, in s.</summary>
    const double MaxExtrapolationSeconds = 90;

    readonly Poller _poller;
    readonly int _channel;
    readonly TimeProvider _time;
    readonly CounterTracker _track;
    PollSnapshot? _lastSnapshot;
    long _counted = 1;
    long _value;
    long? _lastPower;
    long _lastReadAt;
    double _ownFirst;
    double _ownLast;
    long _changedAt;
    double _rate;
    bool _hasInitialRate;
    long _reported = 1;
    (double First, double Last) _ages;
    (double First, double Last) _extrapolated;

    internal PolledMeter(Poller poller, int channel, MeterDescription description, TimeProvider time)
    {
        (_poller, _channel, _time) = (poller, channel, time);
        Description = description;
        // A value with a time stamp of its own needs only the tolerance between two clocks.
        _track = new CounterTracker(description with { RefreshSeconds = 1 });
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <inheritdoc/>
    public bool CountsFromOpening => Description.Kind == Runs.MeterKind.EnergyCounter;

    /// <summary>
    /// Energy since the first reading as the samples make it, in J: of a power by the trapezoid rule, of a counter as counted.
    /// </summary>
    internal double SampledJoules { get; private set; }

    /// <summary>Energy of a power since the first reading over the answers' own times, in J.</summary>
    internal double PolledJoules => _ownLast - _ownFirst;

    /// <summary>Seconds from the first reading to the last.</summary>
    internal double Seconds { get; private set; }

    /// <summary>For a counter: how often it has moved.</summary>
    internal int Steps { get; private set; }

    /// <summary>Readings that gave a value.</summary>
    internal int ReadingCount { get; private set; }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        var now = _time.GetTimestamp();
        if (_poller.Newest is not { } answer)
            return Reading.FromGapReason(_poller.LastError ?? "it has not answered yet");
        var age = _time.GetElapsedTime(answer.Timestamp, now);
        if (age > _poller.MaxAge)
            return Reading.FromGapReason(_poller.LastError ?? "its newest answer is too old");
        var value = answer.Values[_channel];
        if (value.Reason is { } reason)
            return Reading.FromGapReason(reason);
        return Description.Kind == MeterKind.EnergyCounter ? ReadCounter(answer, value, now) : ReadPower(answer, value, age, now);
    }

    /// <summary>Warnings about what it reported.</summary>
    internal IEnumerable<Warning> GetFinalWarnings()
    {
        if (ReadingCount < 2 || Description.Role != MeterRole.Machine)
            yield break;
        if (Description.Kind == MeterKind.EnergyCounter)
        {
            // Where the rate before the run is not known, nothing was carried on to its start: up to what the mean power makes of that time is missing or too much.
            var first = _hasInitialRate ? _extrapolated.First : _ages.First * SampledJoules / Math.Max(Seconds, 1e-9);
            if (first + _extrapolated.Last > 0.02 * SampledJoules)
                yield return new Warning("old-values", $"{Description.Id}: its values were {DisplayValue.Format(_ages.First, "s")} old at the start and {DisplayValue.Format(_ages.Last, "s")} at the end: {DisplayValue.Format(first + _extrapolated.Last, "J")} of {DisplayValue.Format(SampledJoules, "J")} rest on the power before.");
        }
        else if (Math.Abs(SampledJoules - PolledJoules) > 0.01 * Math.Max(SampledJoules, PolledJoules))
        {
            yield return new Warning("answers-between-samples", $"{Description.Id}: the samples make {DisplayValue.Format(SampledJoules, "J")} of its answers, their own times {DisplayValue.Format(PolledJoules, "J")}: its power changed faster than it was asked or sampled.");
        }
    }

    Reading ReadPower(PollSnapshot answer, PolledValue value, TimeSpan age, long now)
    {
        var own = answer.Joules[_channel] + (value.Value / 1e3 * age.TotalSeconds);
        if (_lastPower is { } last)
        {
            var since = _time.GetElapsedTime(_lastReadAt, now).TotalSeconds;
            SampledJoules += (last + value.Value) / 2e3 * since;
            Seconds += since;
        }
        else
        {
            _ownFirst = own;
        }

        (_lastPower, _lastReadAt, _ownLast) = (value.Value, now, own);
        ReadingCount++;
        return Reading.FromValue(value.Value);
    }

    Reading ReadCounter(PollSnapshot answer, PolledValue value, long now)
    {
        ReadingCount++;
        if (!ReferenceEquals(answer, _lastSnapshot) && Advance(answer, value))
        {
            // The value is smaller than the one before, so the reader of this meter sees that the counter was reset.
            (_reported, _counted) = (0, 0);
            return Reading.FromValue(0);
        }

        if (ReadingCount > 1)
            Seconds += _time.GetElapsedTime(_lastReadAt, now).TotalSeconds;
        _lastReadAt = now;
        var since = _time.GetElapsedTime(_changedAt, now).TotalSeconds;
        var carried = Description.Role == MeterRole.Machine ? _rate * Math.Min(since, MaxExtrapolationSeconds) : 0;
        var before = _reported;
        // What was carried on too far waits until the counter has come so far.
        _reported = Math.Max(_reported, _counted + (long)carried);
        if (ReadingCount == 1)
            (_ages, _extrapolated) = ((since, since), (carried / 1e6, 0));
        else
            (SampledJoules, _ages, _extrapolated) = (SampledJoules + ((_reported - before) / 1e6), (_ages.First, since), (_extrapolated.First, Math.Max(0, _reported - _counted) / 1e6));
        return Reading.FromValue(_reported);
    }

    /// <summary>Takes a new answer; whether the counter has started again.</summary>
    bool Advance(PollSnapshot answer, PolledValue value)
    {
        _lastSnapshot = answer;
        // The same value again is not a new reading. The next growth of the counter happened since its last change.
        if (_track.IsKnown && value.Value == _value)
            return false;
        _value = value.Value;
        var at = answer.Timestamp - (long)(value.Age.TotalSeconds * _time.TimestampFrequency);
        var known = _track.IsKnown;
        at = known ? Math.Max(at, _changedAt) : at;
        var since = known ? _time.GetElapsedTime(_changedAt, at).TotalSeconds : 0;
        _changedAt = at;
        var step = _track.AddValue(value.Value, (long)(_time.GetElapsedTime(0, at).TotalSeconds * 1e9));
        switch (step.Outcome)
        {
            case CounterOutcome.First:
                _hasInitialRate = value.Rate is not null;
                _rate = Math.Min(value.Rate ?? 0, Description.CeilingWatts * 1e6);
                return false;
            case CounterOutcome.Counted or CounterOutcome.Wrapped:
                Steps++;
                _counted += step.Amount;
                if (since > 0)
                    _rate = Math.Min(step.Amount / since, Description.CeilingWatts * 1e6);
                return false;
            default:
                _rate = 0;
                return true;
        }
    }
}
