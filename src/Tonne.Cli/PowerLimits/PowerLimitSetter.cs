using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.PowerLimits;

/// <summary>Sets the limits of several devices, all or none, and sets back what they had.</summary>
/// <param name="devices">The devices.</param>
/// <param name="found">The limit that each had, µW.</param>
sealed class PowerLimitSetter(IReadOnlyList<PowerLimitDevice> devices, IReadOnlyList<long> found)
{
    /// <summary>The devices.</summary>
    internal IReadOnlyList<PowerLimitDevice> Devices => devices;

    /// <summary>The limit that each device had, µW.</summary>
    internal IReadOnlyList<long> Found => found;

    /// <summary>Sets a limit on each device. If one refuses, all have again what they had.</summary>
    /// <param name="limits">The limits, µW.</param>
    /// <exception cref="PowerLimitException">A device refuses; the message says whether the others were restored.</exception>
    internal void Set(IReadOnlyList<long> limits)
    {
        try
        {
            for (var i = 0; i < devices.Count; i++)
                devices[i].Set(limits[i]);
        }
        catch (PowerLimitException error)
        {
            throw Restore() is { Count: > 0 } problems ? new PowerLimitException($"{error.Message} {string.Join(' ', problems)}") : error;
        }
    }

    /// <summary>Sets every device back to what it had, the last first; a device that refuses does not keep the others.</summary>
    /// <returns>What could not be restored, and why; empty if all was.</returns>
    internal IReadOnlyList<string> Restore()
    {
        var problems = new List<string>();
        for (var i = devices.Count - 1; i >= 0; i--)
        {
            try
            {
                devices[i].Restore(found[i]);
            }
            catch (PowerLimitException error)
            {
                problems.Add($"{devices[i].Name} could not be set back to {PowerLimitDevice.Format(found[i])}: {error.Message}");
            }
        }

        return problems;
    }
}
