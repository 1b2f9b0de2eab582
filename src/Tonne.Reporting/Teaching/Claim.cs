using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>Something that is often said, computed again from its inputs, and put right.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Statement">The claim.</param>
/// <param name="Reproduced">What its own inputs come to.</param>
/// <param name="Correction">What must be said beside it.</param>
/// <param name="Figure">The figure that puts it right, in one number.</param>
/// <param name="Inputs">Every cited number that the sentences rest on.</param>
/// <param name="Numbers">Every number of the sentences as printed: no sentence holds another.</param>
public sealed record Claim(string Id, string Statement, string Reproduced, string Correction, Derivation Figure, ImmutableArray<Factor> Inputs, ImmutableArray<string> Numbers)
{
    /// <summary>Ids of the sources of the inputs, once each.</summary>
    public IEnumerable<string> Sources => Inputs.SelectMany(factor => factor.Source.Id.Split(';')).Distinct(StringComparer.Ordinal);
}
