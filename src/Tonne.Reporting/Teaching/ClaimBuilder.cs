using Tonne.Catalogs;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>Collects the inputs and the printed numbers of one claim while its sentences are written.</summary>
sealed class ClaimBuilder(FactorTable table)
{
    readonly List<Factor> _inputs = [];
    readonly List<string> _numbers = [];

    /// <summary>A cited input.</summary>
    public Derivation AddInput(string id) => AddInput(table["claim/" + id]);

    /// <summary>An input from another catalog.</summary>
    public Derivation AddInput(Factor factor)
    {
        if (!_inputs.Exists(have => have.Id == factor.Id))
            _inputs.Add(factor);
        return new Derivation.FactorNode(factor);
    }

    /// <summary>An input in pounds, in kg. The pound is exact.</summary>
    public Derivation AddInputInPounds(string id) => new Derivation.Product(table["claim/" + id].Label, "kg CO2e", [AddInput(id)], 0.45359237);

    /// <summary>A number in a sentence, in the unit that reads best.</summary>
    public string FormatNumber(Derivation figure, int digits = 3) => FormatNumber(figure.Value, figure.Unit, digits);

    /// <summary>A number in a sentence.</summary>
    public string FormatNumber(double value, string unit = "1", int digits = 3)
    {
        var text = DisplayValue.Format(value, unit, digits);
        _numbers.Add(text.Split(' ')[0]);
        return text;
    }

    public Claim Build(string id, string claimed, string reproduced, string correction, Derivation figure) =>
        new(id, claimed, reproduced, correction, figure, [.. _inputs], [.. _numbers]);
}
