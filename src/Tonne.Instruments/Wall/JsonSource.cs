using System.Text.Json;
using Tonne.Instruments.Polling;
using Tonne.Quantities;

namespace Tonne.Instruments.Wall;

/// <summary>Anything that tells the machine's power somewhere in a JSON document: a JSON pointer (RFC 6901) says where.</summary>
sealed class JsonSource(SourceAddress address) : WallSource(address)
{
    internal override string Id => $"wall:json@{Address.Host}";

    protected override string What => "A meter that answers in JSON";

    protected override Factor Accuracy => WallAccuracy.Uncalibrated;

    internal static string? Check(SourceAddress address)
    {
        if (!address.Pointer.StartsWith('/'))
            return "the place of the power in the answer is missing: a JSON pointer behind #";
        if (address["unit"] is not (null or "W" or "mW" or "kW"))
            return $"the unit '{address["unit"]}' is not W, mW or kW";
        return HttpQuestions.Check(address);
    }

    internal override PolledTold Ask(IQuestions questions) => questions.Get(Address.Path).Read(Understand);

    internal PolledTold Understand(JsonElement root)
    {
        if (root.At(Address.Pointer) is not { } value)
            return PolledTold.Nothing($"tells nothing at {Address.Pointer}");
        var perUnit = Address["unit"] switch { "mW" => 1e-3, "kW" => 1e3, _ => 1 };
        return PolledTold.Of((Power, value.NumberOrText() is { } number ? PolledValue.OfMachinePower(number * perUnit) : PolledValue.Gap($"what it tells at {Address.Pointer} is not a number")));
    }
}
