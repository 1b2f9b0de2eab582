using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tonne.Instruments.Files;
using Tonne.Instruments.Rapl;

namespace Tonne.Instruments.Diagnostics;

/// <summary>Packs the sensor and description files of a machine, and nothing else, so that somebody else can examine it.</summary>
/// <remarks>
/// A tar of plain files under the paths they have in the tree; links are followed and stored as what they lead to. Serial numbers, UUIDs, hardware addresses and the host's name are removed.
/// Files that could not be read are named in <see cref="FileTree.UnreadableListFile"/>. Unpacked into a folder it is a stand-in (<c>--sysroot</c>). See docs/formats/sysroot.md.
/// </remarks>
public static partial class SupportBundle
{
    /// <summary>The largest file taken, in bytes.</summary>
    const int MaxFileBytes = 1024 * 1024;

    static readonly string[] SingleFiles =
    [
        "proc/cpuinfo", "proc/meminfo", "proc/stat", "proc/sys/kernel/ostype", "proc/sys/kernel/osrelease", "proc/sys/kernel/random/boot_id", "proc/device-tree/model",
        "etc/os-release", "sys/hypervisor/type", "sys/firmware/devicetree/base/hypervisor/compatible",
        "proc/sys/kernel/perf_event_paranoid", "sys/devices/system/cpu/online", "sys/devices/system/cpu/possible", "sys/devices/system/cpu/smt/active",
        "sys/class/dmi/id/sys_vendor", "sys/class/dmi/id/product_name", "sys/class/dmi/id/chassis_type", "sys/class/dmi/id/bios_vendor", "sys/class/dmi/id/board_vendor", "sys/class/dmi/id/board_name",
    ];

    static readonly string[] IncludedSuffixes = ["_input", "_average", "_label", "_oem_info", "_average_interval", "_accuracy", "_is_battery", "_cap", "_cap_max", "_cap_min", "_max", "_rated_max"];

    static readonly string[] IncludedPrefixes = ["power", "energy", "in", "curr"];

