using System.Collections.Immutable;
using System.Globalization;
using Tonne.Instruments.HttpPolling;

namespace Tonne.Instruments.PlugMeters;

/// <summary>Which channels of a device feed this machine: those named in its address (<c>0</c>, <c>0+1</c>), else the only one there is.</summary>
static class MeterChannels
{
    /// <summary>The channels named; empty if none are, null if the text is not a list of them.</summary>
    internal static ImmutableArray<int>? Parse(string path)
    {
        var text = path.Trim('/');
        if (text.Length == 0)
            return [];
        var channels = ImmutableArray.CreateBuilder<int>();
        foreach (var part in text.Split('+'))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var channel) || channel > 99 || channels.Contains(channel))
                return null;
            channels.Add(channel);
        }

        return channels.ToImmutable();
    }

    internal static string? Validate(SourceAddress address) => Parse(address.Path) is null ? $"'{address.Path}' is not a channel such as 0, nor channels to add such as 0+1" : null;

    /// <summary>Adds the chosen channels.</summary>
    /// <param name="all">Power in W and counted energy in J of each channel that meters, by its number; an energy is null if it is not reported.</param>
    /// <param name="chosen">The channels named.</param>
    internal static PollResult Sum(IReadOnlyList<(int Channel, double? Watts, double? Joules, string? Reason)> all, ImmutableArray<int> chosen)
    {
        if (all.Count == 0)
            return PollResult.Failed("reports no power: it does not meter, or is of a kind not known");
        if (chosen.IsEmpty && all.Count > 1)
            return PollResult.Failed($"meters {all.Count.ToString(CultureInfo.InvariantCulture)} channels ({string.Join(", ", all.Select(each => each.Channel))}): name the one that feeds this machine at the end of the address, or several to add, as in /0+1");
        double watts = 0, joules = 0;
        var counted = true;
        foreach (var channel in chosen.IsEmpty ? [all[0].Channel] : chosen)
        {
            var found = all.FirstOrDefault(each => each.Channel == channel, (-1, null, null, null));
            if (found.Channel < 0)
                return PollResult.Failed($"has no channel {channel.ToString(CultureInfo.InvariantCulture)} that meters; it has {string.Join(", ", all.Select(each => each.Channel))}");
            if (found.Reason is not null || found.Watts is not { } power)
                return PollResult.FromValues((PlugMeterSource.Power, PolledValue.Gap(found.Reason ?? "it reports no power")));
            if (power < 0)
                return PollResult.FromValues((PlugMeterSource.Power, PolledValue.FromMachinePower(power)));
            watts += power;
            joules += found.Joules ?? 0;
            counted &= found.Joules is not null;
        }

        var reported = PolledValue.FromMachinePower(watts);
        return counted ? PollResult.FromValues((PlugMeterSource.Power, reported), (PlugMeterSource.Energy, PolledValue.Create(joules, 1e6, 9e12, "J"))) : PollResult.FromValues((PlugMeterSource.Power, reported));
    }
}
