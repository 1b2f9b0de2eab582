using System.Collections.Concurrent;
using Tonne.Extensions.AI;
using Tonne.Ledgers.Calls;

namespace Tonne.Server.Proxying;

/// <summary>Estimates requests: from the measured energy of a token where there is one, else from the model and its tokens.</summary>
/// <remarks>What is the same for all requests of a model takes up to half a second; it is computed beside, and no reply waits for it.</remarks>
/// <param name="estimator">Estimates from the model.</param>
/// <param name="energies">The measured energies; null where nothing is measured.</param>
sealed class RequestEstimates(CallEstimator estimator, RequestEnergies? energies)
{
    const int MostModels = 1_000;

    readonly ConcurrentDictionary<(string Model, bool IsForwardPass), Task> _prepared = [];

    /// <summary>Begins to prepare a model.</summary>
    public Task PrepareAsync(string model, bool isForwardPass) =>
        _prepared.TryGetValue((model, isForwardPass), out var known) ? known
            : _prepared.Count >= MostModels ? Task.CompletedTask
            : _prepared.GetOrAdd((model, isForwardPass), key => Task.Run(() => estimator.Prepare(key.Model, key.IsForwardPass)));

    /// <summary>Estimates a request without waiting.</summary>
    /// <returns>Null if its model or its tokens are unknown, or the model is not prepared yet.</returns>
    public EnergyEstimate? TryEstimate(string model, CallTokens tokens, bool isForwardPass)
    {
        if (tokens == default)
            return null;
        if (energies?.GetPerToken(model) is { } token)
        {
            var count = RequestEnergies.CountComputed(tokens.Input, tokens.CachedInput, tokens.Output);
            return new EnergyEstimate(count * token.Joules / 3600, count * token.Kilograms * 1e6, "estimated/measured-mean-per-token");
        }

        if (!PrepareAsync(model, isForwardPass).IsCompletedSuccessfully)
            return null;
        var estimate = estimator.Estimate(model, tokens, isForwardPass);
        return estimate is { EnergyKwh: { } energy, EmissionsKg: { } emissions }
            ? new EnergyEstimate(energy.Best * 1e3, emissions.Best * 1e6, estimate.Method) : null;
    }
}
