using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>
/// Builds the derivation of a prediction of the serving model: the same arithmetic as
/// <see cref="ServingEnergyModel.ComputeJoulesPerToken"/>, with the factors of each term.
/// </summary>
/// <param name="fit">The fitted model.</param>
/// <param name="accelerator">The accelerator.</param>
/// <param name="format">Number format of the weights.</param>
/// <param name="promptUnstated">Whether the length of the prompt was not given and is therefore uncertain.</param>
sealed class ServingDerivation(ServingFit fit, Accelerator accelerator, WeightFormat format, bool promptUnstated)
{
    /// <summary>Source of the measurements on which the coefficients were fitted.</summary>
    public static Source Measurements => SourceList.Find("ML-ENERGY-V2;ML-ENERGY-V3");

    /// <summary>Derives the energy of the accelerators per output token, J.</summary>
    /// <param name="point">The serving configuration.</param>
    /// <param name="unfitted">Uncertain factors that multiply the result; the product of their best values is
    /// <see cref="ServingConfiguration.UnfittedRatio"/>.</param>
    public Derivation DeriveJoulesPerToken(ServingConfiguration point, IEnumerable<Factor> unfitted)
    {
        Span<double> values = stackalloc double[ServingEnergyModel.TermCount];
        ServingEnergyModel.ComputeTerms(point, values);
        var terms = ImmutableArray.CreateBuilder<Derivation>();
        foreach (var term in Enum.GetValues<ServingTerm>())
        {
            if (values[(int)term] > 0)
                terms.Add(DeriveTerm(term, values[(int)term], point));
        }

        var factors = new List<Derivation> { new Derivation.Sum("by the roofline", "J/token", terms.ToImmutable()) };
        if (point.UsesOlderSoftware)
            factors.Add(CreateRatio("inference/software-2024", "serving software of 2024 over that of 2026", fit.Model.OlderSoftwareRatio));
        if (point.Generation == AcceleratorGeneration.Ampere)
            factors.Add(CreateRatio("inference/ampere", "Ampere over the estimate from its data sheet", fit.Model.AmpereRatio));
        factors.AddRange(unfitted.Select(factor => new Derivation.FactorNode(factor)));
        return new Derivation.Product("energy of the accelerators per output token", "J/token", [.. factors]);
    }

    Derivation DeriveTerm(ServingTerm term, double value, ServingConfiguration point)
    {
        var label = ServingFit.GetLabel(term);
        var coefficient = new Derivation.FactorNode(new Factor(
            "inference/coefficient/" + NameMatching.ToSlug(label), "coefficient of " + label, ServingFit.GetUnit(term),
            Bounds.FromExact(fit.Model.Coefficients[(int)term]), Quality.Modelled, Measurements,
            "its uncertainty is in the spread of models that were not measured"));
        if (term == ServingTerm.TokenOverhead)
        {
            return new Derivation.Product(
                label, "J/token", [coefficient, new Derivation.Count("power assumed by the fit", "W/token", value)]);
        }

        // The term without the power limit: a time in s, or a count.
        var valuePerWatt = value / accelerator.Tdp.Bounds.Best;
        Derivation[] withoutPower = term switch
        {
            ServingTerm.KvCacheRead or ServingTerm.KvCacheLatencyBlackwell =>
                [CreateCount(term, valuePerWatt / point.ContextTokens), DeriveContextTokens(point)],
            ServingTerm.Prefill => [CreateCount(term, valuePerWatt / point.ComputedPromptTokens), DeriveComputedPromptTokens(point)],
            _ => [CreateCount(term, valuePerWatt)],
        };
        return new Derivation.Product(
            label, "J/token", [coefficient, new Derivation.FactorNode(accelerator.Tdp), .. withoutPower]);
    }

    Derivation CreateCount(ServingTerm term, double number)
    {
        var isCount = term is ServingTerm.KernelLaunch or ServingTerm.KernelLaunchBlackwell or ServingTerm.KernelLaunchEightBitMixture
            or ServingTerm.KvCacheLatencyBlackwell;
        var label = term switch
        {
            ServingTerm.KernelLaunch or ServingTerm.KernelLaunchBlackwell or ServingTerm.KernelLaunchEightBitMixture =>
                "layers × accelerators ÷ batch",
            ServingTerm.Weights => $"time to read the weights touched at {format.Name}, per token of the batch",
            ServingTerm.KvCacheRead => "time to read a token of the cache",
            ServingTerm.KvCacheLatencyBlackwell => "layers × accelerators ÷ batch",
            ServingTerm.Prefill => "time at peak for a token of the prompt, per output token",
            ServingTerm.InterGpuCommunication => "time for the activations of a token",
            _ => "time at peak",
        };
        return new Derivation.Count(label, isCount ? "1/token" : "s/token", number);
    }

    /// <summary>Mean number of tokens in the attention cache of a request while it is answered.</summary>
    Derivation DeriveContextTokens(ServingConfiguration point) => new Derivation.Sum("tokens in the cache", "token",
        [DerivePromptTokens(point), new Derivation.Count("half the output tokens", "token", point.OutputTokens / 2)]);

    /// <summary>Tokens of the prompt that are computed, the cached ones with their share of that energy.</summary>
    Derivation DeriveComputedPromptTokens(ServingConfiguration point) => point.CachedPromptTokens <= 0 ? DerivePromptTokens(point)
        : new Derivation.Sum("prompt tokens computed", "token",
            [
                new Derivation.Count("prompt tokens not cached", "token", point.PromptTokens - point.CachedPromptTokens),
                new Derivation.Product("prompt tokens cached", "token",
                    [
                        new Derivation.Count("prompt tokens cached", "token", point.CachedPromptTokens),
                        new Derivation.FactorNode(ServingFactors.CachedPrompt),
                    ]),
            ]);

    Derivation DerivePromptTokens(ServingConfiguration point) => promptUnstated
        ? new Derivation.FactorNode(InferenceEstimator.DefaultPromptTokens)
        : new Derivation.Count("prompt tokens", "token", point.PromptTokens);

    static Derivation CreateRatio(string id, string label, double value) =>
        new Derivation.FactorNode(new Factor(id, label, "1", Bounds.FromExact(value), Quality.Modelled, Measurements,
            "fitted; its uncertainty is in the spread of models that were not measured"));
}
