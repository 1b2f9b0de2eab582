namespace Tonne.Services.Requests;

/// <summary>A time of which a device's energy is unknown, or known as a whole only.</summary>
/// <param name="From">Start.</param>
/// <param name="To">End.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="IsCounted">Whether the energy is known as a whole, and was divided by the work of the whole time.</param>
public sealed record CounterGap(DateTimeOffset From, DateTimeOffset To, string Reason, bool IsCounted);
