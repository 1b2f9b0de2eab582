namespace Tonne.Estimation.Serving;

/// <summary>
/// Predicts the energy of the accelerators per output token, J, with a roofline model: each term is a time from the data sheet ×
/// the power limit (TDP) × a fitted coefficient.
/// </summary>
/// <remarks>
/// <code>
/// J = σ · g · Σ θ_k · x_k      x_k: value of a ServingTerm, J;  θ_k ≥ 0: fitted coefficient, near 1 if the data-sheet rate is reached at
/// TDP
/// </code>
/// σ is the energy with software of 2024 ÷ that of 2026, g the energy on Ampere accelerators ÷ the prediction from their data sheet, or
/// that of hardware and software outside the fit (<see cref="ServingConfiguration.UnfittedRatio"/>). Each is 1 if it does not apply. The
/// energy is never negative, rises with the parameters and falls with the batch.
/// There are few coefficients on purpose, so that the measurements cannot be reconstructed from them. Immutable.
/// </remarks>
public sealed class ServingEnergyModel
{
    /// <summary>Number of terms of the sum.</summary>
    public const int TermCount = 11;

    // Width (size of the hidden state) of a model with 8e9 active parameters, and the exponent with which it grows.
    const double WidthAtReference = 4096;
    const double ReferenceParameters = 8e9;
    const double WidthExponent = 0.32;

    // Power by which the coefficient of the overhead per token is multiplied, W: a constant of the fit, the same for every accelerator.
    const double OverheadWatts = 400;

    readonly double[] _coefficients;

    /// <summary>Creates a model from its coefficients.</summary>
    /// <param name="coefficients">θ by term: in seconds if the value of the term is a power, else dimensionless.</param>
    /// <param name="olderSoftwareRatio">σ: energy with software of 2024 ÷ that of 2026.</param>
    /// <param name="ampereRatio">g: energy on Ampere ÷ the prediction from its data sheet.</param>
    internal ServingEnergyModel(IReadOnlyList<double> coefficients, double olderSoftwareRatio, double ampereRatio) =>
        (_coefficients, OlderSoftwareRatio, AmpereRatio) = ([.. coefficients], olderSoftwareRatio, ampereRatio);

    /// <summary>Coefficients θ, by <see cref="ServingTerm"/>.</summary>
    public IReadOnlyList<double> Coefficients => _coefficients;

    /// <summary>σ: energy with software of 2024 ÷ that of 2026, dimensionless.</summary>
    public double OlderSoftwareRatio { get; }

    /// <summary>g: energy on Ampere ÷ the prediction from its data sheet, dimensionless.</summary>
    public double AmpereRatio { get; }

    /// <summary>Energy of the accelerators per output token, J.</summary>
    public double ComputeJoulesPerToken(in ServingConfiguration point)
    {
        Span<double> terms = stackalloc double[TermCount];
        ComputeTerms(point, terms);
        var sum = 0d;
        for (var k = 0; k < TermCount; k++)
            sum += _coefficients[k] * terms[k];
        return sum * GetRatio(point);
    }

    /// <summary>Estimates the width of a model (the size of its hidden state) from its active parameters.</summary>
    internal static double EstimateWidth(double activeParameters) =>
        WidthAtReference * Math.Pow(activeParameters / ReferenceParameters, WidthExponent);

    /// <summary>σ · g for a configuration.</summary>
    internal double GetRatio(in ServingConfiguration point) =>
        (point.UsesOlderSoftware ? OlderSoftwareRatio : 1) * (point.Generation == AcceleratorGeneration.Ampere ? AmpereRatio : 1)
        * (point.UnfittedRatio ?? 1);

    /// <summary>Computes the terms x_k for a configuration: J, or W for a term whose coefficient is in seconds.</summary>
    /// <param name="point">The configuration.</param>
    /// <param name="terms">Receives the terms, by <see cref="ServingTerm"/>.</param>
    internal static void ComputeTerms(in ServingConfiguration point, Span<double> terms)
    {
        var (active, layers, watts) = (point.ActiveParameters, point.LayerCount, point.TdpWatts);
        var isBlackwell = point.Generation == AcceleratorGeneration.Blackwell;
        var launch = watts * point.Gpus * layers / point.Batch;
        var width = EstimateWidth(active);
        var peak = point.EffectiveOperationsPerSecond;
        // Two exchanges per layer, two bytes per value.
        var exchangedBytes = 2 * layers * width * 2;
        // A token of the prompt attends to half of the prompt on average: 2 · 2 · layers · width · prompt ÷ 2 operations in addition to
        // those of the parameters. They matter for prompts of more than ten thousand tokens.
        var attentionOperations = 2 * layers * width * point.PromptTokens;
        var expertParameters = Math.Min(active, Math.Max(0, point.Parameters - active) / 4);
        var operationsPerPromptToken = (2 * active) + attentionOperations;
        terms[(int)ServingTerm.KernelLaunch] = launch;
        terms[(int)ServingTerm.KernelLaunchBlackwell] = isBlackwell ? launch : 0;
        terms[(int)ServingTerm.Weights] =
            watts * point.ParametersReadPerStep * point.BytesPerParameter / (point.BytesPerSecond * point.Batch);
        terms[(int)ServingTerm.KvCacheRead] = watts * point.KvCacheBytesPerToken * point.ContextTokens / point.BytesPerSecond;
        terms[(int)ServingTerm.KvCacheLatencyBlackwell] = isBlackwell ? launch * point.ContextTokens : 0;
        terms[(int)ServingTerm.Arithmetic] = watts * 2 * active / peak;
        terms[(int)ServingTerm.ExpertArithmetic] = watts * 2 * expertParameters / peak;
        terms[(int)ServingTerm.Prefill] =
            watts * operationsPerPromptToken * point.ComputedPromptTokens / (point.OutputTokens * peak);
        terms[(int)ServingTerm.InterGpuCommunication] = watts * (point.Gpus - 1) * exchangedBytes / (point.BytesPerSecond / 4);
        terms[(int)ServingTerm.TokenOverhead] = OverheadWatts;
        terms[(int)ServingTerm.KernelLaunchEightBitMixture] = point.IsEightBitMixture ? launch : 0;
    }
}
