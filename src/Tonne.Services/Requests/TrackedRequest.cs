using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>A request while its energy is added up. Times in ticks, UTC.</summary>
sealed class TrackedRequest(string model, ServedModelWork work, long arrival)
{
    public string Model { get; } = model;

    public ServedModelWork Work { get; } = work;

    public long Arrival { get; } = arrival;

    /// <summary>When its computation began; for one that has not ended, its arrival.</summary>
    public long Start { get; private set; } = arrival;

    public long FirstToken { get; private set; } = arrival;

    public long End { get; private set; } = long.MaxValue;

    /// <summary>The request; null while it has not ended.</summary>
    public ServedRequest? Request { get; private set; }

    /// <summary>Uncached tokens of the prompt.</summary>
    public double Computed { get; private set; }

    public double Prompt { get; private set; }

    /// <summary>Tokens of the answer after the first, which comes with the prompt.</summary>
    public double Decoded { get; private set; }

    /// <summary>Whether it has tokens: one that was refused, or whose tokens are unknown, has no work.</summary>
    public bool HasWork { get; private set; }

    /// <summary>Whether the step of its prompt reads weights that count.</summary>
    public bool CountsPromptWeights { get; private set; }

    public Microjoules WorkEnergy { get; set; }

    public Microjoules IdleEnergy { get; set; }

    public Microjoules WaitingEnergy { get; set; }

    /// <summary>Ticks of its time that windows covered.</summary>
    public long Covered { get; set; }

    /// <summary>Whether windows were divided before its tokens were known.</summary>
    public bool IsLate { get; set; }

    /// <summary>Whether a window had to be divided while it ran.</summary>
    public bool WasCut { get; set; }

    /// <summary>Whether its end was never reported.</summary>
    public bool IsAbandoned { get; set; }

    public void Complete(ServedRequest request)
    {
        Request = request;
        HasWork = request.PromptTokens > 0 || request.OutputTokens > 0;
        Prompt = Math.Max(0, request.PromptTokens);
        Computed = Prompt - Math.Clamp(request.CachedTokens, 0, Prompt);
        Decoded = Math.Max(0, request.OutputTokens - 1d);
        CountsPromptWeights = Work.CountsPromptWeights(request.OutputTokens);
        var end = Math.Max(request.End.UtcTicks, Arrival);
        Start = Math.Clamp(request.Start?.UtcTicks ?? Arrival, Arrival, end);
        // A span takes at least a tick, so that its work falls into a window.
        FirstToken = Decoded == 0 ? end : Math.Clamp(request.FirstToken?.UtcTicks ?? PlaceFirstToken(end), Start, end);
        FirstToken = Math.Max(FirstToken, Start + 1);
        End = Math.Max(end, Decoded == 0 ? FirstToken : FirstToken + 1);
    }

    public double GetPromptBytes() => (Computed * Work.OperationBytes) + (Prompt * Work.KvCacheBytesPerToken);

    /// <summary>Bytes of tokens of the answer, without the weights; positions may be fractions.</summary>
    public double GetAnswerBytes(double from, double to) => ((to - from) * Work.OperationBytes)
        + (Work.KvCacheBytesPerToken * (((Prompt + 1) * (to - from)) + (((to * to) - (from * from)) / 2)));

    long PlaceFirstToken(long end)
    {
        // The time of a step is that of reading the weights, whatever the batch.
        var weights = Work.GetWeightBytes(1);
        var prompt = GetPromptBytes() + weights;
        var answer = GetAnswerBytes(0, Decoded) + (Decoded * weights);
        return Start + (long)((end - Start) * (prompt / (prompt + answer)));
    }
}
