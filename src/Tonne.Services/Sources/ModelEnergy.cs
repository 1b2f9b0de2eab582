using Tonne.Quantities;

namespace Tonne.Services.Sources;

/// <summary>The energy of a model in the time between two pages of metrics. Its values for each request and token are means.</summary>
/// <param name="Delta">What it did.</param>
/// <param name="Work">Its part of the device's energy above idle, by work.</param>
/// <param name="Idle">Its part of the device's idle energy, by the requests that were there.</param>
/// <param name="Reason">What is missing, so that a part of the energy may be that of idle or of other models; null if nothing is.</param>
public sealed record ModelEnergy(TokenDelta Delta, Microjoules Work, Microjoules Idle, string? Reason)
{
    /// <summary>All of it.</summary>
    public Microjoules Total => Work + Idle;

    /// <summary>Mean energy of a request, J; null if no request ended, or their number is unknown.</summary>
    public double? MeanJoulesPerRequest => Delta.Requests is > 0 and { } requests ? Total.Value / 1e6 / requests : null;

    /// <summary>Mean energy for each generated token, prompts included, J; null if there is none, or their number is unknown.</summary>
    public double? MeanJoulesPerOutputToken => Delta.OutputTokens is > 0 and { } tokens ? Total.Value / 1e6 / tokens : null;
}
