using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>The work of many requests of which only sums are known, by the formula of <see cref="ServedModelWork"/>.</summary>
static class AggregateWork
{
    /// <summary>Bytes for prompts and for answers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="use">Its requests and tokens between two looks.</param>
    public static (double Prompt, double Output) GetBytes(ServedModelWork model, ServiceUse use)
    {
        var batch = (int)Math.Clamp(Math.Round(use.Running ?? 1), 1, 1_000_000);
        var weights = model.GetWeightBytes(batch) / batch;
        double requests = use.Requests, prompt = use.PromptTokens, output = use.OutputTokens;
        // The first token of an answer comes with the prompt; where requests end later than their tokens, that is not known.
        var first = Math.Min(output, requests);
        // Half of an answer is there, on average, when one of its tokens is computed.
        var context = requests > 0 ? (prompt + (output / 2)) / requests : 0;
        var promptWeights = prompt > 0 && model.CountsPromptWeights(output) ? Math.Max(requests, 1) * weights : 0;
        return (
            (Math.Max(0, prompt - use.CachedTokens) * model.OperationBytes)
                + promptWeights + (model.KvCacheBytesPerToken * prompt),
            (output - first) * (model.OperationBytes + weights + (model.KvCacheBytesPerToken * context)));
    }
}
