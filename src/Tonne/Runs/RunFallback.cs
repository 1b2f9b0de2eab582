using System.Collections.Immutable;

namespace Tonne.Runs;

/// <summary>What models the components of a machine if their meters turn out to report nothing: used only then.</summary>
/// <param name="Bases">A modelled basis for each component that has one, all other parts included.</param>
/// <param name="Rates">Every rate that they name, and for each the rate of all other parts that go with it.</param>
public sealed record RunFallback(ImmutableArray<ComponentBasis> Bases, ImmutableArray<Rate> Rates);
