using Tonne.Catalogs;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>Gathers the inputs and the printed numbers of one claim while it is told.</summary>
sealed class ClaimTelling(FactorTable table)
{
    readonly List<Factor> _inputs = [];
    readonly List<string> _numbers = [];

    /// <summary>A cited input.</summary>
    public Derivation Input(string id) => Input(table["claim/" + id]);

    /// <summary>An input from another catalog.</summary>
    public Derivation Input(Factor factor)
    {
        if (!_inputs.Exists(have => have.Id == factor.Id))
            _inputs.Add(factor);
        return new Derivation.Given(factor);
    }

    /// <summary>An input in pounds, in kg. The pound is exact.</summary>
    public Derivation FromPounds(string id) => new Derivation.Product(table["claim/" + id].Label, "kg CO2e", [Input(id)], 0.45359237);

    /// <summary>A number in a sentence, in the unit that reads best.</summary>
    public string Told(Derivation figure, int digits = 3) => Told(figure.Value, figure.Unit, digits);

    /// <summary>A number in a sentence.</summary>
    public string Told(double value, string unit = "1", int digits = 3)
    {
        var text = Readout.Of(value, unit, digits);
        _numbers.Add(text.Split(' ')[0]);
        return text;
    }

    public Claim Tell(string id, string said, string reproduced, string right, Derivation figure) =>
        new(id, said, reproduced, right, figure, [.. _inputs], [.. _numbers]);
}
