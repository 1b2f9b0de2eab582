using Tonne.Instruments.Files;

namespace Tonne.Instruments.Rapl;

/// <summary>
/// Lists the power zones of a machine: flat links in <c>sys/class/powercap</c>, nested folders in <c>sys/devices/virtual/powercap</c>, of
/// both control types.
/// </summary>
static class RaplZones
{
    /// <summary>Folders in which the kernel lists zones.</summary>
    public static readonly IReadOnlyList<string> Folders = ["sys/class/powercap", "sys/devices/virtual/powercap"];

    /// <summary>Nothing that one machine has is nested deeper.</summary>
    const int MaxDepth = 4;

    /// <summary>Lists all zones once, in the order of their ids. Zones without a name are left out.</summary>
    public static IReadOnlyList<RaplZone> List(FileTree tree)
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var root in Folders)
            Visit(tree, root, folders, 0);
        var ids = folders.Keys.ToArray();
        Array.Sort(ids, StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var zones = new List<RaplZone>();
        foreach (var id in ids)
        {
            var folder = folders[id];
            if (tree.ReadLine($"{folder}/name") is not { } name)
                continue;
            // The id of a parent is the beginning of its children's ids, so the parent comes before them.
            names[id] = name;
            var parent = id[..id.LastIndexOf(':')];
            var parentName = parent.Contains(':') ? names.GetValueOrDefault(parent) ?? parent : null;
            zones.Add(new RaplZone(id, folder, name, parentName, tree.ReadNumber($"{folder}/max_energy_range_uj") is { } range and > 0 ? range : null, GetCeilingWatts(tree, folder)));
        }

        return zones;
    }

    static void Visit(FileTree tree, string folder, Dictionary<string, string> found, int depth)
    {
        foreach (var name in tree.ListNames(folder))
        {
            var isZone = IsZone(name);
            if (isZone)
                found.TryAdd(name, $"{folder}/{name}");
            // Links such as "subsystem" and "device" lead back up: only zones and control types are entered.
            if (depth < MaxDepth && (isZone || IsControlType(name)))
                Visit(tree, $"{folder}/{name}", found, depth + 1);
        }
    }

    static bool IsControlType(string name) => name.Contains("rapl", StringComparison.Ordinal) && !name.Contains(':');

    /// <summary>The kernel prints zone numbers with %x (drivers/powercap/powercap_sys.c).</summary>
    static bool IsZone(string name)
    {
        var colon = name.IndexOf(':');
        if (colon <= 0 || !IsControlType(name[..colon]))
            return false;
        var last = ':';
        foreach (var c in name.AsSpan(colon + 1))
        {
            if (c == ':' ? last == ':' : c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f')))
                return false;
            last = c;
        }

        return last != ':';
    }

    /// <summary>
    /// Four times the highest limit the zone reports, at least 1,000 W (boosts and unlocked limits), at most and by default 5,000 W.
    /// </summary>
    static double GetCeilingWatts(FileTree tree, string folder)
    {
        long most = 0;
        for (var i = 0; i < 4; i++)
        {
            most = Math.Max(most, tree.ReadNumber($"{folder}/constraint_{i}_max_power_uw") ?? 0);
            most = Math.Max(most, tree.ReadNumber($"{folder}/constraint_{i}_power_limit_uw") ?? 0);
        }

        return most == 0 ? 5_000 : Math.Clamp(4 * (most / 1e6), 1_000, 5_000);
    }
}
