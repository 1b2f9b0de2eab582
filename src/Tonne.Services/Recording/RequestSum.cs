using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>The requests of one model between two looks, from single requests.</summary>
sealed class RequestSum
{
    ServiceUse _use = new();
    double _runningSeconds;
    double _waitingSeconds;

    /// <summary>Adds a request that has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="reasoningTokens">Tokens of reasoning among those of its answer.</param>
    /// <param name="isFailed">Whether it failed.</param>
    public void Add(ServedRequest request, long reasoningTokens = 0, bool isFailed = false)
    {
        _use = _use with
        {
            Requests = _use.Requests + 1,
            Failed = _use.Failed + (isFailed ? 1 : 0),
            PromptTokens = _use.PromptTokens + Math.Max(0, request.PromptTokens),
            CachedTokens = _use.CachedTokens + Math.Clamp(request.CachedTokens, 0, Math.Max(0, request.PromptTokens)),
            OutputTokens = _use.OutputTokens + Math.Max(0, request.OutputTokens),
            ReasoningTokens = _use.ReasoningTokens + reasoningTokens,
        };
        var start = request.Start ?? request.Arrival;
        _runningSeconds += Math.Max(0, (request.End - start).TotalSeconds);
        _waitingSeconds += Math.Max(0, (start - request.Arrival).TotalSeconds);
    }

    /// <summary>The sum. Requests × time ÷ time: those that ended since the last look stand for those that ran.</summary>
    /// <param name="model">The model.</param>
    /// <param name="seconds">Time since the last look; 0 if there was none.</param>
    public ServiceUse ToUse(string model, double seconds) => _use with
    {
        Model = model,
        Running = seconds > 0 && _runningSeconds > 0 ? _runningSeconds / seconds : null,
        Waiting = seconds > 0 && _runningSeconds > 0 ? _waitingSeconds / seconds : null,
    };
}
