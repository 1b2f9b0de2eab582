using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Runs;

namespace Tonne.Instruments.Hwmon;

/// <summary>One power or energy that a sensor chip reports.</summary>
/// <param name="Path">Path of the channel's file in the tree.</param>
/// <param name="Name">Kind and number: <c>power1</c>, <c>energy2</c>.</param>
/// <param name="Kind">A power (µW in the file) or an energy counter (µJ).</param>
/// <param name="IsAverage">Whether the power is the chip's own mean over a while, rather than that of the moment.</param>
/// <param name="Label">Label that the driver gives; null if there is none.</param>
sealed record SensorChannel(string Path, string Name, MeterKind Kind, bool IsAverage, string? Label)
{
    /// <summary>
    /// The channels in a folder of hwmon files, in order of kind and number. Source: Linux, Documentation/ABI/testing/sysfs-class-hwmon.
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
                channels.Add(new SensorChannel($"{folder}/{file}", name, kind, average, tree.ReadLine($"{folder}/{name}_label")));
        }
    }

    static bool Matches(string file, string begin, string end) =>
        file.Length > begin.Length + end.Length && file.StartsWith(begin, StringComparison.Ordinal) && file.EndsWith(end, StringComparison.Ordinal)
        && int.TryParse(file.AsSpan(begin.Length, file.Length - begin.Length - end.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
