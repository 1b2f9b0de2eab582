using Tonne.Ledgers.Calls;

namespace Tonne.Server.Proxying;

/// <summary>A counted request while it passes.</summary>
/// <param name="observer">Receives what becomes known.</param>
/// <param name="id">Its id.</param>
/// <param name="isForwardPass">Whether it is one pass over its input.</param>
sealed class ObservedRequest(RequestObserver observer, string id, bool isForwardPass)
{
    readonly DateTimeOffset _arrival = observer.Clock.Now;
    readonly RequestModelReader _body = new();
    DateTimeOffset? _firstToken;
    string? _begun;
    bool _isEnded;

    /// <summary>Id, as in the header.</summary>
    public string Id => id;

    /// <summary>Whether it is one pass over its input.</summary>
    public bool IsForwardPass => isForwardPass;

    /// <summary>What the reply says.</summary>
    public ReplyReader Reply { get; } = new();

    /// <summary>Whether the reply is streamed.</summary>
    public bool IsStreamed { get; set; }

    /// <summary>Why its tokens cannot be read; null if they can.</summary>
    public string? UnreadableReason { get; set; }

    /// <summary>The model as asked for, else as answered; empty if unknown.</summary>
    public string Model => _body.Model ?? Reply.Model ?? "";

    /// <summary>Takes bytes of the request's body.</summary>
    public void AppendBody(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            _body.Append(bytes);
            if (_body.Model is null)
                return;
        }

        Begin();
    }

    /// <summary>The request is with the server: it is computed from now on.</summary>
    public void Begin()
    {
        if (_begun is not null || _isEnded)
            return;
        _body.End();
        _begun = observer.Begin(this, _arrival);
    }

    /// <summary>Notes the time of the first part of the answer.</summary>
    public void MarkTokens()
    {
        if (_firstToken is null && Reply.Deltas > 0)
            _firstToken = observer.Clock.Now;
    }

    /// <summary>Tokens so far, and how they are known.</summary>
    public (CallTokens Tokens, TokenBasis Basis, string? Reason) CountTokens()
    {
        if (Reply.HasUsage)
        {
            var (prompt, output) = (Reply.PromptTokens ?? 0, Reply.OutputTokens ?? 0);
            return (new CallTokens(prompt, Math.Min(Reply.CachedTokens ?? 0, prompt), output, Math.Min(Reply.ReasoningTokens ?? 0, output)), TokenBasis.Reported, null);
        }

        if (Reply.Deltas > 0 && IsStreamed)
        {
            return (new CallTokens(0, 0, Reply.Deltas, Math.Min(Reply.ReasoningDeltas, Reply.Deltas)), TokenBasis.Modelled,
                "the stream has no usage: its parts are counted as one token each, and the tokens of the prompt are unknown; ask for it with \"stream_options\": {\"include_usage\": true}");
        }

        return (default, TokenBasis.Unknown, UnreadableReason ?? "the reply has no usage");
    }

    /// <summary>The request has left.</summary>
    /// <param name="failure">Why it failed; null if it did not.</param>
    public void End(string? failure)
    {
        if (_isEnded)
            return;
        _isEnded = true;
        _body.End();
        var (tokens, basis, reason) = CountTokens();
        failure ??= Reply.IsFailed ? "the server reported an error" : null;
        observer.End(_begun, new ProxiedRequest
        {
            Id = id,
            ReplyId = Reply.Id,
            Model = Model,
            Arrival = _arrival,
            FirstToken = _firstToken,
            End = observer.Clock.Now,
            Failure = failure,
            IsStreamed = IsStreamed,
            IsForwardPass = isForwardPass,
            Tokens = tokens,
            Basis = basis,
            TokenReason = failure is not null && basis == TokenBasis.Unknown ? null : reason,
        });
    }
}