    /// <summary>Writes the bundle.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="hostName">The host's name, to be removed; null if unknown.</param>
    /// <param name="destination">Where the tar goes; left open.</param>
    /// <returns>Paths of the files packed.</returns>
    public static IReadOnlyList<string> Write(FileTree tree, string? hostName, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var packed = new List<string>();
        var unreadable = new List<string>();
        var identities = new List<string>();
        using var tar = new TarWriter(destination, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var path in ListPaths(tree).Distinct(StringComparer.Ordinal))
        {
            var bytes = tree.ReadBytes(path, out var reason);
            if (reason == ReadFailure.Denied)
                unreadable.Add(path);
            else if (reason is not null || bytes.Length > MaxFileBytes)
                continue;
            Add(path, IsIdentity(path) ? Pseudonym(bytes) : Redact(bytes, hostName));
        }

        if (ReadTimeZone(tree) is { } zone)
            Add("etc/timezone", Encoding.UTF8.GetBytes(zone + "\n"));
        if (unreadable.Count > 0)
            Add(FileTree.UnreadableListFile, Encoding.UTF8.GetBytes(string.Join('\n', unreadable) + "\n"));
        return packed;

        // Dies of one board are recognised by what they share: equal stays equal, and names no card.
        byte[] Pseudonym(byte[] identity)
        {
            var text = Encoding.UTF8.GetString(identity).Trim();
            if (!identities.Contains(text))
                identities.Add(text);
            return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{identities.IndexOf(text) + 1:x16}\n"));
        }

        void Add(string path, byte[] content)
        {
            var mode = (tree.GetMode(path) ?? UnixFileMode.None) | UnixFileMode.UserRead | UnixFileMode.UserWrite;
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch, Mode = mode });
            packed.Add(path);
        }
    }

    /// <summary>The content without what names this one machine.</summary>
    internal static byte[] Redact(byte[] content, string? hostName)
    {
        var text = Encoding.Latin1.GetString(content);
        text = SerialLine().Replace(text, "$1 0");
        text = Uuid().Replace(text, "00000000-0000-0000-0000-000000000000");
        text = HardwareAddress().Replace(text, "00:00:00:00:00:00");
        if (hostName is { Length: > 2 })
            text = text.Replace(hostName, "host", StringComparison.OrdinalIgnoreCase);
        return Encoding.Latin1.GetBytes(text);
    }

    static IEnumerable<string> ListPaths(FileTree tree)
    {
        foreach (var path in SingleFiles)
            yield return path;
        // An asset tag may be anybody's inventory number; Azure's own says only that it is Azure.
        if (tree.ReadLine("sys/class/dmi/id/chassis_asset_tag") == Machines.Dmi.AzureTag)
            yield return "sys/class/dmi/id/chassis_asset_tag";
        foreach (var zone in RaplZones.List(tree))
        {
            foreach (var name in tree.ListNames(zone.Folder).Where(name => name is "name" or "energy_uj" or "max_energy_range_uj" or "enabled" || name.StartsWith("constraint_", StringComparison.Ordinal)))
                yield return $"{zone.Folder}/{name}";
        }

        foreach (var cpu in tree.ListNames("sys/devices/system/cpu").Where(name => name.StartsWith("cpu", StringComparison.Ordinal) && name.Length > 3 && char.IsAsciiDigit(name[3])))
        {
            yield return $"sys/devices/system/cpu/{cpu}/topology/physical_package_id";
            yield return $"sys/devices/system/cpu/{cpu}/topology/die_id";
        }

        foreach (var unit in PowerPmu.Folders)
        {
            foreach (var name in new[] { "type", "cpumask", "format/event" })
                yield return $"{unit}/{name}";
            foreach (var name in tree.ListNames($"{unit}/events"))
                yield return $"{unit}/events/{name}";
        }

        foreach (var supply in tree.ListNames("sys/class/power_supply"))
        {
            foreach (var name in new[] { "type", "scope", "present", "status", "online", "power_now", "current_now", "voltage_now" })
                yield return $"sys/class/power_supply/{supply}/{name}";
        }

        foreach (var sensor in tree.ListNames("sys/class/hwmon"))
        {
            foreach (var path in ListSensorFiles(tree, $"sys/class/hwmon/{sensor}"))
                yield return path;
        }

        var amd = false;
        foreach (var card in tree.ListNames("sys/class/drm").Where(name => name.StartsWith("card", StringComparison.Ordinal) && !name.Contains('-')))
        {
            var device = $"sys/class/drm/{card}/device";
            amd |= tree.ReadLine($"{device}/vendor") == "0x1002";
            foreach (var name in new[] { "vendor", "device", "revision", "uevent", "product_name", "unique_id", "serial_number", "gpu_busy_percent", "power/control", "power/runtime_status" })
                yield return $"{device}/{name}";
            foreach (var sensor in tree.ListNames($"{device}/hwmon"))
            {
                foreach (var path in ListSensorFiles(tree, $"{device}/hwmon/{sensor}"))
                    yield return path;
            }
        }

        if (amd)
            yield return Amd.AmdDie.ProductNameFile;
    }

    /// <summary>Powers and energies of a sensor chip with what describes them; serial numbers and the like, which some chips report too, are left out.</summary>
    static IEnumerable<string> ListSensorFiles(FileTree tree, string folder)
    {
        yield return $"{folder}/name";
        yield return $"{folder}/label";
        foreach (var name in tree.ListNames(folder))
        {
            if (Array.Exists(IncludedPrefixes, begin => name.StartsWith(begin, StringComparison.Ordinal)) && Array.Exists(IncludedSuffixes, end => name.EndsWith(end, StringComparison.Ordinal)))
                yield return $"{folder}/{name}";
        }
    }

    static bool IsIdentity(string path) => path.EndsWith("/unique_id", StringComparison.Ordinal) || path.EndsWith("/device/serial_number", StringComparison.Ordinal);

    static string? ReadTimeZone(FileTree tree)
    {
        const string folder = "/zoneinfo/";
        if (tree.ReadLine("etc/timezone") is { } reported)
            return reported;
        var target = tree.ReadLinkTarget("etc/localtime");
        var at = target?.LastIndexOf(folder, StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : target![(at + folder.Length)..];
    }

    [GeneratedRegex(@"^([ \t]*[^\n:]*serial[^\n:]*:)[^\n]*", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex SerialLine();

    [GeneratedRegex(@"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2000)]
    private static partial Regex HardwareAddress();
}
