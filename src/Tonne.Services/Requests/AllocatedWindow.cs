using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>The energy of a device in a window, divided: requests + idle = counter, to the microjoule.</summary>
/// <param name="From">Start.</param>
/// <param name="To">End.</param>
/// <param name="Counter">What the counter counted.</param>
/// <param name="Requests">The part of the requests.</param>
/// <param name="Unattributed">Energy above idle of a window in which no request had work; part of <see cref="Idle"/>.</param>
public readonly record struct AllocatedWindow(
    DateTimeOffset From, DateTimeOffset To, Microjoules Counter, Microjoules Requests, Microjoules Unattributed)
{
    /// <summary>What fell on no request.</summary>
    public Microjoules Idle => Counter - Requests;
}
