using System.Collections.Immutable;

namespace Tonne.Services.Recording;

/// <summary>What was seen of a service between two looks at its source of requests and tokens.</summary>
public sealed record ServiceObservation
{
    /// <summary>Start, in ns since the start of the run; below 0 for what happened before it, of which no energy is known.</summary>
    public required long From { get; init; }

    /// <summary>End, in ns since the start of the run.</summary>
    public required long To { get; init; }

    /// <summary>The models that did something.</summary>
    public ImmutableArray<ServiceUse> Uses { get; init; } = [];

    /// <summary>Why nothing is known of this time; null if it is.</summary>
    public string? Gap { get; init; }

    /// <summary>What is not complete, though it counts; null if all is there.</summary>
    public string? Note { get; init; }

    /// <summary>State of the source after this look, from which a later process goes on; null if it has none.</summary>
    public string? State { get; init; }

    /// <summary>Energies of single requests that became known; such a line has no time of its own and nothing else. Null if there are
    /// none.</summary>
    public IReadOnlyList<RequestEnergySum>? RequestEnergies { get; init; }

    /// <summary>Whether all of it happened before the run, while nothing was measured.</summary>
    internal bool IsUnmeasured => To <= 0;
}
