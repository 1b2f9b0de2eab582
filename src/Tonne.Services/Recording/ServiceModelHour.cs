using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Requests, tokens and energy of one model in one hour.</summary>
public sealed record ServiceModelHour
{
    /// <summary>The model; empty if unknown.</summary>
    public required string Model { get; init; }

    /// <summary>Requests that ended.</summary>
    public long Requests { get; init; }

    /// <summary>Of these, requests that failed or were given up.</summary>
    public long Failed { get; init; }

    /// <summary>Tokens of prompts, cached ones included.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Of these, tokens that were read from a cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens of answers, those of reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Of these, tokens of reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>Requests among <see cref="Requests"/> of which no energy was measured.</summary>
    public long WithoutEnergy { get; init; }

    /// <summary>Energy above idle that computing prompts took, µJ.</summary>
    public long PromptMicrojoules { get; init; }

    /// <summary>Energy above idle that computing answers took, µJ.</summary>
    public long OutputMicrojoules { get; init; }

    /// <summary>Idle energy of the times in which requests were computed, µJ.</summary>
    public long HeldMicrojoules { get; init; }

    /// <summary>Idle energy of the times in which requests waited, µJ.</summary>
    public long WaitingMicrojoules { get; init; }

    /// <summary>Energies of single requests that ended in this hour; null if none is known.</summary>
    public EnergyHistogram? RequestEnergies { get; init; }

    /// <summary>All of it, µJ.</summary>
    public long Microjoules => PromptMicrojoules + OutputMicrojoules + HeldMicrojoules + WaitingMicrojoules;

    /// <summary>Adds up.</summary>
    /// <param name="other">Another hour of the same model.</param>
    public ServiceModelHour Plus(ServiceModelHour other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            Requests = Requests + other.Requests,
            Failed = Failed + other.Failed,
            PromptTokens = PromptTokens + other.PromptTokens,
            CachedTokens = CachedTokens + other.CachedTokens,
            OutputTokens = OutputTokens + other.OutputTokens,
            ReasoningTokens = ReasoningTokens + other.ReasoningTokens,
            WithoutEnergy = WithoutEnergy + other.WithoutEnergy,
            PromptMicrojoules = PromptMicrojoules + other.PromptMicrojoules,
            OutputMicrojoules = OutputMicrojoules + other.OutputMicrojoules,
            HeldMicrojoules = HeldMicrojoules + other.HeldMicrojoules,
            WaitingMicrojoules = WaitingMicrojoules + other.WaitingMicrojoules,
            RequestEnergies = other.RequestEnergies is { } theirs ? RequestEnergies?.Plus(theirs) ?? theirs : RequestEnergies,
        };
    }
}
