using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.PlugMeters;

/// <summary>
/// A meter of the whole machine: its power is integrated, its own counter is too coarse for a run and only shown and compared.
/// </summary>
abstract class PlugMeterSource(SourceAddress address) : PolledSource(address)
{
    /// <summary>Key of the power, in mW.</summary>
    internal const string Power = "power";

    /// <summary>Key of the counter, in µJ.</summary>
    internal const string Energy = "energy";

    /// <summary>Name of the meter in the reason why it was chosen.</summary>
    protected abstract string Description { get; }

    /// <summary>Joules per joule reported.</summary>
    protected abstract Factor Accuracy { get; }

    /// <inheritdoc/>
    internal override SourceCapabilities GetCapabilities(PollResult first)
    {
        var (power, energy) = (FindValue(first, Power), FindValue(first, Energy));
        if (power is null or { Reason: not null })
            return SourceCapabilities.Unusable(power?.Reason ?? "it reports no power");
        var channels = new List<(string, MeterDescription)>
        {
            (Power, new MeterDescription(Id, Component.Platform, MeterKind.Power, MeterRole.Machine, Note: $"{Address}: {Description}; its power is asked every {Address.PollInterval.TotalSeconds:0.###} s and integrated", RefreshSeconds: Address.PollInterval.TotalSeconds)),
        };
        if (energy is { Reason: null })
        {
            channels.Add((Energy, new MeterDescription($"{Id}/energy", Component.Platform, MeterKind.EnergyCounter, MeterRole.Contained, CeilingWatts: PolledValue.MaxMachineWatts,
                Note: $"{Address}: its own counter, too coarse for a run; compared with the power at the end", RefreshSeconds: 60)));
        }

        return new SourceCapabilities(channels, [new MeteredPart(Component.Platform, null, [Id], PlugMeterAccuracy.GetFactor(Address, Accuracy), $"{Description} at {Address.Host} meters the whole machine at its plug.")], [], null);
    }

    static PolledValue? FindValue(PollResult reported, string key)
    {
        foreach (var (name, value) in reported.Values)
        {
            if (name == key)
                return value;
        }

        return null;
    }
}
