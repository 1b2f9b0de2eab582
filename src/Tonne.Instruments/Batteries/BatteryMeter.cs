using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Batteries;

/// <summary>Power that the machine draws from its batteries, in mW: all of its power, while it is on them alone.</summary>
sealed class BatteryMeter(IReadOnlyList<Battery> batteries, IReadOnlyList<PersistentFile> mains, MeterDescription description) : IMeter, IDisposable
{
    /// <summary>The id of the meter.</summary>
    internal const string Id = "battery:discharge";

    /// <summary>Why there is no value: the machine is on its supply, whose power the battery does not know.</summary>
    internal const string OnMains = "on mains: the battery does not see the machine's power";

    /// <summary>Why there is no value: the batteries do not say what they do.</summary>
    internal const string StateUnknown = "no battery says that it discharges";

    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        for (var i = 0; i < mains.Count; i++)
        {
            // A supply that cannot be asked is taken for absent: then the batteries' own word counts.
            if (mains[i].TryReadNumber(out var online, out _) && online > 0)
                return Reading.FromGapReason(OnMains);
        }

        long sum = 0;
        var discharging = false;
        for (var i = 0; i < batteries.Count; i++)
        {
            switch (batteries[i].ReadState(out var reason))
            {
                case BatteryState.Charging:
                    return Reading.FromGapReason(OnMains);
                case BatteryState.Discharging:
                    if (!batteries[i].TryReadMilliwatts(out var milliwatts, out reason))
                        return Reading.FromGapReason(reason ?? ReadFailure.Failed);
                    sum += milliwatts;
                    discharging = true;
                    break;
                case BatteryState.NotCharging:
                    break;
                case BatteryState.Unknown:
                default:
                    if (batteries.Count == 1 || reason is not null)
                        return Reading.FromGapReason(reason ?? StateUnknown);
                    break;
            }
        }

        return discharging ? Reading.FromValue(sum) : Reading.FromGapReason(OnMains);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var battery in batteries)
            battery.Dispose();
        foreach (var file in mains)
            file.Dispose();
    }

    internal static MeterDescription Describe(string note) => new(Id, Component.Platform, MeterKind.Power, MeterRole.Machine, CeilingWatts: 1_000, Note: note);
}
