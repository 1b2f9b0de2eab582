namespace Tonne.Estimation.Serving;

/// <summary>
/// Energy of the accelerators per output token, J: a roofline model in which every time is multiplied by the power limit and one fitted
/// coefficient.
/// </summary>
/// <remarks>
/// <code>
/// J = σ · g · Σ θ_k · x_k      x_k: ServingTerm;  θ_k ≥ 0: fitted, near 1 where the data sheet is reached at full power
/// </code>
/// σ is the ratio of software of 2024 to that of 2026, g the ratio of Ampere to other generations (both 1 otherwise). Never negative;
/// grows with the parameters, falls with the batch.
/// Coefficients are few on purpose, so that the measurements cannot be reconstructed from them. Immutable.
/// </remarks>
public sealed class ServingEnergyModel
{
    /// <summary>Number of terms.</summary>
    public const int TermCount = 10;

    /// <summary>Width of a model with so many active parameters.</summary>
    internal static double EstimateWidth(double active) => Width * Math.Pow(active / 8e9, WidthGrowth);

    // Width of the model, for attention and for activations exchanged between accelerators: 4,096 for 8e9 active parameters.
    const double Width = 4096;
    const double WidthGrowth = 0.32;

    readonly double[] _coefficients;

    /// <summary>A model with its coefficients.</summary>
    /// <param name="coefficients">θ by term; seconds where the term is a count times W, else dimensionless.</param>
    /// <param name="olderSoftware">σ: energy with software of 2024 over that of 2026.</param>
    /// <param name="ampere">g: energy on Ampere over the estimate from its data sheet.</param>
    internal ServingEnergyModel(IReadOnlyList<double> coefficients, double olderSoftware, double ampere) =>
        (_coefficients, OlderSoftwareRatio, AmpereRatio) = ([.. coefficients], olderSoftware, ampere);

    /// <summary>θ by <see cref="ServingTerm"/>.</summary>
    public IReadOnlyList<double> Coefficients => _coefficients;

    /// <summary>σ, dimensionless.</summary>
    public double OlderSoftwareRatio { get; }

    /// <summary>g, dimensionless.</summary>
    public double AmpereRatio { get; }

    /// <summary>Energy of the accelerators per output token, J.</summary>
    public double ComputeJoulesPerToken(in ServingConfiguration point)
    {
        Span<double> terms = stackalloc double[TermCount];
        Terms(point, terms);
        var sum = 0d;
        for (var k = 0; k < TermCount; k++)
            sum += _coefficients[k] * terms[k];
        return sum * GetRatio(point);
    }

    /// <summary>σ · g of a point.</summary>
    internal double GetRatio(in ServingConfiguration point) => (point.UsesOlderSoftware ? OlderSoftwareRatio : 1) * (point.Generation == AcceleratorGeneration.Ampere ? AmpereRatio : 1);

    /// <summary>x_k of a point, before their coefficients.</summary>
    internal static void Terms(in ServingConfiguration point, Span<double> into)
    {
        var (active, depth, cache) = (point.ActiveParameters, point.LayerCount, point.KvCacheBytesPerToken);
        var blackwell = point.Generation == AcceleratorGeneration.Blackwell;
        var launch = point.TdpWatts * point.Gpus * depth / point.Batch;
        var width = EstimateWidth(active);
        var activations = 2 * depth * width * 2;
        // A token of the prompt attends to half of it on average: 2 · 2 · layers · width · prompt ÷ 2 operations in addition to those of
        // the parameters. It matters from some ten thousand tokens on.
        var attention = 2 * depth * width * point.PromptTokens;
        into[(int)ServingTerm.KernelLaunch] = launch;
        into[(int)ServingTerm.KernelLaunchBlackwell] = blackwell ? launch : 0;
        into[(int)ServingTerm.Weights] = point.TdpWatts * point.ParametersReadPerStep * point.BytesPerParameter / (point.BytesPerSecond * point.Batch);
        into[(int)ServingTerm.KvCacheRead] = point.TdpWatts * cache * point.ContextTokens / point.BytesPerSecond;
        into[(int)ServingTerm.KvCacheLatencyBlackwell] = blackwell ? launch * point.ContextTokens : 0;
        into[(int)ServingTerm.Arithmetic] = point.TdpWatts * 2 * active / point.OperationsPerSecond;
        into[(int)ServingTerm.ExpertArithmetic] = point.TdpWatts * 2 * (Math.Sqrt(active * point.Parameters) - active) / point.OperationsPerSecond;
        into[(int)ServingTerm.Prefill] = point.TdpWatts * ((2 * active) + attention) * point.PromptTokens / (point.OutputTokens * point.OperationsPerSecond);
        into[(int)ServingTerm.InterGpuCommunication] = point.TdpWatts * (point.Gpus - 1) * activations / (point.BytesPerSecond / 4);
        into[(int)ServingTerm.TokenOverhead] = 400;
    }
}
