using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>An energy counter read as a performance event, in µJ since it was opened; of several cores, their sum.</summary>
sealed class PerfMeter(PerfEnergyEvent counted, IReadOnlyList<IPerfCounter> counters, MeterDescription description) : IMeter, IDisposable
{
    long? _first;
    long _last;

    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <summary>The event.</summary>
    internal PerfEnergyEvent Event => counted;

    /// <summary>Whether this meter shows the same counter as another meter.</summary>
    internal bool IsMirror { get; init; }

    /// <summary>Energy counted since the first reading, in µJ.</summary>
    internal long CountedMicrojoules => _last - (_first ?? _last);

    /// <inheritdoc/>
    public bool CountsFromOpening => true;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        double microjoules = 0;
        for (var i = 0; i < counters.Count; i++)
        {
            if (!counters[i].TryRead(out var count, out var error))
                return Reading.FromGapReason(ReadFailure.Describe(error));
            if (count < 0)
                return Reading.FromGapReason(ReadFailure.Malformed);
            // Exact to the microjoule up to 9 GJ: 2^53 µJ.
            microjoules += count * counted.MicrojoulesPerCount;
        }

        if (!(microjoules < long.MaxValue))
            return Reading.FromGapReason(ReadFailure.Malformed);
        _last = (long)microjoules;
        _first ??= _last;
        return Reading.FromValue(_last);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var counter in counters)
            counter.Dispose();
    }
}
