using Microsoft.Extensions.AI;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Extensions.AI;

/// <summary>Tokens of a call, reported or estimated from its texts.</summary>
/// <param name="Best">The best numbers.</param>
/// <param name="Input">Tokens of the prompt with bounds.</param>
/// <param name="Output">Tokens of the answer with bounds.</param>
/// <param name="AreEstimated">Whether one of them is estimated.</param>
readonly record struct TokenCounts(CallTokens Best, Bounds Input, Bounds Output, bool AreEstimated)
{
    // What a service may report at most; beyond, the number is not believed.
    const long MostTokens = 100_000_000;

    /// <summary>Numbers that the caller knows.</summary>
    public static TokenCounts FromReported(CallTokens tokens) =>
        new(tokens, Bounds.FromExact(tokens.Input), Bounds.FromExact(tokens.Output), AreEstimated: false);

    /// <summary>Numbers as reported; those that are missing or impossible are estimated.</summary>
    /// <param name="usage">What was reported; null if nothing.</param>
    /// <param name="estimateInput">Estimates the tokens of the prompt.</param>
    /// <param name="estimateOutput">Estimates the tokens of the answer.</param>
    public static TokenCounts From(UsageDetails? usage, Func<Bounds> estimateInput, Func<Bounds> estimateOutput)
    {
        var (input, output) = (Check(usage?.InputTokenCount), Check(usage?.OutputTokenCount));
        // A service may report the sum only.
        if (Check(usage?.TotalTokenCount) is { } total)
        {
            input ??= output is { } rest && rest <= total ? total - rest : null;
            output ??= input is { } part && part <= total ? total - part : null;
        }

        var inputBounds = input is { } knownInput ? Bounds.FromExact(knownInput) : Limit(estimateInput());
        var outputBounds = output is { } knownOutput ? Bounds.FromExact(knownOutput) : Limit(estimateOutput());
        var (inputTokens, outputTokens) = ((long)Math.Round(inputBounds.Best), (long)Math.Round(outputBounds.Best));
        var tokens = new CallTokens(
            inputTokens, Math.Min(Check(usage?.CachedInputTokenCount) ?? 0, inputTokens), outputTokens,
            Math.Min(Check(usage?.ReasoningTokenCount) ?? 0, outputTokens));
        return new TokenCounts(tokens, inputBounds, outputBounds, input is null || output is null);
    }

    static long? Check(long? count) => count is >= 0 and <= MostTokens ? count : null;

    static Bounds Limit(Bounds tokens) =>
        new(Math.Min(tokens.Low, MostTokens), Math.Min(tokens.Best, MostTokens), Math.Min(tokens.High, MostTokens));
}
