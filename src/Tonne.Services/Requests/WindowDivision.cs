using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>Divides the energy of one window among the requests that overlap it.</summary>
/// <remarks>
/// At each instant the idle energy is shared equally by the requests that are there, waiting or computed. Shares are integrals over time of
/// functions that change only where a request arrives, starts or ends, so they are computed from sums over these times.
/// </remarks>
sealed class WindowDivision
{
    readonly EnergyWindow _window;
    readonly List<TrackedRequest> _requests;
    readonly long[] _times;
    readonly double[] _presence;
    readonly Dictionary<string, double[]> _weights = new(StringComparer.Ordinal);
    readonly double _empty;

    public WindowDivision(EnergyWindow window, List<TrackedRequest> requests)
    {
        (_window, _requests) = (window, requests);
        var times = new List<long>(2 + (4 * requests.Count)) { window.From, window.To };
        foreach (var request in requests)
            times.AddRange([Clamp(request.Arrival), Clamp(request.Start), Clamp(request.FirstToken), Clamp(request.End)]);
        times.Sort();
        _times = [.. times.Where((time, index) => index == 0 || time != times[index - 1])];
        (_presence, _empty) = SumPresence();
        var working = requests.Where(static request => request.HasWork);
        foreach (var group in working.GroupBy(static request => request.Model, StringComparer.Ordinal))
            _weights[group.Key] = SumWeights(group.First().Work, group);
    }

    /// <summary>Gives each request its part.</summary>
    /// <param name="idleWatts">Idle power of the device, W; not used where the window's idle energy is known.</param>
    public AllocatedWindow Divide(double idleWatts)
    {
        var idleMicrojoules = _window.Idle?.Value ?? Math.Round(idleWatts * (_window.To - _window.From) / 10);
        var idle = idleMicrojoules < _window.Energy.Value ? new Microjoules((long)idleMicrojoules) : _window.Energy;
        var count = _requests.Count;
        var (weights, parts) = (new double[(2 * count) + 1], new Microjoules[(2 * count) + 1]);
        for (var i = 0; i < count; i++)
        {
            var request = _requests[i];
            weights[2 * i] = Integrate(_presence, request.Start, request.End);
            weights[(2 * i) + 1] = Integrate(_presence, request.Arrival, request.Start);
            request.Covered += Clamp(request.End) - Clamp(request.Arrival);
        }

        weights[^1] = _empty;
        idle.Split(weights, parts);
        var given = Microjoules.Zero;
        for (var i = 0; i < count; i++)
        {
            _requests[i].IdleEnergy += parts[2 * i];
            _requests[i].WaitingEnergy += parts[(2 * i) + 1];
            given += parts[2 * i] + parts[(2 * i) + 1];
        }

        var active = _window.Energy - idle;
        (weights, parts) = (new double[count + 1], new Microjoules[count + 1]);
        for (var i = 0; i < count; i++)
            weights[i] = GetWork(_requests[i]);
        active.Split(weights, parts);
        for (var i = 0; i < count; i++)
        {
            _requests[i].WorkEnergy += parts[i];
            given += parts[i];
        }

        return new AllocatedWindow(_window.FromTime, _window.ToTime, _window.Energy, given, parts[^1]);
    }

    /// <summary>Work of a request inside the window, bytes.</summary>
    double GetWork(TrackedRequest request)
    {
        if (!request.HasWork)
            return 0;
        var weights = _weights[request.Model];
        var work = 0d;
        var (from, to) = (Clamp(request.Start), Clamp(request.FirstToken));
        if (to > from)
        {
            double length = request.FirstToken - request.Start;
            work += request.GetPromptBytes() * (to - from) / length;
            if (request.CountsPromptWeights)
                work += Integrate(weights, from, to) / length;
        }

        (from, to) = (Clamp(request.FirstToken), Clamp(request.End));
        if (to > from && request.Decoded > 0)
        {
            var rate = request.Decoded / (request.End - request.FirstToken);
            work += request.GetAnswerBytes((from - request.FirstToken) * rate, (to - request.FirstToken) * rate)
                + (rate * Integrate(weights, from, to));
        }

        return Math.Max(0, work);
    }

    (double[] Sums, double Empty) SumPresence()
    {
        var counts = Count(_requests, static request => request.Arrival);
        var (sums, empty) = (new double[_times.Length], 0d);
        for (var i = 0; i + 1 < _times.Length; i++)
        {
            var length = _times[i + 1] - _times[i];
            if (counts[i] == 0)
                empty += length;
            sums[i + 1] = sums[i] + (counts[i] == 0 ? 0 : (double)length / counts[i]);
        }

        return (sums, empty);
    }

    double[] SumWeights(ServedModelWork work, IEnumerable<TrackedRequest> requests)
    {
        var counts = Count(requests, static request => request.Start);
        var sums = new double[_times.Length];
        for (var i = 0; i + 1 < _times.Length; i++)
        {
            sums[i + 1] = sums[i] + (counts[i] == 0 ? 0
                : (_times[i + 1] - _times[i]) * (work.GetWeightBytes(counts[i]) / counts[i]));
        }

        return sums;
    }

    int[] Count(IEnumerable<TrackedRequest> requests, Func<TrackedRequest, long> getBegin)
    {
        var counts = new int[_times.Length];
        foreach (var request in requests)
        {
            counts[GetIndex(getBegin(request))]++;
            counts[GetIndex(request.End)]--;
        }

        for (var i = 1; i < counts.Length; i++)
            counts[i] += counts[i - 1];
        return counts;
    }

    double Integrate(double[] sums, long from, long to) => Math.Max(0, sums[GetIndex(to)] - sums[GetIndex(from)]);

    int GetIndex(long time) => Array.BinarySearch(_times, Clamp(time));

    long Clamp(long time) => Math.Clamp(time, _window.From, _window.To);
}
