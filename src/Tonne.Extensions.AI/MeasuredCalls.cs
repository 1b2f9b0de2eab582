using Tonne.Recording;

namespace Tonne.Extensions.AI;

/// <summary>Measures calls that this process computes itself.</summary>
/// <remarks>
/// The energy is read in the background, at most once a second and so seldom that it takes at most 1 % of one processor (<see cref="ReadingPause"/>); a reading costs
/// some 10 µs for each sample of the run. Until then a call has a provisional figure.
/// </remarks>
sealed class MeasuredCalls : IDisposable
{
    static readonly TimeSpan _sampleAge = TimeSpan.FromMilliseconds(40);
    static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    readonly IProcessEnergy _energy;
    readonly TimeProvider _time;
    readonly Action<Exception> _report;
    readonly EnergyDivider _divider;
    readonly Lock _reading = new();
    readonly ITimer _timer;
    readonly long _start;
    ProcessEnergyReading? _last;
    long _readAt;
    TimeSpan _cost;

    public MeasuredCalls(IProcessEnergy energy, TimeProvider time, Action<Exception> report)
    {
        (_energy, _time, _report) = (energy, time, report);
        _start = _readAt = time.GetTimestamp();
        _divider = new EnergyDivider(energy.ReadWork());
        // What was used before is no call's.
        Settle();
        _timer = time.CreateTimer(static self => ((MeasuredCalls)self!).SettleIfCheap(), this, _period, _period);
    }

    internal EnergyDivider Divider => _divider;

    TimeSpan Elapsed => _time.GetElapsedTime(_start);

    public MeasuredCall Begin() => _divider.Begin(_energy.ReadWork(), Elapsed);

    /// <summary>A call has ended.</summary>
    /// <param name="call">The call.</param>
    /// <param name="common">What is known of it besides its energy.</param>
    /// <param name="record">Receives the final figures, now or later.</param>
    /// <returns>The provisional figures.</returns>
    public CallEstimate End(MeasuredCall call, CallEstimate common, Action<CallEstimate> record)
    {
        var provisional = _divider.End(call, _energy.ReadWork(), Elapsed, settled => record(Complete(common, settled.Microjoules)));
        return provisional is { } microjoules
            ? Complete(common, microjoules) with { IsProvisional = true }
            : common with { Reason = "The energy of this process was not read yet: the ledger gets the figure." };
    }

    /// <summary>Reads the energy now and divides it.</summary>
    /// <returns>Whether it could be read.</returns>
    public bool Settle()
    {
        lock (_reading)
        {
            var began = _time.GetTimestamp();
            ProcessEnergyReading? reading;
            try
            {
                reading = _energy.Read();
            }
#pragma warning disable CA1031 // A run that cannot be read now may be read later.
            catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                _report(error);
                reading = null;
            }

            (_readAt, _cost) = (_time.GetTimestamp(), _time.GetElapsedTime(began));
            if (reading is null)
            {
                _divider.SettleByWork();
                return false;
            }

            if (reading.Microjoules > 0)
                _last = reading;
            _divider.Settle(reading.Microjoules, _energy.ReadWork(), Elapsed);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        if (Settle() && _divider.HasUnsettled)
        {
            // The recorder takes no sample sooner than 20 ms after the last one.
            using var never = new ManualResetEventSlim();
            never.Wait(_sampleAge);
            Settle();
        }

        _divider.SettleByWork();
    }

    void SettleIfCheap()
    {
        var pause = ReadingPause.Get(_cost, Elapsed);
        if (pause <= _period || _time.GetElapsedTime(_readAt) >= pause)
            Settle();
    }

    CallEstimate Complete(CallEstimate common, double microjoules)
    {
        if (_last is not { } reading)
            return common with { Reason = "The energy of this process could not be read." };
        var share = microjoules / reading.Microjoules;
        return common with
        {
            EnergyKwh = reading.EnergyKwh * share,
            OperationalKg = reading.OperationalKg * share,
            EmissionsKg = reading.EmissionsKg * share,
            Method = reading.Method,
            Boundary = reading.Boundary,
            IntensityGramsPerKwh = reading.IntensityGramsPerKwh,
            Pue = reading.Pue,
        };
    }
}
