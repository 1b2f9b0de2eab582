using System.Collections.Immutable;
using Tonne.Quantities;
using Tonne.Services.Requests;

namespace Tonne.Services.Sources;

/// <summary>Divides the energy of a device among its models, where only sums over requests are known: Σ models + idle = the
/// energy.</summary>
/// <remarks>
/// Above idle by work (<see cref="ServedModelWork"/>), with the mean number of running requests as the batch and the mean length of
/// prompts and answers for the attention cache. Idle by the mean number of requests that run or wait, N: the part min(1, ΣN) is the
/// models', by N. Where the number is not reported, it is requests × mean time ÷ time (Little 1961, doi 10.1287/opre.9.3.383).
/// </remarks>
/// <param name="Models">The models, in the order given.</param>
/// <param name="Idle">What fell on no model.</param>
public sealed record ModelEnergyDivision(ImmutableArray<ModelEnergy> Models, Microjoules Idle)
{
    /// <summary>Divides.</summary>
    /// <param name="energy">Energy of the device in the time of the differences, not negative.</param>
    /// <param name="idleWatts">Its idle power, W, not negative.</param>
    /// <param name="deltas">What the models did, over the same time.</param>
    /// <param name="findWork">Finds the work of a model by its name; null if its architecture is unknown.</param>
    /// <exception cref="ArgumentOutOfRangeException">The energy or the idle power is negative.</exception>
    public static ModelEnergyDivision Divide(
        Microjoules energy, double idleWatts, IReadOnlyList<TokenDelta> deltas, Func<string, ServedModelWork?> findWork)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        ArgumentNullException.ThrowIfNull(findWork);
        ArgumentOutOfRangeException.ThrowIfNegative(energy.Value);
        if (!(idleWatts >= 0 && double.IsFinite(idleWatts)))
            throw new ArgumentOutOfRangeException(nameof(idleWatts), idleWatts, "The idle power must be a number of at least 0.");
        if (deltas.Count == 0)
            return new ModelEnergyDivision([], energy);
        var seconds = deltas.Max(static delta => (delta.To - delta.From).TotalSeconds);
        var idle = idleWatts * seconds * 1e6 < energy.Value ? new Microjoules((long)Math.Round(idleWatts * seconds * 1e6)) : energy;
        var (work, presence) = (new double[deltas.Count + 1], new double[deltas.Count + 1]);
        for (var i = 0; i < deltas.Count; i++)
        {
            presence[i] = GetPresence(deltas[i]) ?? 0;
            work[i] = GetWork(deltas[i], findWork(deltas[i].Model) ?? ServedModelWork.ByTokens);
        }

        presence[^1] = Math.Max(0, 1 - presence.Sum());
        var (workParts, idleParts) = (new Microjoules[work.Length], new Microjoules[work.Length]);
        (energy - idle).Split(work, workParts);
        idle.Split(presence, idleParts);
        return new ModelEnergyDivision(
            [.. deltas.Select((delta, i) => new ModelEnergy(delta, workParts[i], idleParts[i], Explain(delta)))],
            workParts[^1] + idleParts[^1]);
    }

    static double GetWork(TokenDelta delta, ServedModelWork work)
    {
        var (prompt, output) = ((double)(delta.PromptTokens ?? 0), (double)(delta.OutputTokens ?? 0));
        var computed = Math.Max(0, prompt - (delta.CachedTokens ?? 0));
        // The first token of an answer comes with its prompt; the prompt reads the weights as one step does.
        var requests = (double)Math.Min(delta.Requests ?? 0, delta.OutputTokens ?? 0);
        var batch = (int)Math.Clamp(Math.Round(GetPresence(delta, isRunning: true) ?? 1), 1, 100_000);
        var context = requests > 0 ? (prompt / requests) + (output / requests / 2) : 0;
        return ((computed + output - requests) * work.OperationBytes) + (output * work.GetWeightBytes(batch) / batch)
            + (((output * context) + prompt) * work.KvCacheBytesPerToken);
    }

    /// <summary>Mean number of requests that are there.</summary>
    static double? GetPresence(TokenDelta delta, bool isRunning = false)
    {
        if (delta.MeanRunning is { } running)
            return running + (isRunning ? 0 : delta.MeanWaiting ?? 0);
        var seconds = (delta.To - delta.From).TotalSeconds;
        return delta.Requests is { } requests && delta.MeanRequestSeconds is { } mean && seconds > 0 ? requests * mean / seconds
            : delta.Requests == 0 ? 0 : null;
    }

    static string? Explain(TokenDelta delta) =>
        delta.OutputTokens is null && delta.PromptTokens is null ? "Its tokens are unknown, so it has no energy of work."
        : GetPresence(delta) is null ? "The number of its requests at a time is unknown, so it has no idle energy."
        : delta.IsRestarted ? "Its counters began anew: what they counted before is unknown."
        : null;
}
