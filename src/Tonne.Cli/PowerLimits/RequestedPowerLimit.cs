using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.PowerLimits;

/// <summary>One power limit of <c>--power-limit</c>: a power, or a percentage of what the device has as delivered.</summary>
/// <param name="Text">As it was typed.</param>
/// <param name="Microwatts">The power, µW; null for a percentage.</param>
/// <param name="Share">The share of the limit as delivered; null for a power.</param>
readonly record struct RequestedPowerLimit(string Text, long? Microwatts, double? Share)
{
    const double MaxWatts = 1e6;

    /// <summary>Parses a list such as <c>150W,0.2kW,80%</c>. A number without a unit is in W.</summary>
    /// <exception cref="InvalidInputException">It is no such list.</exception>
    internal static IReadOnlyList<RequestedPowerLimit> ParseList(string text) => [.. text.Split(',').Select(part => Parse(part.Trim()))];

    /// <summary>The limit of a device, µW.</summary>
    /// <exception cref="InvalidInputException">It is a percentage, and the device reports no limit as delivered.</exception>
    internal long Resolve(PowerLimitDevice device) => Microwatts ?? (device.DefaultMicrowatts is { } byDefault
        ? (long)Math.Round(Share!.Value * byDefault / 1_000) * 1_000
        : throw new InvalidInputException($"--power-limit {Text}: {device.Name} reports no default limit to take a percentage of; give it "
            + "in W."));

    static RequestedPowerLimit Parse(string text)
    {
        var (number, factor, isShare) = text switch
        {
            [.. var percent, '%'] => (percent, 0.01, true),
            _ when text.EndsWith("kW", StringComparison.OrdinalIgnoreCase) => (text[..^2], 1_000d, false),
            [.. var watts, 'W' or 'w'] => (watts, 1, false),
            _ => (text, 1d, false),
        };
        if (!double.TryParse(number.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || !(value * factor is > 0 and < MaxWatts))
            throw new InvalidInputException($"--power-limit: '{text}' is not a power limit; for example: tonne bench --power-limit "
                + "150W,200W,80% -- COMMAND");
        return isShare ? new(text, null, value * factor) : new(text, (long)Math.Round(value * factor * 1_000) * 1_000, null);
    }
}
