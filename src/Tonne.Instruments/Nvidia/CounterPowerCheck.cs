using Tonne.Quantities;

namespace Tonne.Instruments.Nvidia;

/// <summary>Compares what an energy counter counted with the power read beside it: two views of one card that should agree.</summary>
/// <remarks>
/// zeus issue 181: 187 J by the counter and 327 J by the power over the same 5 s. They disagree where they lie further apart than 10 % of the larger, one refresh at the highest power, and three
/// standard errors of the mean power (s/√n) together.
/// </remarks>
sealed class CounterPowerCheck
{
    const int MinSamples = 5;

    long _from;
    long _to;
    long _first;
    long _last;
    double _mean;
    double _squares;
    double _highest;
    int _count;

    /// <summary>Takes both views at one time: the counter in µJ and the power in mW.</summary>
    internal void AddSample(long timestamp, long microjoules, long milliwatts)
    {
        var watts = milliwatts / 1e3;
        if (_count == 0 || microjoules < _last)
            (_from, _first, _count, _mean, _squares, _highest) = (timestamp, microjoules, 0, 0, 0, 0);
        (_to, _last) = (timestamp, microjoules);
        _count++;
        var off = watts - _mean;
        _mean += off / _count;
        _squares += off * (watts - _mean);
        _highest = Math.Max(_highest, watts);
    }

    /// <summary>A warning if the two disagree; null if they agree or too little was seen.</summary>
    internal Warning? GetWarning(GpuIdentity gpu)
    {
        var seconds = (_to - _from) / 1e9;
        if (_count < MinSamples || seconds <= 0)
            return null;
        var (counted, integrated) = ((_last - _first) / 1e6, _mean * seconds);
        var unsure = 3 * Math.Sqrt(_squares / (_count - 1) / _count) * seconds;
        var allowed = (0.1 * Math.Max(counted, integrated)) + (_highest * Gpu.RefreshSeconds * 2) + unsure;
        return Math.Abs(counted - integrated) <= allowed
            ? null
            : new Warning("gpu-views-disagree",
                $"{gpu.DisplayName}: the energy counter ({gpu.MeterId}) counted {counted:0.0} J in {seconds:0.0} s, the power read beside it ({gpu.MeterId}/power, {_count} readings) makes {integrated:0.0} J. The counter was taken.");
    }
}
