using System.Collections.Immutable;

namespace Tonne.LifeCycles;

/// <summary>A model's life as a file describes it: phases, each with what it used, where, on what.</summary>
/// <param name="Name">What lives.</param>
/// <param name="Text">What a reader should know; null if nothing.</param>
/// <param name="File">The file as it was named.</param>
/// <param name="Phases">At least one, in the order of the file.</param>
/// <param name="Notes">Remarks to print.</param>
public sealed record LifeCycleDescription(string Name, string? Text, string File, ImmutableArray<DescribedPhase> Phases, ImmutableArray<string> Notes);
