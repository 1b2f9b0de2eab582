using System.Collections.Immutable;

namespace Tonne.LifeCycles;

/// <summary>The description of a model's life cycle: phases with their energy, place and hardware.</summary>
/// <param name="Name">Name of the model or system.</param>
/// <param name="Text">Text that reports print; null if none.</param>
/// <param name="File">Path of the description's file, as the user gave it.</param>
/// <param name="Phases">At least one, in the order of the file.</param>
/// <param name="Notes">Notes to print.</param>
public sealed record LifeCycleDescription(
    string Name, string? Text, string File, ImmutableArray<DescribedPhase> Phases, ImmutableArray<string> Notes);
