using System.Globalization;

namespace Tonne.Estimation.Requests;

/// <summary>The named words of an estimate as people write them: options of a command, parameters of an address, arguments of a tool.</summary>
/// <param name="read">Returns the text of a name such as <c>output-tokens</c>; null if it was not given.</param>
/// <param name="prefix">Text before a name in messages, such as <c>--</c>. Default: none.</param>
public sealed class EstimateArguments(Func<string, string?> read, string prefix = "")
{
    const int MaxCount = 100_000_000;

    /// <summary>The text of a name; null if it was not given.</summary>
    public string? this[string name] => read(name);

    /// <summary>Whether a name was given.</summary>
    public bool Has(string name) => read(name) is not null;

    /// <summary>A name as it is written in messages.</summary>
    public string Format(string name) => prefix + name;

    /// <summary>Names with commas between.</summary>
    public IReadOnlyList<string> ReadNames(string name) =>
        [.. (read(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>A number above 0 as people write it: 175e9, 175B, 15T, 70_000_000; null if it was not given.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public double? ReadAmount(string name)
    {
        if (read(name) is not { } text)
            return null;
        var digits = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var scale = digits.Length > 1 ? digits[^1] switch { 'k' or 'K' => 1e3, 'm' or 'M' => 1e6, 'b' or 'B' or 'g' or 'G' => 1e9, 't' or 'T' => 1e12, _ => 1 } : 1;
        if (scale > 1)
            digits = digits[..^1];
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) && value * scale is > 0 and < 1e40
            ? value * scale
            : throw new FormatException($"{Format(name)} '{text}' must be a number above 0, for example 175e9, 175B or 15T.");
    }

    /// <summary>A number that may be 0.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public double? ReadAmountOrZero(string name) => read(name)?.Trim() == "0" ? 0 : ReadAmount(name);

    /// <summary>A whole number from 1; null if it was not given.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public int? ReadCount(string name) => read(name) is { } text ? ParseCount(Format(name), text) : null;

    /// <summary>A share written as two whole numbers, such as 8/128; null if it was not given.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public double? ReadShare(string name)
    {
        if (read(name) is not { } text)
            return null;
        var parts = text.Split('/', StringSplitOptions.TrimEntries);
        return parts.Length == 2 && TryParse(parts[0], out var chosen) && TryParse(parts[1], out var all) && chosen > 0 && chosen <= all
            ? (double)chosen / all
            : throw new FormatException($"{Format(name)} '{text}' is not two numbers such as 8/128: experts that a token chooses, and experts of a layer.");

        static bool TryParse(string number, out int value) => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The number of runs: <c>runs</c> times the sizes of <c>space</c>, such as <c>lr=4,layers=3</c>.</summary>
    /// <exception cref="FormatException">One of them cannot be read, or there are too many runs.</exception>
    internal int ReadRuns()
    {
        var count = ReadCount("runs") ?? 1;
        if (read("space") is not { } space)
            return count;
        foreach (var dimension in space.Split(','))
        {
            var parts = dimension.Split('=', 2);
            if (parts.Length != 2 || parts[0].Trim().Length == 0)
                throw new FormatException($"{Format("space")} '{space}' must be NAME=NUMBER[,NAME=NUMBER…], for example lr=4,layers=3.");
            var size = ParseCount($"{Format("space")} {parts[0].Trim()}", parts[1].Trim());
            if ((long)count * size > MaxCount)
                throw new FormatException($"{Format("space")} '{space}' comes to more than {MaxCount} runs.");
            count *= size;
        }

        return count;
    }

    static int ParseCount(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MaxCount ? count
        : throw new FormatException($"{name} '{text}' must be a whole number from 1 to {MaxCount}.");
}
