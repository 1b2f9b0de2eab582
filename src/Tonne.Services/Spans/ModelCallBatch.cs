namespace Tonne.Services.Spans;

/// <summary>The calls of models among the spans of one export.</summary>
sealed class ModelCallBatch
{
    /// <summary>The calls, in the order of the export.</summary>
    public List<ModelCall> Calls { get; } = [];

    /// <summary>Spans of calls whose ids or times cannot be right, which are not counted.</summary>
    public int Unusable { get; set; }

    /// <summary>Takes a span that was read, if it is a call of a model.</summary>
    public void Add(SpanFields span)
    {
        if (!span.IsModelCall)
            return;
        if (span.TryCreateCall(out var call))
            Calls.Add(call);
        else
            Unusable++;
    }
}
