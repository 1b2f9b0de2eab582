using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Compares the plug meter of the whole machine with the energy of the parts since its last reading.</summary>
/// <remarks>
/// If the processors have a meter: other = plug − Σ parts. Otherwise the plug's energy without the devices' is split by the model's k:
/// cpu = (plug − Σ gpu)/(1 + k) − memory, other = k·(plug − Σ gpu)/(1 + k). Either way the parts sum to the plug, and in that sum the parts' own factors cancel.
/// A plug reading may be less than the parts for a while (a coarse counter, a slow device); such a window is joined with the next. Only
/// at the end is a negative remainder
/// treated as an error: energy is counted twice, other is 0, and the machine is the sum of its parts.
/// </remarks>
sealed class PlugMeterBalance(MeterWindow meter, ComponentAttribution? processors, IReadOnlyDictionary<string, double> rates)
{
    readonly List<Pending> _pending = [];
    readonly Microjoules[] _parts = new Microjoules[ComponentAttribution.PartCount];
    double _joules;
    double _partsJoules;

    internal MeterWindow Meter => meter;

    /// <summary>The account of the processors if it is derived from the plug; null if they have a meter.</summary>
    internal ComponentAttribution? Processors => processors;

    /// <summary>Energy of the parts in excess of the plug at the end, J; 0 if there is none.</summary>
    internal double Excess { get; private set; }

    /// <summary>Joules the plug counted over the run, at its best accuracy.</summary>
    internal double Total { get; private set; }

    /// <summary>Adds the energy of a part.</summary>
    internal void Add(ComponentAttribution account)
    {
        var component = account.Basis.Component;
        foreach (var amount in account.MachineAmounts)
        {
            var index = _pending.FindIndex(one => one.Component == component && one.RateId == amount.Rate);
            if (index < 0)
                _pending.Add(new Pending(component, amount.Rate, amount.Amount));
            else
                _pending[index] = _pending[index] with { Amount = _pending[index].Amount + amount.Amount };
        }

        _partsJoules += account.Energy.Value / 1e6;
        if (component is Component.Cpu or Component.Gpu)
        {
            for (var i = 0; i < _parts.Length; i++)
                _parts[i] += account.Parts[i];
        }
    }

    /// <summary>Adds the energy that the plug meter counted.</summary>
    internal void AddJoules(double joules)
    {
        _joules += joules;
        Total += joules * rates[meter.Account.Basis.MeterRate!];
    }

    /// <summary>Whether the plug's energy is at least that of its parts, so that the window can be closed.</summary>
    internal bool CoversParts => processors is null ? PlugJoules >= _partsJoules : GetProcessorJoules() >= 0;

    /// <summary>Whether energy of parts waits for a plug reading.</summary>
    internal bool HasPending => _pending.Count > 0;

    /// <summary>The processors' energy: the plug's less that of other components.</summary>
    internal void AttributeToProcessors(UsageWindow window, int threads, double? reserved)
    {
        var plug = meter.Account.Basis.MeterRate!;
        var counted = new List<RatedAmount> { new(Rate.GetProcessorPartRateId(plug), _joules) };
        foreach (var (component, rate, amount) in _pending)
        {
            if (component == Component.Gpu)
                counted.Add(new RatedAmount(Rate.GetProcessorPartRateId(rate), -amount));
            else if (component == Component.Memory)
                counted.Add(new RatedAmount(rate, -amount));
        }

        processors!.SplitCounted([.. counted], window.GetProcessorShares(threads, reserved), window.Seconds, 1);
        for (var i = 0; i < _parts.Length; i++)
            _parts[i] += processors.Parts[i];
    }

    /// <summary>The energy of all other parts: the plug's less that of the metered components. Begins a new window.</summary>
    internal void AttributeToOther(ComponentAttribution other)
    {
        var plug = meter.Account.Basis.MeterRate!;
        var rest = new List<RatedAmount> { new(processors is null ? plug : Rate.GetOtherPartRateId(plug), _joules) };
        foreach (var (component, rate, amount) in _pending)
        {
            if (processors is null)
                rest.Add(new RatedAmount(rate, -amount));
            else if (component == Component.Gpu)
                rest.Add(new RatedAmount(Rate.GetOtherPartRateId(rate), -amount));
        }

        other.SplitInProportion([.. rest], _parts[0] + _parts[1] + _parts[2] + _parts[3] == Microjoules.Zero ? ComponentAttribution.AllIdle : _parts);
        Clear();
    }

    /// <summary>Closes the last window if the plug's energy is less than that of the parts.</summary>
    internal void CloseWithExcess()
    {
        Excess = processors is null ? _partsJoules - PlugJoules : -GetProcessorJoules();
        Clear();
    }

    /// <summary>The amounts of the parts in a window without a plug reading. All other parts are then modelled by k.</summary>
    internal IReadOnlyList<RatedAmount> DrainPending(Span<Microjoules> parts)
    {
        RatedAmount[] amounts = [.. _pending.Select(one => new RatedAmount(one.RateId, one.Amount))];
        _parts.CopyTo(parts);
        Clear();
        return amounts;
    }

    double PlugJoules => _joules * rates[meter.Account.Basis.MeterRate!];

    double GetProcessorJoules()
    {
        var left = _joules * rates[Rate.GetProcessorPartRateId(meter.Account.Basis.MeterRate!)];
        foreach (var (component, rate, amount) in _pending)
            left -= component == Component.Gpu ? amount * rates[Rate.GetProcessorPartRateId(rate)] : component == Component.Memory ? amount * rates[rate] : 0;
        return left;
    }

    void Clear()
    {
        _pending.Clear();
        Array.Clear(_parts);
        (_joules, _partsJoules) = (0, 0);
    }

    readonly record struct Pending(Component Component, string RateId, double Amount);
}
