using Tonne.Services.Requests;

namespace Tonne.Services.Spans;

/// <summary>A call of a model, from the span of it.</summary>
/// <param name="Key">Identity of the span.</param>
/// <param name="Parent">Identity of the span around it; not valid if there is none.</param>
/// <param name="Request">Model, times and tokens.</param>
/// <param name="ReasoningTokens">Tokens of reasoning among those of the answer.</param>
/// <param name="IsFailed">Whether the call failed.</param>
sealed record ModelCall(SpanKey Key, SpanKey Parent, ServedRequest Request, long ReasoningTokens, bool IsFailed);
