using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>The energy of a request.</summary>
public sealed record RequestEnergy
{
    /// <summary>The request as it was reported.</summary>
    public required ServedRequest Request { get; init; }

    /// <summary>Its part of the device's energy above idle, by work.</summary>
    public required Microjoules Work { get; init; }

    /// <summary>Its part of the device's idle energy while it was computed, by time.</summary>
    public required Microjoules Idle { get; init; }

    /// <summary>Its part of the device's idle energy while it waited to be computed, by time.</summary>
    public required Microjoules Waiting { get; init; }

    /// <summary>Part of its time, from arrival to end, of which the energy is unknown or was given to others before it was known.</summary>
    public TimeSpan MissingTime { get; init; }

    /// <summary>Why the energy is not complete; null if it is.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the architecture of its model was unknown, so that its work is by tokens.</summary>
    public bool IsByTokens { get; init; }

    /// <summary>All of it: work, idle and waiting.</summary>
    public Microjoules Total => Work + Idle + Waiting;
}
