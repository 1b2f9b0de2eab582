using System.Text.Json;
using Tonne.Instruments.Polling;
using Tonne.Quantities;

namespace Tonne.Instruments.Wall;

/// <summary>A plug with the Tasmota firmware.</summary>
/// <remarks>
/// <c>/cm?cmnd=Status%2010</c> answers <c>StatusSNS.ENERGY</c> with <c>Power</c> in W and <c>Total</c> in kWh, lists where the device has several channels; before version 6, <c>StatusPWR</c>.
/// Resolution as set in the device: 1 W and 1 Wh by default (WattRes, EnergyRes). Source: Tasmota documentation (tasmota.github.io/docs), Commands and JSON status responses, read 2026.
/// </remarks>
sealed class TasmotaSource(SourceAddress address) : WallSource(address)
{
    const double JoulesPerKilowattHour = 3_600_000;

    internal override string Id => $"wall:tasmota@{Address.Host}{(Address.Path.Length > 0 ? "/" + Address.Path : "")}";

    protected override string What => "A plug with Tasmota";

    protected override Factor Accuracy => WallAccuracy.Uncalibrated;

    internal static string? Check(SourceAddress address) => MeterChannels.Check(address);

    internal override PolledTold Ask(IQuestions questions) => questions.Get("cm?cmnd=Status%2010").Read(Understand);

    internal PolledTold Understand(JsonElement root)
    {
        if (root.Member("WARNING").Text() is { } warning)
            return PolledTold.Nothing($"warns: {warning} (name the user in the address, as in tasmota://admin@HOST, and put the password into TONNE_METER_PASSWORD)");
        var energy = root.Member("StatusSNS")?.Member("ENERGY") ?? root.Member("StatusPWR");
        if (energy?.Member("Power") is not { } power)
            return PolledTold.Nothing("tells no power: it does not meter, or is not a Tasmota");
        var total = energy.Value.Member("Total") ?? default;
        var channels = new List<(int, double?, double?, string?)>();
        if (power.ValueKind == JsonValueKind.Array)
        {
            foreach (var each in power.EnumerateArray())
            {
                // One counter for all channels can be compared with none of them.
                JsonElement? counter = total.ValueKind == JsonValueKind.Array && total.GetArrayLength() > channels.Count ? total[channels.Count] : null;
                channels.Add((channels.Count, ((JsonElement?)each).Number(), counter.Number() * JoulesPerKilowattHour, null));
            }
        }
        else
        {
            channels.Add((0, ((JsonElement?)power).Number(), ((JsonElement?)total).Number() * JoulesPerKilowattHour, null));
        }

        return MeterChannels.Sum(channels, MeterChannels.Parse(Address.Path) ?? []);
    }
}
