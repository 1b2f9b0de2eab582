using System.Globalization;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.GpuDevices;

/// <summary>A graphics device as the kernel lists it (<c>sys/class/drm/cardN</c>).</summary>
/// <param name="Name">The kernel's name: <c>card0</c>.</param>
/// <param name="Folder">Folder of its PCI device in the tree.</param>
/// <param name="Vendor">Maker by PCI number: 0x1002 AMD, 0x8086 Intel.</param>
/// <param name="Product">Product by PCI number; null if not reported.</param>
/// <param name="Revision">Revision by PCI number; null if not reported.</param>
/// <param name="Slot">Place on the bus, <c>0000:03:00.0</c>; null if not reported.</param>
/// <param name="SensorFolder">Folder of its sensors; null if it has none.</param>
sealed record GpuDevice(string Name, string Folder, int Vendor, int? Product, int? Revision, string? Slot, string? SensorFolder)
{
    const string Root = "sys/class/drm";

    /// <summary>Devices of one maker, in the order of the bus, which is the order of the makers' own tools.</summary>
    internal static List<GpuDevice> FindAll(FileTree tree, int vendor)
    {
        var cards = new List<GpuDevice>();
        foreach (var name in tree.ListNames(Root))
        {
            // card0 is a device, card0-HDMI-A-1 one of its sockets, renderD128 another file of the same card.
            if (!name.StartsWith("card", StringComparison.Ordinal) || !int.TryParse(name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                continue;
            var folder = $"{Root}/{name}/device";
            if (ParseHexadecimal(tree.ReadLine($"{folder}/vendor")) != vendor)
                continue;
            var slot = ReadKeyedLine(tree, $"{folder}/uevent", "PCI_SLOT_NAME=");
            if (slot is not null && cards.Exists(card => card.Slot == slot))
                continue;
            cards.Add(new GpuDevice(name, folder, vendor, ParseHexadecimal(tree.ReadLine($"{folder}/device")), ParseHexadecimal(tree.ReadLine($"{folder}/revision")), slot, FindSensorFolder(tree, folder)));
        }

        cards.Sort(static (a, b) => a.Slot is null || b.Slot is null ? string.CompareOrdinal(a.Slot ?? a.Name, b.Slot ?? b.Name) : string.CompareOrdinal(a.Slot, b.Slot));
        return cards;
    }

    /// <summary>The number in <c>0x744c</c>; null if it is none.</summary>
    internal static int? ParseHexadecimal(string? text) =>
        text?.StartsWith("0x", StringComparison.Ordinal) == true && int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;

    /// <summary>The first of its sensor folders that names a whole device: <c>i915_gt0</c> is a part of one.</summary>
    static string? FindSensorFolder(FileTree tree, string folder)
    {
        foreach (var chip in tree.ListNames($"{folder}/hwmon"))
        {
            if (tree.ReadLine($"{folder}/hwmon/{chip}/name") is { } name && !name.Contains("_gt", StringComparison.Ordinal))
                return $"{folder}/hwmon/{chip}";
        }

        return null;
    }

    static string? ReadKeyedLine(FileTree tree, string path, string key)
    {
        foreach (var line in new LineEnumerator(tree.ReadText(path) ?? ""))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
                return line[key.Length..].Trim().ToString();
        }

        return null;
    }
}
