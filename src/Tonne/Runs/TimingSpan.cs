namespace Tonne.Runs;

/// <summary>A time in which a run worked without a pause, UTC.</summary>
/// <param name="From">Start.</param>
/// <param name="To">End.</param>
public sealed record TimingSpan(DateTimeOffset From, DateTimeOffset To);
