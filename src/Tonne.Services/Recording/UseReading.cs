using System.Collections.Immutable;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>What happened since the last look.</summary>
/// <param name="Uses">The models that did something, or that have requests.</param>
/// <param name="State">State to go on from, of at most some kilobytes; null if there is none.</param>
/// <param name="Gap">Why nothing is known of this time; null if it is.</param>
/// <param name="Note">What is not complete, though it counts: a metric that is missing; null if all is there.</param>
public sealed record UseReading(ImmutableArray<ServiceUse> Uses, string? State = null, string? Gap = null, string? Note = null)
{
    /// <summary>The single requests of which times and tokens are known; they are in <see cref="Uses"/> too. Default: none.</summary>
    public ImmutableArray<ServedRequest> Requests { get; init; } = [];
}
