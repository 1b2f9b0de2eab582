using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>Divides the energy of this process among the calls that it computes.</summary>
/// <remarks>
/// Between two readings of the energy, it is spread over time by the work of the process (its CPU time; by time where it had none), and at
/// each instant shared equally among the calls that run; what falls into times without a call is outside. So the calls and the outside add
/// up to the readings, to the microjoule. Thread safe.
/// </remarks>
/// <param name="cpu">CPU time of the process at the beginning.</param>
sealed class EnergyDivider(TimeSpan cpu)
{
    // Where a process has no CPU time at all, its energy is spread by time.
    const double TimeWeight = 1e-6;

    readonly Lock _gate = new();
    readonly List<MeasuredCall> _calls = [];
    double _work = cpu.TotalSeconds;
    double _shared;
    double _outside;
    double? _microjoulesPerWork;
    int _running;

    /// <summary>Energy in which no call ran, µJ.</summary>
    public long OutsideMicrojoules { get; private set; }

    /// <summary>Energy that was divided so far, µJ.</summary>
    public long Microjoules { get; private set; }

    /// <summary>Whether a call has ended whose energy is not settled.</summary>
    public bool HasUnsettled
    {
        get
        {
            lock (_gate)
                return _calls.Exists(static call => call.To is not null);
        }
    }

    /// <summary>A call begins.</summary>
    /// <param name="cpuNow">CPU time of the process so far.</param>
    /// <param name="elapsed">Time so far.</param>
    public MeasuredCall Begin(TimeSpan cpuNow, TimeSpan elapsed)
    {
        lock (_gate)
        {
            Advance(cpuNow, elapsed);
            var call = new MeasuredCall { From = _shared };
            _calls.Add(call);
            _running++;
            return call;
        }
    }

    /// <summary>A call has ended.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cpuNow">CPU time of the process so far.</param>
    /// <param name="elapsed">Time so far.</param>
    /// <param name="onSettled">Called with the call when its energy is final.</param>
    /// <returns>Its energy by the last known energy per work, µJ; null if none is known yet.</returns>
    public double? End(MeasuredCall call, TimeSpan cpuNow, TimeSpan elapsed, Action<MeasuredCall> onSettled)
    {
        lock (_gate)
        {
            Advance(cpuNow, elapsed);
            (call.To, call.OnSettled) = (_shared, onSettled);
            _running--;
            return call.Microjoules + ((_shared - call.From) * _microjoulesPerWork);
        }
    }

    /// <summary>Divides what the process used since the reading before.</summary>
    /// <param name="total">Energy of the process since its recording began, µJ. Less than before counts as no change.</param>
    /// <param name="cpuNow">CPU time of the process so far.</param>
    /// <param name="elapsed">Time so far.</param>
    public void Settle(long total, TimeSpan cpuNow, TimeSpan elapsed)
    {
        List<MeasuredCall> settled;
        lock (_gate)
        {
            Advance(cpuNow, elapsed);
            var energy = Math.Max(0, total - Microjoules);
            var work = _outside + _calls.Sum(GetWork);
            // A sample may be some milliseconds old: then the energy of the last calls comes with the next one.
            if (energy == 0)
                return;
            Divide(energy, work);
            settled = RemoveEnded();
        }

        settled.ForEach(static call => call.OnSettled!(call));
    }

    /// <summary>
    /// Settles calls that have ended without a further reading, by the last energy per work. What they get is not divided again later.
    /// </summary>
    public void SettleByWork()
    {
        List<MeasuredCall> settled;
        lock (_gate)
        {
            settled = RemoveEnded();
            foreach (var call in settled)
            {
                var energy = (long)(GetWork(call) * (_microjoulesPerWork ?? 0));
                call.Microjoules += energy;
                Microjoules += energy;
            }
        }

        settled.ForEach(static call => call.OnSettled!(call));
    }

    void Divide(long energy, double work)
    {
        var parts = new Microjoules[_calls.Count + 1];
        new Microjoules(energy).Split([.. _calls.Select(GetWork), _outside], parts);
        for (var i = 0; i < _calls.Count; i++)
        {
            _calls[i].Microjoules += parts[i].Value;
            _calls[i].From = _calls[i].To ?? _shared;
        }

        OutsideMicrojoules += parts[^1].Value;
        Microjoules += energy;
        _outside = 0;
        if (work > 0)
            _microjoulesPerWork = energy / work;
    }

    double GetWork(MeasuredCall call) => (call.To ?? _shared) - call.From;

    List<MeasuredCall> RemoveEnded()
    {
        var ended = _calls.FindAll(static call => call.To is not null);
        _calls.RemoveAll(static call => call.To is not null);
        return ended;
    }

    void Advance(TimeSpan cpuNow, TimeSpan elapsed)
    {
        var now = cpuNow.TotalSeconds + (elapsed.TotalSeconds * TimeWeight);
        // Two threads may have read their clocks in the other order.
        var step = Math.Max(0, now - _work);
        _work = Math.Max(_work, now);
        if (_running > 0)
            _shared += step / _running;
        else
            _outside += step;
    }
}
