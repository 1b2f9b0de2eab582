using System.Collections.Immutable;
using Tonne.Cli.Commands;
using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.PowerLimits;

/// <summary>One of the limits that are compared.</summary>
/// <param name="Name">What it is called: <c>150 W</c>, <c>as found, 300 W</c>.</param>
/// <param name="Microwatts">The limit of each device, µW, in the order of the devices.</param>
/// <param name="IsFound">Whether the devices had it before the bench.</param>
sealed record PowerLimitVariant(string Name, ImmutableArray<long> Microwatts, bool IsFound)
{
    const int MostVariants = 26;

    /// <summary>The limit in W, if it is the same on all devices; else null.</summary>
    internal double? Watts => Microwatts.All(one => one == Microwatts[0]) ? Microwatts[0] / 1e6 : null;

    /// <summary>The variants: what was found first, then the others in their order.</summary>
    /// <param name="requested">The limits that were asked for.</param>
    /// <param name="devices">The devices, one or more.</param>
    /// <param name="found">The limit that each device has now, µW.</param>
    /// <exception cref="InvalidInputException">A device does not take a limit, or two limits are the same.</exception>
    internal static ImmutableArray<PowerLimitVariant> Create(IReadOnlyList<RequestedPowerLimit> requested,
        IReadOnlyList<PowerLimitDevice> devices, IReadOnlyList<long> found)
    {
        var variants = new List<PowerLimitVariant> { new($"as found, {Describe(devices, found)}", [.. found], IsFound: true) };
        foreach (var one in requested)
        {
            ImmutableArray<long> limits = [.. devices.Select(one.Resolve)];
            for (var i = 0; i < devices.Count; i++)
                CheckRange(one, devices[i], limits[i]);
            var same = variants.FindIndex(other => AreEqual(other.Microwatts, limits));
            if (same > 0)
                throw new InvalidInputException($"--power-limit {one.Text} is {variants[same].Name}, which is in the list already.");
            if (same < 0)
                variants.Add(new(one.Share is null ? Describe(devices, limits) : $"{one.Text} ({Describe(devices, limits)})", limits,
                    IsFound: false));
        }

        return variants.Count switch
        {
            1 => throw new InvalidInputException($"--power-limit: {Describe(devices, found)} is the limit now, so there is nothing to "
                + "compare with it; give another."),
            > MostVariants => throw new InvalidInputException($"--power-limit: {variants.Count} limits are too many; at most "
                + $"{MostVariants} are compared at once."),
            _ => [.. variants],
        };
    }

    static void CheckRange(RequestedPowerLimit requested, PowerLimitDevice device, long limit)
    {
        var (low, high) = (device.MinMicrowatts ?? 0, device.MaxMicrowatts ?? long.MaxValue);
        if (limit >= low && limit <= high)
            return;
        throw new InvalidInputException($"--power-limit {requested.Text}: {device.Name} takes {(device.MinMicrowatts is { } min
            ? $"{PowerLimitDevice.Format(min)} to {PowerLimitDevice.Format(high)}" : $"at most {PowerLimitDevice.Format(high)}")}.");
    }

    static bool AreEqual(ImmutableArray<long> first, ImmutableArray<long> second) =>
        first.Zip(second).All(pair => PowerLimitDevice.AreEqual(pair.First, pair.Second));

    static string Describe(IReadOnlyList<PowerLimitDevice> devices, IReadOnlyList<long> limits) => limits.All(one => one == limits[0])
        ? PowerLimitDevice.Format(limits[0])
        : string.Join(", ", devices.Select((device, i) => $"{device.Name} {PowerLimitDevice.Format(limits[i])}"));
}
