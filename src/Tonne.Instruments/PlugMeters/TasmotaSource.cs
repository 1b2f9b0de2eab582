using System.Text.Json;
using Tonne.Instruments.HttpPolling;
using Tonne.Quantities;

namespace Tonne.Instruments.PlugMeters;

/// <summary>A plug with the Tasmota firmware.</summary>
/// <remarks>
/// <c>/cm?cmnd=Status%2010</c> answers <c>StatusSNS.ENERGY</c> with <c>Power</c> in W and <c>Total</c> in kWh, lists where the device has several channels; before version 6, <c>StatusPWR</c>.
/// Resolution as set in the device: 1 W and 1 Wh by default (WattRes, EnergyRes). Source: Tasmota documentation (tasmota.github.io/docs), Commands and JSON status responses, read 2026.
/// </remarks>
sealed class TasmotaSource(SourceAddress address) : PlugMeterSource(address)
{
    const double JoulesPerKilowattHour = 3_600_000;

    internal override string Id => $"wall:tasmota@{Address.Host}{(Address.Path.Length > 0 ? "/" + Address.Path : "")}";

    protected override string Description => "A plug with Tasmota";

    protected override Factor Accuracy => PlugMeterAccuracy.Uncalibrated;

    internal static string? Validate(SourceAddress address) => MeterChannels.Validate(address);

    internal override PollResult Poll(IHttpTransport questions) => questions.Get("cm?cmnd=Status%2010").ParseJson(Parse);

    internal PollResult Parse(JsonElement root)
    {
        if (root.GetMember("WARNING").GetText() is { } warning)
            return PollResult.Failed($"warns: {warning} (name the user in the address, as in tasmota://admin@HOST, and put the password into TONNE_METER_PASSWORD)");
        var energy = root.GetMember("StatusSNS")?.GetMember("ENERGY") ?? root.GetMember("StatusPWR");
        if (energy?.GetMember("Power") is not { } power)
            return PollResult.Failed("reports no power: it does not meter, or is not a Tasmota");
        var total = energy.Value.GetMember("Total") ?? default;
        var channels = new List<(int, double?, double?, string?)>();
        if (power.ValueKind == JsonValueKind.Array)
        {
            foreach (var each in power.EnumerateArray())
            {
                // One counter for all channels can be compared with none of them.
                JsonElement? counter = total.ValueKind == JsonValueKind.Array && total.GetArrayLength() > channels.Count ? total[channels.Count] : null;
                channels.Add((channels.Count, ((JsonElement?)each).GetNumber(), counter.GetNumber() * JoulesPerKilowattHour, null));
            }
        }
        else
        {
            channels.Add((0, ((JsonElement?)power).GetNumber(), ((JsonElement?)total).GetNumber() * JoulesPerKilowattHour, null));
        }

        return MeterChannels.Sum(channels, MeterChannels.Parse(Address.Path) ?? []);
    }
}
