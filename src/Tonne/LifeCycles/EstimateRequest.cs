using Tonne.Accounting;

namespace Tonne.LifeCycles;

/// <summary>A life-cycle phase whose energy is to be estimated, because it is neither measured nor described.</summary>
/// <param name="Phase">Name of the phase.</param>
/// <param name="Where">File and line of the request.</param>
/// <param name="Factors">Factors of its place.</param>
public abstract record EstimateRequest(string Phase, string Where, AccountingFactors Factors)
{
    /// <summary>A training, described by its parameters and tokens. Null means not given.</summary>
    public sealed record Training(string Phase, string Where, AccountingFactors Factors) : EstimateRequest(Phase, Where, Factors)
    {
        /// <summary>Accelerator, by a name of the catalog.</summary>
        public required string Hardware { get; init; }

        /// <summary>All parameters.</summary>
        public double? Parameters { get; init; }

        /// <summary>Parameters that one token uses.</summary>
        public double? ActiveParameters { get; init; }

        /// <summary>Tokens.</summary>
        public double? Tokens { get; init; }

        /// <summary>Floating-point operations.</summary>
        public double? Operations { get; init; }

        /// <summary>Accelerators.</summary>
        public double? Chips { get; init; }

        /// <summary>Hours on the clock of one run.</summary>
        public double? Hours { get; init; }

        /// <summary>Runs.</summary>
        public double? Runs { get; init; }

        /// <summary>Number format, such as bf16.</summary>
        public string? Precision { get; init; }

        /// <summary>Whether it learns from the outputs of a larger model.</summary>
        public bool Distilled { get; init; }
    }

    /// <summary>Serving a language model. Null means not given.</summary>
    public sealed record Inference(string Phase, string Where, AccountingFactors Factors) : EstimateRequest(Phase, Where, Factors)
    {
        /// <summary>Accelerator, by a name of the catalog.</summary>
        public required string Hardware { get; init; }

        /// <summary>All parameters.</summary>
        public required double Parameters { get; init; }

        /// <summary>Parameters that one token uses.</summary>
        public double? ActiveParameters { get; init; }

        /// <summary>Accelerators of one replica.</summary>
        public double? Gpus { get; init; }

        /// <summary>Requests served together.</summary>
        public double? Batch { get; init; }

        /// <summary>Number format of the weights, such as fp8.</summary>
        public string? Precision { get; init; }

        /// <summary>Tokens of a prompt.</summary>
        public double? PromptTokens { get; init; }

        /// <summary>Tokens of an answer.</summary>
        public required double OutputTokens { get; init; }

        /// <summary>Requests per day; if given, the time in which machines wait is included.</summary>
        public double? RequestsPerDay { get; init; }

        /// <summary>All requests of the phase.</summary>
        public required double Requests { get; init; }
    }
}
