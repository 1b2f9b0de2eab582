using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>The model of serving as a derivation: the same arithmetic as <see cref="ServingModel.JoulesPerToken"/>, term by term, with its factors.</summary>
/// <param name="fit">The fit.</param>
/// <param name="accelerator">The accelerator.</param>
/// <param name="format">How weights are stored.</param>
/// <param name="promptUnstated">Whether the prompt's length is an unknown of its own.</param>
sealed class ServingTree(ServingFit fit, Accelerator accelerator, WeightFormat format, bool promptUnstated)
{
    /// <summary>Where the coefficients were measured.</summary>
    public static Source Measurements => SourceList.Find("ML-ENERGY-V2;ML-ENERGY-V3");

    /// <summary>Energy of the accelerators per output token, J.</summary>
    /// <param name="point">How it is served.</param>
    /// <param name="spreads">Unknowns that multiply the whole, best 1.</param>
    public Derivation JoulesPerToken(ServingPoint point, IEnumerable<Factor> spreads)
    {
        Span<double> values = stackalloc double[ServingModel.TermCount];
        ServingModel.Terms(point, values);
        var terms = ImmutableArray.CreateBuilder<Derivation>();
        foreach (var term in Enum.GetValues<ServingTerm>())
        {
            if (values[(int)term] > 0)
                terms.Add(Term(term, values[(int)term], point));
        }

        var parts = new List<Derivation> { new Derivation.Sum("by the roofline", "J/token", terms.ToImmutable()) };
        if (point.OlderSoftware)
            parts.Add(Ratio("inference/software-2024", "serving software of 2024 over that of 2026", fit.Model.OlderSoftware));
        if (point.Generation == ServingGeneration.Ampere)
            parts.Add(Ratio("inference/ampere", "Ampere over what its data sheet leads to", fit.Model.Ampere));
        parts.AddRange(spreads.Select(spread => new Derivation.Given(spread)));
        return new Derivation.Product("energy of the accelerators per output token", "J/token", [.. parts]);
    }

    Derivation Term(ServingTerm term, double value, ServingPoint point)
    {
        var coefficient = new Derivation.Given(new Factor(
            "inference/coefficient/" + Spelling.Slug(ServingFit.Words(term)), "coefficient of " + ServingFit.Words(term), ServingFit.UnitOf(term), Bounds.Exactly(fit.Model.Coefficients[(int)term]), Quality.Modelled, Measurements,
            "its uncertainty is in the spread of models that were not measured"));
        var label = ServingFit.Words(term);
        if (term == ServingTerm.Handling)
            return new Derivation.Product(label, "J/token", [coefficient, new Derivation.Counted("power that the fit takes", "W/token", value)]);
        var power = new Derivation.Given(accelerator.Tdp);
        var rate = value / accelerator.Tdp.Bounds.Best;
        Derivation[] rest = term switch
        {
            ServingTerm.Cache or ServingTerm.CacheLatencyBlackwell => [Counted(rate / point.Context), Context(point)],
            ServingTerm.Prompt => [Counted(rate / point.PromptTokens), Prompt(point)],
            _ => [Counted(rate)],
        };
        return new Derivation.Product(label, "J/token", [coefficient, power, .. rest]);

        Derivation Counted(double number) => new Derivation.Counted(term switch
        {
            ServingTerm.Launch or ServingTerm.LaunchBlackwell => "layers × accelerators ÷ batch",
            ServingTerm.Weights => $"time to read the weights touched at {format.Name}, per token of the batch",
            ServingTerm.Cache => "time to read a token of the cache",
            ServingTerm.CacheLatencyBlackwell => "layers × accelerators ÷ batch",
            ServingTerm.Prompt => "time at peak for a token of the prompt, per output token",
            ServingTerm.Exchange => "time for the activations of a token",
            _ => "time at peak",
        }, term is ServingTerm.Launch or ServingTerm.LaunchBlackwell or ServingTerm.CacheLatencyBlackwell ? "1/token" : "s/token", number);
    }

    Derivation Context(ServingPoint point) => new Derivation.Sum("tokens in the cache", "token", [Prompt(point), new Derivation.Counted("half the output tokens", "token", point.OutputTokens / 2)]);

    Derivation Prompt(ServingPoint point) => promptUnstated ? new Derivation.Given(InferenceEstimator.UnstatedPrompt) : new Derivation.Counted("prompt tokens", "token", point.PromptTokens);

    static Derivation Ratio(string id, string label, double value) =>
        new Derivation.Given(new Factor(id, label, "1", Bounds.Exactly(value), Quality.Modelled, Measurements, "fitted; its uncertainty is in the spread of models that were not measured"));
}
