using System.Globalization;
using System.Text.Json;
using Tonne.Instruments.HttpPolling;
using Tonne.Quantities;

namespace Tonne.Instruments.PlugMeters;

/// <summary>A Shelly: the second generation and later by RPC, the first by its status page.</summary>
/// <remarks>
/// RPC (<c>/rpc/Shelly.GetStatus</c>): <c>switch:N</c>, <c>pm1:N</c>, <c>cover:N</c> with <c>apower</c> in W and <c>aenergy.total</c> in Wh; <c>em1:N</c> with <c>act_power</c> and
/// <c>em1data:N</c> with <c>total_act_energy</c> in Wh; <c>em:N</c> with <c>total_act_power</c> and <c>emdata:N</c> with <c>total_act</c>.
/// First generation (<c>/status</c>): <c>meters[]</c> with <c>power</c> in W, <c>total</c> in W·min, <c>is_valid</c>; <c>emeters[]</c> with <c>total</c> in Wh.
/// Source: Shelly, API documentation (shelly-api-docs.shelly.cloud), read 2026.
/// </remarks>
sealed class ShellySource(SourceAddress address) : PlugMeterSource(address)
{
    const double JoulesPerWattHour = 3600;
    const double JoulesPerWattMinute = 60;

    bool? _rpc;

    internal override string Id => $"wall:shelly@{Address.Host}{(Address.Path.Length > 0 ? "/" + Address.Path : "")}";

    /// <summary>The second generation takes Digest only.</summary>
    internal override bool WaitsForChallenge => true;

    protected override string Description => "A Shelly";

    protected override Factor Accuracy => PlugMeterAccuracy.Calibrated;

    internal static string? Validate(SourceAddress address) => MeterChannels.Validate(address);

    internal override PollResult Poll(IHttpTransport questions)
    {
        if (_rpc is not false)
        {
            var reply = questions.Get("rpc/Shelly.GetStatus");
            if (reply.Status != 404)
            {
                _rpc ??= reply.Status == 200 ? true : null;
                return reply.ParseJson(ParseRpc);
            }
        }

        var status = questions.Get("status");
        if (status.Status == 200)
            _rpc = false;
        return status.ParseJson(ParseFirstGeneration);
    }

    internal PollResult ParseRpc(JsonElement root)
    {
        var channels = new List<(int, double?, double?, string?)>();
        if (root.ValueKind == JsonValueKind.Object)
        {
            foreach (var component in root.EnumerateObject())
            {
                var colon = component.Name.IndexOf(':');
                if (colon < 0 || !int.TryParse(component.Name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    continue;
                var (power, counter) = component.Name[..colon] switch
                {
                    "switch" or "pm1" or "cover" or "light" => (component.Value.GetMember("apower"), component.Value.GetMember("aenergy")?.GetMember("total")),
                    "em1" => (component.Value.GetMember("act_power"), root.GetMember($"em1data:{component.Name[(colon + 1)..]}")?.GetMember("total_act_energy")),
                    "em" => (component.Value.GetMember("total_act_power"), root.GetMember($"emdata:{component.Name[(colon + 1)..]}")?.GetMember("total_act")),
                    _ => (null, null),
                };
                // A switch without a meter has no apower.
                if (power is { } reported)
                    channels.Add((number, power.GetNumber(), counter.GetNumber() * JoulesPerWattHour, reported.ValueKind == JsonValueKind.Number ? null : "its power is not a number: it has no reading now"));
            }
        }

        return MeterChannels.Sum(channels, MeterChannels.Parse(Address.Path) ?? []);
    }

    internal PollResult ParseFirstGeneration(JsonElement root)
    {
        var channels = new List<(int, double?, double?, string?)>();
        // Where there are energy meters, what else is listed meters nothing.
        var (list, perCount) = root.GetMember("emeters") is { ValueKind: JsonValueKind.Array } emeters && emeters.GetArrayLength() > 0
            ? (emeters, JoulesPerWattHour) : (root.GetMember("meters") ?? default, JoulesPerWattMinute);
        if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var meter in list.EnumerateArray())
            {
                var valid = meter.GetMember("is_valid") is not { ValueKind: JsonValueKind.False };
                channels.Add((channels.Count, meter.GetMember("power").GetNumber(), meter.GetMember("total").GetNumber() * perCount, valid ? null : "it says itself that its reading is not valid"));
            }
        }

        return MeterChannels.Sum(channels, MeterChannels.Parse(Address.Path) ?? []);
    }
}
