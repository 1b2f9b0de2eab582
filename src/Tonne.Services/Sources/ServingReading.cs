using System.Collections.Immutable;

namespace Tonne.Services.Sources;

/// <summary>What a page of metrics adds to the one before it.</summary>
/// <param name="Server">The software; null if it was not recognised.</param>
/// <param name="Deltas">One for each model.</param>
/// <param name="Reason">Why there are none; null if there are some.</param>
/// <param name="Warnings">What may be wrong with them.</param>
public sealed record ServingReading(string? Server, ImmutableArray<TokenDelta> Deltas, string? Reason, ImmutableArray<string> Warnings);
