using System.Globalization;
using System.Text.RegularExpressions;

namespace Tonne.Hardware;

/// <summary>Formats the hardware of a run as text.</summary>
public static partial class HardwareName
{
    /// <summary>Names counted, for example <c>2 x NVIDIA A100</c>. A name may have its own count already, as other tools write it.</summary>
    public static string Format(IReadOnlyList<string> names) =>
        string.Join(", ", names.SelectMany(ExpandCounted).GroupBy(name => name, StringComparer.Ordinal).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} x {group.Key}")));

    /// <summary>The names of a text that may count them: <c>2 x NVIDIA A100</c> gives the name twice; a text without a count, itself.</summary>
    /// <param name="text">Names with counts of 1 to 1,024, separated by commas.</param>
    public static IEnumerable<string> ExpandCounted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var matches = parts.Select(part => CountAndName().Match(part)).ToList();
        if (matches.Count == 0 || matches.Any(match => !match.Success))
            return [text];
        return matches.SelectMany(match => Enumerable.Repeat(
            match.Groups["name"].Value, Math.Clamp(int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture), 1, MostCounted)));
    }

    const int MostCounted = 1024;

    [GeneratedRegex(@"^(?<count>\d{1,4})\s*[xX×]\s+(?<name>\S.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex CountAndName();

    /// <summary>Accelerators and processor, for example <c>8 x NVIDIA A100, 64 threads of AMD EPYC 7763</c>.</summary>
    public static string Format(Machine machine)
    {
        var cpu = string.Create(CultureInfo.InvariantCulture, $"{machine.Threads} threads of {machine.Cpu}");
        return machine.Gpus is { Count: > 0 } gpus ? $"{Format(gpus)}, {cpu}" : cpu;
    }
}
