using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>A common claim, computed again from its inputs, and corrected.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Statement">The claim.</param>
/// <param name="Reproduced">The result that its own inputs give.</param>
/// <param name="Correction">The correction, and what the claim leaves out.</param>
/// <param name="Figure">The corrected figure.</param>
/// <param name="Inputs">Every cited number that the sentences use.</param>
/// <param name="Numbers">Every number of the sentences as printed; the sentences contain no other.</param>
public sealed record Claim(string Id, string Statement, string Reproduced, string Correction, Derivation Figure, ImmutableArray<Factor> Inputs, ImmutableArray<string> Numbers)
{
    /// <summary>Ids of the sources of the inputs, once each.</summary>
    public IEnumerable<string> Sources => Inputs.SelectMany(factor => factor.Source.Id.Split(';')).Distinct(StringComparer.Ordinal);
}
