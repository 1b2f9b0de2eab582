namespace Tonne.Services.Recording;

/// <summary>A time of which requests and tokens are not known.</summary>
/// <param name="From">Start.</param>
/// <param name="To">End.</param>
/// <param name="Reason">Why.</param>
public sealed record ServiceGap(DateTimeOffset From, DateTimeOffset To, string Reason);
