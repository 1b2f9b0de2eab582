using System.Collections.Immutable;
using Tonne.Runs;

namespace Tonne.Instruments.Modelled;

/// <summary>The energy basis of each component of a machine, and the rates of counted amounts.</summary>
/// <param name="Bases">One basis per component.</param>
/// <param name="Rates">Every rate that the bases name, and for each the rate of everything else that goes with it.</param>
public sealed record MachineRates(ImmutableArray<ComponentBasis> Bases, ImmutableArray<Rate> Rates);
