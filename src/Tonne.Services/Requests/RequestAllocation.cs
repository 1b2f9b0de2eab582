using System.Collections.Immutable;

namespace Tonne.Services.Requests;

/// <summary>What became final since the last time.</summary>
/// <param name="Requests">Requests whose energy is final, by their end.</param>
/// <param name="Windows">Windows that were divided, by time.</param>
/// <param name="Gaps">Gaps of the counter, by time.</param>
public sealed record RequestAllocation(
    ImmutableArray<RequestEnergy> Requests, ImmutableArray<AllocatedWindow> Windows, ImmutableArray<CounterGap> Gaps);
