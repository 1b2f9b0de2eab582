using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Hardware;

namespace Tonne.Services.Requests;

/// <summary>The work of a model for one token: what the energy above idle is split by.</summary>
/// <remarks>
/// Work is counted in bytes read from the accelerator's memory; operations become bytes by the accelerator's operations per byte
/// (peak rate ÷ bandwidth), at which both take equally long:
/// <code>
/// prompt     uncached tokens × operations ÷ operations per byte + weights ÷ batch + cache of the prompt
/// answer     for each token after the first: operations ÷ operations per byte + weights ÷ batch + cache of all tokens before it
/// operations 2 × parameters that a token uses (Kaplan et al. 2020, arXiv 2001.08361, section 2.1)
/// </code>
/// The weights are read once in a step for all requests in service, so each carries its part. A mixture reads, for a batch of b, the share
/// 1 − (1 − s)^b of its experts, of which a token chooses the share s. Operations of attention, which grow with the square of the prompt,
/// and the traffic of activations are left out.
/// </remarks>
public sealed record ServedModelWork
{
    // Data sheets at 16 bits: H100 SXM 989e12 operations/s ÷ 3.35e12 B/s = 295; A100 80 GB 312 ÷ 2.04 = 153; MI300X 1,307 ÷ 5.3 = 247.
    const double DefaultOperationsPerByte = 295;

    /// <summary>Used where the architecture is unknown: 8 billion parameters at 16 bits, no attention cache.</summary>
    /// <remarks>
    /// With one model on the device its size cancels, and what remains is a split by tokens: one of a prompt weighs 1, one of an answer
    /// 1 + 295 ÷ batch, and the step of the prompt 295 ÷ batch more. A request without an answer (embeddings) has the tokens of its prompt
    /// alone: models for these are a thousandth of the size and stay in the cache, or servers join their requests to steps of thousands of
    /// tokens. all-MiniLM-L6-v2 on a processor takes as long for what is not per token as for 9 tokens (docs/services.md).
    /// </remarks>
    public static ServedModelWork ByTokens { get; } = new()
    {
        ActiveParameters = 8e9, Parameters = 8e9, BytesPerParameter = 2, KvCacheBytesPerToken = 0, IsAssumed = true,
    };

    /// <summary>Number of all parameters, above 0.</summary>
    public required double Parameters { get; init => field = CheckPositive(value, nameof(Parameters)); }

    /// <summary>Number of parameters that one token uses, above 0; the same for a dense model.</summary>
    public required double ActiveParameters { get; init => field = CheckPositive(value, nameof(ActiveParameters)); }

    /// <summary>Bytes that a parameter takes in memory, above 0. Default: 2.</summary>
    public double BytesPerParameter { get; init => field = CheckPositive(value, nameof(BytesPerParameter)); } = 2;

    /// <summary>Bytes of attention cache for each token, not negative. Default: 0, not counted.</summary>
    public double KvCacheBytesPerToken
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(KvCacheBytesPerToken), value, "It must be a number of at least 0.");
    }

    /// <summary>Share of the experts that a token chooses, 0 to 1. Default: null, a dense model, or unknown: a batch reads what one token
    /// reads.</summary>
    public double? ExpertShare
    {
        get;
        init => field = value is null or (> 0 and <= 1) ? value
            : throw new ArgumentOutOfRangeException(nameof(ExpertShare), value, "It must be above 0 and at most 1.");
    }

    /// <summary>Operations that the accelerator computes in the time in which it reads a byte, above 0. Default: 295, an H100 at 16
    /// bits.</summary>
    public double OperationsPerByte { get; init => field = CheckPositive(value, nameof(OperationsPerByte)); } = DefaultOperationsPerByte;

    /// <summary>Whether the architecture is assumed, not known.</summary>
    public bool IsAssumed { get; init; }

    /// <summary>The work of a model by its name.</summary>
    /// <param name="name">The name as a server states it, with or without the publisher before a slash.</param>
    /// <returns>Its work; null if the name is not in the catalog of models.</returns>
    public static ServedModelWork? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (var rest = name; rest.Length > 0;)
        {
            if (LanguageModelCatalog.Find(rest).Value is { } model)
                return FromModel(model);
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            rest = slash < 0 ? "" : rest[(slash + 1)..];
        }

        return null;
    }

    /// <summary>The work of a known model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">Its weights. Default: null, those of <see cref="LanguageModel.Format"/>, else 16 bits.</param>
    /// <param name="accelerator">The accelerator. Default: null, an H100.</param>
    public static ServedModelWork FromModel(LanguageModel model, WeightFormat? format = null, AcceleratorDatasheet? accelerator = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        format ??= WeightFormat.All.FirstOrDefault(known => known.Name == model.Format) ?? WeightFormat.Bf16;
        var rate = accelerator is null ? null
            : accelerator.Dense16BitTeraflops ?? accelerator.Vector16BitTeraflops ?? accelerator.Fp32Teraflops;
        return new ServedModelWork
        {
            Parameters = model.Parameters,
            ActiveParameters = model.ActiveParameters ?? model.Parameters,
            BytesPerParameter = format.BytesPerParameter,
            KvCacheBytesPerToken = model.KvCacheBytesPerToken ?? 0,
            ExpertShare = model.ExpertShare,
            OperationsPerByte = rate * 1e3 / accelerator?.BandwidthGigabytesPerSecond is > 0 and { } balance && double.IsFinite(balance)
                ? balance : DefaultOperationsPerByte,
        };
    }

    /// <summary>Bytes of weights that a step reads.</summary>
    /// <param name="batch">Requests in the step, at least 1.</param>
    public double GetWeightBytes(int batch)
    {
        var active = ActiveParameters * BytesPerParameter;
        if (ExpertShare is not { } share || share >= 1 || batch <= 1 || Parameters <= ActiveParameters)
            return active;
        var read = 1 - Math.Pow(1 - share, batch);
        return active + ((Parameters - ActiveParameters) * BytesPerParameter * ((read - share) / (1 - share)));
    }

    /// <summary>Whether the step of a prompt reads weights that count.</summary>
    /// <param name="outputTokens">Tokens of the answer.</param>
    internal bool CountsPromptWeights(double outputTokens) => !IsAssumed || outputTokens > 0;

    /// <summary>Operations of one token as bytes.</summary>
    internal double OperationBytes => 2 * ActiveParameters / OperationsPerByte;

    static double CheckPositive(double value, string name) => value > 0 && double.IsFinite(value) ? value
        : throw new ArgumentOutOfRangeException(name, value, "It must be a number above 0.");
}
