using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.PowerLimits;

/// <summary>What a bench of power limits has found, kept in a file until it is restored.</summary>
/// <param name="Schema"><c>tonne.power-limits/1</c>.</param>
/// <param name="ProcessId">The bench.</param>
/// <param name="Boot">Id of the machine's start: the next one resets all limits.</param>
/// <param name="Since">When the bench began.</param>
/// <param name="Devices">The devices, and what they had.</param>
/// <param name="SetMicrowatts">All limits that the bench sets, µW.</param>
sealed record PowerLimitRecord(string Schema, int ProcessId, string Boot, DateTimeOffset Since, IReadOnlyList<FoundPowerLimit> Devices,
    IReadOnlyList<long> SetMicrowatts)
{
    internal const string CurrentSchema = "tonne.power-limits/1";

    /// <summary>What the devices had, in a sentence.</summary>
    internal string Describe() =>
        string.Join(", ", Devices.Select(device => $"{device.Name}: {PowerLimitDevice.Format(device.Microwatts)}"));

    /// <summary>Restores what a bench of this start of the machine has left. A limit that no bench has set is left as it is.</summary>
    /// <param name="find">Finds a device by its id.</param>
    /// <param name="boot">Id of the machine's start now.</param>
    /// <param name="report">Receives what was done.</param>
    /// <returns>What could not be restored, and why; empty if nothing is left to do.</returns>
    internal IReadOnlyList<string> RestoreLeft(Func<string, PowerLimitDevice?> find, string boot, Action<string> report)
    {
        if (Boot != boot)
        {
            report($"a bench of {Since:yyyy-MM-dd HH:mm} UTC did not end; the machine was started since, which resets power limits: "
                + $"nothing to restore ({Describe()}).");
            return [];
        }

        var problems = new List<string>();
        foreach (var found in Devices)
        {
            try
            {
                if (find(found.Id) is not { } device)
                    problems.Add($"{found.Name} had a power limit of {PowerLimitDevice.Format(found.Microwatts)} and is not found now.");
                else if (device.Read() is var now && now != found.Microwatts)
                    Restore(device, found, now, report);
            }
            catch (PowerLimitException error)
            {
                problems.Add($"{found.Name} could not be set back to {PowerLimitDevice.Format(found.Microwatts)}: {error.Message}");
            }
        }

        return problems;
    }

    void Restore(PowerLimitDevice device, FoundPowerLimit found, long now, Action<string> report)
    {
        if (SetMicrowatts.Any(one => PowerLimitDevice.AreEqual(one, now)))
        {
            device.Restore(found.Microwatts);
            report($"{device.Name} has its power limit of {PowerLimitDevice.Format(found.Microwatts)} again; a bench that was killed had "
                + $"left {PowerLimitDevice.Format(now)}.");
        }
        else
        {
            report($"{device.Name} had a power limit of {PowerLimitDevice.Format(found.Microwatts)} before a bench that was killed; now "
                + $"it has {PowerLimitDevice.Format(now)}, which that bench did not set: left as it is.");
        }
    }
}
