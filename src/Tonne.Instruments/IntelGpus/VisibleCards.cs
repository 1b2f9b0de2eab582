using System.Globalization;

namespace Tonne.Instruments.IntelGpus;

/// <summary>Which cards a job may use by <c>ZE_AFFINITY_MASK</c>.</summary>
/// <remarks>
/// Entries are numbers of devices, or <c>DEVICE.TILE</c>. With <c>ZE_FLAT_DEVICE_HIERARCHY=COMPOSITE</c> a device is a card; else (FLAT, the default, and COMBINED) it is a tile, in the order of the cards.
/// An entry that names no device selects nothing. Not set, or empty: all. Source: oneAPI Level Zero Specification, Programming Guide, Environment Variables.
/// </remarks>
static class VisibleCards
{
    internal const string Variable = "ZE_AFFINITY_MASK";

    /// <summary>The cards that may be used, by index.</summary>
    /// <param name="tiles">Number of tiles of each card.</param>
    /// <param name="variable">Reads an environment variable.</param>
    internal static HashSet<int> Select(IReadOnlyList<int> tiles, Func<string, string?> variable)
    {
        if (variable(Variable) is not { Length: > 0 } mask)
            return [.. Enumerable.Range(0, tiles.Count)];
        var byCard = string.Equals(variable("ZE_FLAT_DEVICE_HIERARCHY"), "COMPOSITE", StringComparison.OrdinalIgnoreCase);
        var devices = tiles.SelectMany((count, card) => Enumerable.Repeat(card, byCard ? 1 : count)).ToList();
        var chosen = new HashSet<int>();
        foreach (var entry in mask.Split(','))
        {
            var number = entry.Trim().Split('.')[0];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var device) && device < devices.Count)
                chosen.Add(devices[device]);
        }

        return chosen;
    }
}
