using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Runs;

namespace Tonne.Instruments.Hwmon;

/// <summary>One power or energy that a sensor chip reports.</summary>
/// <param name="Path">Path of the channel's file in the tree; of a voltage, if <paramref name="CurrentPath"/> is given.</param>
/// <param name="Name">Kind and number: <c>power1</c>, <c>energy2</c>.</param>
/// <param name="Kind">A power (µW in the file) or an energy counter (µJ).</param>
/// <param name="IsAverage">Whether the power is the chip's own mean over a while, rather than that of the moment.</param>
/// <param name="Label">What the chip itself says that it measures; null if it does not.</param>
/// <param name="CurrentPath">Path of a current in mA, whose product with the voltage in mV is the power in µW; null for a power or an
/// energy.</param>
sealed record SensorChannel(string Path, string Name, MeterKind Kind, bool IsAverage, string? Label, string? CurrentPath = null)
{
    /// <summary>
    /// The channels in a folder of hwmon files, in order of kind and number. The label is that of the channel, the firmware's text
    /// (<c>power1_oem_info</c>, ACPI), that of the voltage with the same number, or the chip's.
    /// Source: Linux, Documentation/ABI/testing/sysfs-class-hwmon; Documentation/hwmon/acpi_power_meter.rst.
    /// </summary>
    internal static List<SensorChannel> FindAll(FileTree tree, string folder)
    {
        var channels = new List<SensorChannel>();
        foreach (var file in tree.ListNames(folder))
        {
            // A mean over a while loses less between samples than the moment does; where both are reported it is taken.
            if (Matches(file, "power", "_average"))
                Add(file[..^8], MeterKind.Power, true, file);
            else if (Matches(file, "power", "_input"))
                Add(file[..^6], MeterKind.Power, false, file);
            else if (Matches(file, "energy", "_input"))
                Add(file[..^6], MeterKind.EnergyCounter, false, file);
        }

        return channels;

        void Add(string name, MeterKind kind, bool average, string file)
        {
            if (!channels.Exists(other => other.Name == name))
                channels.Add(new SensorChannel($"{folder}/{file}", name, kind, average, ReadLabel(tree, folder, name)));
        }
    }

    /// <summary>
    /// The rails of a current monitor (INA3221 and the like): the powers that it reports, else voltage × current of each number that has both.
    /// Rails labelled NC (not connected) are left out.
    /// </summary>
    /// <remarks>
    /// The INA3221 has three rails (1 to 3); its numbers 4 to 7 are the voltages of its shunts and their sum, and currents beyond 3 a sum.
    /// Source: Linux, Documentation/hwmon/ina3221.rst, ina2xx.rst, ina238.rst.
    /// </remarks>
    internal static List<SensorChannel> FindRails(FileTree tree, string folder)
    {
        var rails = FindAll(tree, folder);
        for (var i = 1; i <= MaxRails; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            var (voltage, current, name) = ($"{folder}/in{number}_input", $"{folder}/curr{number}_input", $"power{number}");
            if (!rails.Exists(rail => rail.Name == name) && tree.Exists(voltage) && tree.Exists(current))
                rails.Add(new SensorChannel(voltage, name, MeterKind.Power, false, ReadLabel(tree, folder, name), current));
        }

        rails.RemoveAll(rail => rail.Label == "NC");
        return rails;
    }

    const int MaxRails = 3;

    static string? ReadLabel(FileTree tree, string folder, string name)
    {
        var number = name[name.AsSpan().IndexOfAnyInRange('0', '9')..];
        return tree.ReadLine($"{folder}/{name}_label") ?? tree.ReadLine($"{folder}/{name}_oem_info")
            ?? (name.StartsWith("power", StringComparison.Ordinal)
                ? tree.ReadLine($"{folder}/in{number}_label") ?? tree.ReadLine($"{folder}/label")
                : null);
    }

    static bool Matches(string file, string begin, string end) =>
        file.Length > begin.Length + end.Length && file.StartsWith(begin, StringComparison.Ordinal) && file.EndsWith(end, StringComparison.Ordinal)
        && int.TryParse(file.AsSpan(begin.Length, file.Length - begin.Length - end.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
