using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Batteries;

/// <summary>Power that the machine draws from its batteries, in mW. This is its whole power while it is not on mains.</summary>
sealed class BatteryMeter(IReadOnlyList<Battery> batteries, IReadOnlyList<PersistentFile> mains, MeterDescription description) : IMeter, IDisposable
{
    /// <summary>The id of the meter.</summary>
    internal const string Id = "battery:discharge";

    /// <summary>Reason of a gap: the machine is on mains, and the battery cannot measure that power.</summary>
    internal const string OnMains = "on mains: the battery does not measure the machine's power";

    /// <summary>Reason of a gap: the batteries do not report their state.</summary>
    internal const string StateUnknown = "no battery reports that it discharges";

    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        for (var i = 0; i < mains.Count; i++)
        {
            // A supply that cannot be read counts as absent; the state of the batteries decides then.
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
