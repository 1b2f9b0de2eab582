using System.Globalization;

namespace Tonne.Hardware;

/// <summary>Formats the hardware of a run as text.</summary>
public static class HardwareName
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
        var counted = parts.Select(ReadCount).ToList();
        return counted.Count == 0 || counted.Any(name => name.Count == 0) ? [text] : counted.SelectMany(name => Enumerable.Repeat(name.Name, name.Count));
    }

    /// <summary>Count and name of <c>2 x NVIDIA A100</c>; count 0 if there is none from 1 to 1,024.</summary>
    static (int Count, string Name) ReadCount(string text) =>
        text.Split(' ', 3, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var number, "x" or "X" or "×", var name]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1024
            ? (count, name)
            : (0, text);

    /// <summary>Accelerators and processor, for example <c>8 x NVIDIA A100, 64 threads of AMD EPYC 7763</c>.</summary>
    public static string Format(Machine machine)
    {
        var gpus = machine.Gpus is { Count: > 0 } names ? Format(names) : null;
        // An imported run may state its accelerators only.
        if (gpus is not null && machine.Threads == 0)
            return gpus;
        var cpu = string.Create(CultureInfo.InvariantCulture, $"{machine.Threads} threads of {machine.Cpu}");
        return gpus is null ? cpu : $"{gpus}, {cpu}";
    }
}
