using Tonne.Explaining;
using Tonne.Metering;
using Tonne.Quantities;

namespace Tonne.Instruments.Polling;

/// <summary>One number of a polled source as a meter: the newest answer, or a gap when that is too old. An old value is never told as if it were new.</summary>
/// <remarks>
/// A counter is told as what it has counted since it was first read, each difference checked against the time between the two values themselves: one that is refreshed every
/// 15 s moves in steps which, over one sample, no device could make. A counter that started again is told as one that did.
/// </remarks>
sealed class PolledMeter : IMeter
{
    readonly Poller _poller;
    readonly int _channel;
    readonly TimeProvider _time;
    readonly CounterTrack _track;
    PolledAnswer? _seen;
    long _counted = 1;
    long _value;
    long? _lastPower;
    long _lastReadAt;
    double _ownFirst;
    double _ownLast;
    long _changedAt;
    double _longestStep;

    internal PolledMeter(Poller poller, int channel, MeterDescription description, TimeProvider time)
    {
        (_poller, _channel, _time) = (poller, channel, time);
        Description = description;
        // Dated by its own time, a value needs only the slack of two clocks.
        _track = new CounterTrack(description with { RefreshSeconds = 1 });
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <summary>Energy since the first reading as the samples make it, in J: of a power by the trapezoid rule, of a counter as counted.</summary>
    internal double Joules { get; private set; }

    /// <summary>Energy of a power since the first reading over the answers' own times, in J.</summary>
    internal double OwnJoules => _ownLast - _ownFirst;

    /// <summary>Seconds from the first reading to the last.</summary>
    internal double Seconds { get; private set; }

    /// <summary>For a counter: how often it has moved.</summary>
    internal int Steps { get; private set; }

    /// <summary>Readings that gave a value.</summary>
    internal int Told { get; private set; }

    /// <summary>The age of a counter's value at the first and at the last reading, in s.</summary>
    internal (double First, double Last) Ages { get; private set; }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        var now = _time.GetTimestamp();
        if (_poller.Newest is not { } answer)
            return Reading.Gap(_poller.Trouble ?? "it has not answered yet");
        var age = _time.GetElapsedTime(answer.At, now);
        if (age > _poller.Oldest)
            return Reading.Gap(_poller.Trouble ?? "its newest answer is too old");
        var value = answer.Values[_channel];
        if (value.Reason is { } reason)
            return Reading.Gap(reason);
        return Description.Kind == MeterKind.EnergyCounter ? Count(answer, value, age, now) : Take(answer, value, age, now);
    }

    /// <summary>Doubts about what it told.</summary>
    internal IEnumerable<Doubt> ClosingDoubts()
    {
        if (Told < 2 || Description.Role != MeterRole.Machine)
            yield break;
        if (Description.Kind == MeterKind.EnergyCounter)
        {
            // Energy before the first reading that came with a later value, or after the last value: at most the older of the two, at the mean power.
            var oldest = Math.Max(Math.Max(Ages.First, Ages.Last), _longestStep);
            var edge = oldest * Joules / Math.Max(Seconds, 1e-9);
            if (edge > 0.02 * Joules)
                yield return new Doubt("old-values", $"{Description.Id}: its values are up to {Readout.Of(oldest, "s")} old when they are told: up to {Readout.Of(Math.Min(edge, Joules), "J")} of {Readout.Of(Joules, "J")} may belong to the time before the run, or as much be missing at its end.");
        }
        else if (Math.Abs(Joules - OwnJoules) > 0.01 * Math.Max(Joules, OwnJoules))
        {
            yield return new Doubt("answers-between-samples", $"{Description.Id}: the samples make {Readout.Of(Joules, "J")} of its answers, their own times {Readout.Of(OwnJoules, "J")}: its power changed faster than it was asked or sampled.");
        }
    }

    Reading Take(PolledAnswer answer, PolledValue value, TimeSpan age, long now)
    {
        var own = answer.Joules[_channel] + (value.Value / 1e3 * age.TotalSeconds);
        if (_lastPower is { } last)
        {
            var since = _time.GetElapsedTime(_lastReadAt, now).TotalSeconds;
            Joules += (last + value.Value) / 2e3 * since;
            Seconds += since;
        }
        else
        {
            _ownFirst = own;
        }

        (_lastPower, _lastReadAt, _ownLast) = (value.Value, now, own);
        Told++;
        return Reading.Of(value.Value);
    }

    Reading Count(PolledAnswer answer, PolledValue value, TimeSpan age, long now)
    {
        var old = (age + value.Age).TotalSeconds;
        if (Told == 0)
            Ages = (old, old);
        else
            Seconds += _time.GetElapsedTime(_lastReadAt, now).TotalSeconds;
        Ages = (Ages.First, old);
        _lastReadAt = now;
        Told++;
        if (ReferenceEquals(answer, _seen))
            return Reading.Of(_counted);
        _seen = answer;
        // The same value again is no news: what it counts next it has counted since it last changed.
        if (_track.IsKnown && value.Value == _value)
            return Reading.Of(_counted);
        _value = value.Value;
        var at = answer.At - (long)(value.Age.TotalSeconds * _time.TimestampFrequency);
        if (_track.IsKnown)
        {
            at = Math.Max(at, _changedAt);
            _longestStep = Math.Max(_longestStep, _time.GetElapsedTime(_changedAt, at).TotalSeconds);
        }

        _changedAt = at;
        var step = _track.Take(value.Value, (long)(_time.GetElapsedTime(0, at).TotalSeconds * 1e9));
        switch (step.Outcome)
        {
            case CounterOutcome.Counted or CounterOutcome.Wrapped:
                Steps++;
                _counted += step.Amount;
                Joules += step.Amount / 1e6;
                break;
            case CounterOutcome.Reset or CounterOutcome.Ambiguous:
                // A smaller value: whoever follows this meter sees that it started again.
                _counted = 0;
                break;
            default:
                break;
        }

        return Reading.Of(_counted);
    }
}
