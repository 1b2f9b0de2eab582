using System.Globalization;
using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Reporting.Planning;

namespace Tonne.Cli.Planning;

/// <summary>Reads <c>--transfer 500GB</c>, with a rate if wanted: <c>2TB@10Gbps</c>.</summary>
static class DataTransfer
{
    static readonly (string Unit, double Bytes)[] _sizes = [("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("TiB", 1099511627776),
        ("GiB", 1073741824), ("MiB", 1048576)];
    static readonly (string Unit, double Bits)[] _rates = [("Gbps", 1e9), ("Mbps", 1e6), ("Gbit/s", 1e9), ("Mbit/s", 1e6)];

    /// <summary>The transfer that an option names.</summary>
    /// <exception cref="InvalidInputException">It is no amount of data, or the rate is none.</exception>
    public static PlanTransfer Parse(string text)
    {
        var parts = text.Split('@');
        if (parts.Length > 2 || Read(parts[0], _sizes) is not { } bytes || bytes > 1e18)
            throw new InvalidInputException($"--transfer '{text}' is not an amount of data above zero: write 500GB, 2TB or 2TB@10Gbps.");
        var time = TimeSpan.Zero;
        if (parts is [_, var rate])
        {
            if (Read(rate, _rates) is not { } bits)
                throw new InvalidInputException($"--transfer '{text}': '{rate}' is not a rate above zero: write 10Gbps or 500Mbps.");
            var minutes = Math.Ceiling(bytes * 8 / bits / 60);
            if (minutes > TimeSpan.FromDays(30).TotalMinutes)
                throw new InvalidInputException($"--transfer '{text}' would take more than 30 days; check size and rate.");
            time = TimeSpan.FromMinutes(minutes);
        }

        return new PlanTransfer(bytes / 1e12, DataFactors.Network, time);
    }

    static double? Read(string text, (string Unit, double Factor)[] units)
    {
        var trimmed = text.Trim();
        foreach (var (unit, factor) in units)
        {
            if (trimmed.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(trimmed[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out var number) && number is > 0 and < 1e12)
                return number * factor;
        }

        return null;
    }
}
