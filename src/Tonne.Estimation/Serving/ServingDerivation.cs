using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>
/// Builds the derivation of the serving model, with the same arithmetic as <see cref="ServingEnergyModel.ComputeJoulesPerToken"/>, term
/// by term, with its factors.
/// </summary>
/// <param name="fit">The fit.</param>
/// <param name="accelerator">The accelerator.</param>
/// <param name="format">Number format of the weights.</param>
/// <param name="promptUnstated">Whether the prompt's length is uncertain.</param>
sealed class ServingDerivation(ServingFit fit, Accelerator accelerator, WeightFormat format, bool promptUnstated)
{
    /// <summary>Source of the coefficients.</summary>
    public static Source Measurements => SourceList.Find("ML-ENERGY-V2;ML-ENERGY-V3");

    /// <summary>Energy of the accelerators per output token, J.</summary>
    /// <param name="point">The serving configuration.</param>
    /// <param name="spreads">Uncertain factors that multiply the result, best 1.</param>
    public Derivation DeriveJoulesPerToken(ServingConfiguration point, IEnumerable<Factor> spreads)
    {
        Span<double> values = stackalloc double[ServingEnergyModel.TermCount];
        ServingEnergyModel.Terms(point, values);
        var terms = ImmutableArray.CreateBuilder<Derivation>();
        foreach (var term in Enum.GetValues<ServingTerm>())
        {
            if (values[(int)term] > 0)
                terms.Add(Term(term, values[(int)term], point));
        }

        var parts = new List<Derivation> { new Derivation.Sum("by the roofline", "J/token", terms.ToImmutable()) };
        if (point.UsesOlderSoftware)
            parts.Add(Ratio("inference/software-2024", "serving software of 2024 over that of 2026", fit.Model.OlderSoftwareRatio));
        if (point.Generation == AcceleratorGeneration.Ampere)
            parts.Add(Ratio("inference/ampere", "Ampere over the estimate from its data sheet", fit.Model.AmpereRatio));
        parts.AddRange(spreads.Select(spread => new Derivation.FactorNode(spread)));
        return new Derivation.Product("energy of the accelerators per output token", "J/token", [.. parts]);
    }

    Derivation Term(ServingTerm term, double value, ServingConfiguration point)
    {
        var coefficient = new Derivation.FactorNode(new Factor(
            "inference/coefficient/" + NameMatching.ToSlug(ServingFit.GetLabel(term)), "coefficient of " + ServingFit.GetLabel(term), ServingFit.UnitOf(term), Bounds.FromExact(fit.Model.Coefficients[(int)term]), Quality.Modelled, Measurements,
            "its uncertainty is in the spread of models that were not measured"));
        var label = ServingFit.GetLabel(term);
        if (term == ServingTerm.TokenOverhead)
            return new Derivation.Product(label, "J/token", [coefficient, new Derivation.Count("power assumed by the fit", "W/token",
                value)]);
        var power = new Derivation.FactorNode(accelerator.Tdp);
        var rate = value / accelerator.Tdp.Bounds.Best;
        Derivation[] rest = term switch
        {
            ServingTerm.KvCacheRead or ServingTerm.KvCacheLatencyBlackwell => [Counted(rate / point.ContextTokens), Context(point)],
            ServingTerm.Prefill => [Counted(rate / point.PromptTokens), Prompt(point)],
            _ => [Counted(rate)],
        };
        return new Derivation.Product(label, "J/token", [coefficient, power, .. rest]);

        Derivation Counted(double number) => new Derivation.Count(term switch
        {
            ServingTerm.KernelLaunch or ServingTerm.KernelLaunchBlackwell => "layers × accelerators ÷ batch",
            ServingTerm.Weights => $"time to read the weights touched at {format.Name}, per token of the batch",
            ServingTerm.KvCacheRead => "time to read a token of the cache",
            ServingTerm.KvCacheLatencyBlackwell => "layers × accelerators ÷ batch",
            ServingTerm.Prefill => "time at peak for a token of the prompt, per output token",
            ServingTerm.InterGpuCommunication => "time for the activations of a token",
            _ => "time at peak",
        }, term is ServingTerm.KernelLaunch or ServingTerm.KernelLaunchBlackwell or ServingTerm.KvCacheLatencyBlackwell ? "1/token" : "s/token", number);
    }

    Derivation Context(ServingConfiguration point) => new Derivation.Sum("tokens in the cache", "token", [Prompt(point), new Derivation.Count("half the output tokens", "token", point.OutputTokens / 2)]);

    Derivation Prompt(ServingConfiguration point) => promptUnstated ? new Derivation.FactorNode(InferenceEstimator.DefaultPromptTokens) : new Derivation.Count("prompt tokens", "token", point.PromptTokens);

    static Derivation Ratio(string id, string label, double value) =>
        new Derivation.FactorNode(new Factor(id, label, "1", Bounds.FromExact(value), Quality.Modelled, Measurements, "fitted; its uncertainty is in the spread of models that were not measured"));
}
