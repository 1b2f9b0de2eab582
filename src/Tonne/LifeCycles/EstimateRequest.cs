using Tonne.Accounting;

namespace Tonne.LifeCycles;

/// <summary>A life-cycle phase whose energy is to be estimated, because it is neither measured nor described.</summary>
/// <param name="Phase">Name of the phase.</param>
/// <param name="Where">File and line of the request.</param>
/// <param name="Factors">Factors of the place of the phase.</param>
public abstract record EstimateRequest(string Phase, string Where, AccountingFactors Factors)
{
    /// <summary>Name of the model, whose sizes are looked up; null if the sizes are given, or in a file.</summary>
    public string? Model { get; init; }

    /// <summary>Path of a file of the model, from the folder of the description; null if none.</summary>
    public string? ModelFile { get; init; }

    /// <summary>Training a model. A property that is null is not given.</summary>
    public sealed record Training(string Phase, string Where, AccountingFactors Factors) : EstimateRequest(Phase, Where, Factors)
    {
        /// <summary>Accelerator, by a name of the catalog.</summary>
        public required string Hardware { get; init; }

        /// <summary>Number of parameters of the model.</summary>
        public double? Parameters { get; init; }

        /// <summary>Number of parameters that one token uses (fewer than all in a mixture of experts).</summary>
        public double? ActiveParameters { get; init; }

        /// <summary>Number of training tokens.</summary>
        public double? Tokens { get; init; }

        /// <summary>Number of floating-point operations of the training.</summary>
        public double? Operations { get; init; }

        /// <summary>Number of accelerators.</summary>
        public double? Chips { get; init; }

        /// <summary>Duration of one training run, h.</summary>
        public double? Hours { get; init; }

        /// <summary>Number of training runs.</summary>
        public double? Runs { get; init; }

        /// <summary>Number format of the arithmetic, such as bf16.</summary>
        public string? Precision { get; init; }

        /// <summary>Whether the model learns from the outputs of a larger model.</summary>
        public bool Distilled { get; init; }

        /// <summary>How a trained model is tuned: <c>lora</c> or <c>full</c>; null if it is not.</summary>
        public string? Tune { get; init; }
    }

    /// <summary>Serving a language model. A property that is null is not given.</summary>
    public sealed record Inference(string Phase, string Where, AccountingFactors Factors) : EstimateRequest(Phase, Where, Factors)
    {
        /// <summary>Accelerator, by a name of the catalog.</summary>
        public required string Hardware { get; init; }

        /// <summary>Number of parameters of the model; null if the model is named.</summary>
        public double? Parameters { get; init; }

        /// <summary>Number of parameters that one token uses (fewer than all in a mixture of experts).</summary>
        public double? ActiveParameters { get; init; }

        /// <summary>Number of accelerators of one replica of the model.</summary>
        public double? Gpus { get; init; }

        /// <summary>Batch size: number of requests served together.</summary>
        public double? Batch { get; init; }

        /// <summary>Number format of the weights, such as fp8.</summary>
        public string? Precision { get; init; }

        /// <summary>Mean number of tokens of a prompt.</summary>
        public double? PromptTokens { get; init; }

        /// <summary>Mean number of prompt tokens that are read from a cache.</summary>
        public double? CachedTokens { get; init; }

        /// <summary>
        /// Mean number of prompt tokens with which earlier prompts begin too, which a cache could read; at most those of the prompt. Only an
        /// advice uses it. Null if unknown.
        /// </summary>
        public double? RepeatedTokens { get; init; }

        /// <summary>
        /// Number of parameters of a smaller model that could answer in its place, pruned or distilled. Only an advice uses it. Null if none.
        /// </summary>
        public double? SmallerParameters { get; init; }

        /// <summary>Mean number of tokens of an answer.</summary>
        public required double OutputTokens { get; init; }

        /// <summary>Mean number of tokens written to reason before the answer.</summary>
        public double? ReasoningTokens { get; init; }

        /// <summary>Number of layers of the model.</summary>
        public double? Layers { get; init; }

        /// <summary>Bytes of attention cache per token.</summary>
        public double? CacheBytesPerToken { get; init; }

        /// <summary>Share of the experts of a layer that a token chooses.</summary>
        public double? ExpertShare { get; init; }

        /// <summary>Year of the serving software.</summary>
        public double? SoftwareYear { get; init; }

        /// <summary>Number of requests per day. If given, the energy of machines that wait for requests is included.</summary>
        public double? RequestsPerDay { get; init; }

        /// <summary>Number of requests of the whole phase.</summary>
        public required double Requests { get; init; }
    }
}
