using Tonne.Recording.Metering;

namespace Tonne.Instruments.Nvidia;

/// <summary>Watches whether an energy counter has moved at all: a run shorter than its refresh is below its resolution, which is not zero energy.</summary>
sealed class CounterResolutionCheck
{
    const string BelowResolution = "below resolution: the run was shorter than one refresh of the counter";

    /// <summary>After this long, in ns, a counter that has not moved stands still for another reason.</summary>
    const long MaxRunNanoseconds = 1_000_000_000;

    long? _first;
    long _firstAt;
    bool _moved;
    bool _settled;

    /// <summary>The newest value, in µJ; null if the last reading was a gap.</summary>
    internal long? Last { get; private set; }

    /// <summary>The power read beside it once a second.</summary>
    internal Reading Power { get; set; } = Reading.FromGapReason("not read yet");

    /// <summary>Whether the run was too short for the counter.</summary>
    internal bool IsBelowResolution { get; private set; }

    /// <summary>The next reading is the last.</summary>
    internal void PrepareFinalSample() => _settled = true;

    internal Reading Check(long timestamp, Reading reading)
    {
        Last = reading.IsGap ? null : reading.Value;
        if (reading.IsGap)
            return reading;
        if (_first is not { } first)
        {
            (_first, _firstAt) = (reading.Value, timestamp);
            return reading;
        }

        _moved |= reading.Value != first;
        if (!_settled || _moved || timestamp - _firstAt >= MaxRunNanoseconds)
            return reading;
        IsBelowResolution = true;
        return Reading.FromGapReason(BelowResolution);
    }
}
