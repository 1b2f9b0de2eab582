using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>An answer from the cache, or from a call that the cache made.</summary>
/// <param name="Answer">The values of the span asked for, or why there are none.</param>
/// <param name="Called">Whether the provider was called for it just now.</param>
/// <param name="CalledAt">When the provider was last called; null if never.</param>
/// <param name="NextCallAt">Before this time the provider is not called again; null if it may be called now.</param>
public sealed record CachedAnswer(IntensityAnswer Answer, bool Called, DateTimeOffset? CalledAt, DateTimeOffset? NextCallAt);
