namespace Tonne.Server.Proxying;

/// <summary>Tokens of a request, or of all.</summary>
/// <param name="Prompt">Of prompts, cached ones included.</param>
/// <param name="Cached">Of these, cached ones.</param>
/// <param name="Output">Of answers, those of reasoning included.</param>
/// <param name="Reasoning">Of these, those of reasoning.</param>
/// <param name="Basis">How they are known: reported, modelled, unknown; null for sums.</param>
/// <param name="Reason">Why they are modelled or unknown.</param>
sealed record TokensDocument(long Prompt, long Cached, long Output, long Reasoning, string? Basis = null, string? Reason = null);
