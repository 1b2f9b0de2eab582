using System.Text.Json;
using Tonne.Instruments.HttpPolling;
using Tonne.Quantities;

namespace Tonne.Instruments.PlugMeters;

/// <summary>Anything that reports the machine's power somewhere in a JSON document: a JSON pointer (RFC 6901) says where.</summary>
sealed class JsonSource(SourceAddress address) : PlugMeterSource(address)
{
    internal override string Id => $"wall:json@{Address.Host}";

    protected override string Description => "A meter that answers in JSON";

    protected override Factor Accuracy => PlugMeterAccuracy.Uncalibrated;

    internal static string? Validate(SourceAddress address)
    {
        if (!address.Pointer.StartsWith('/'))
            return "the place of the power in the answer is missing: a JSON pointer behind #";
        if (address["unit"] is not (null or "W" or "mW" or "kW"))
            return $"the unit '{address["unit"]}' is not W, mW or kW";
        return HttpTransport.ValidateTls(address);
    }

    internal override PollResult Poll(IHttpTransport questions) => questions.Get(Address.Path).ParseJson(Parse);

    internal PollResult Parse(JsonElement root)
    {
        if (root.FindByPointer(Address.Pointer) is not { } value)
            return PollResult.Failed($"reports nothing at {Address.Pointer}");
        var perUnit = Address["unit"] switch { "mW" => 1e-3, "kW" => 1e3, _ => 1 };
        return PollResult.FromValues((Power, value.ParseNumber() is { } number ? PolledValue.FromMachinePower(number * perUnit) : PolledValue.Gap($"what it reports at {Address.Pointer} is not a number")));
    }
}
