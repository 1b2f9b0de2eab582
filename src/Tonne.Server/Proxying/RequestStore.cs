using System.Collections.Concurrent;
using Tonne.Ledgers.Calls;

namespace Tonne.Server.Proxying;

/// <summary>The requests that have passed: the last ones singly, all of them as sums.</summary>
/// <param name="capacity">Requests that are kept singly. Default: 10,000.</param>
sealed class RequestStore(int capacity = RequestStore.DefaultCapacity)
{
    public const int DefaultCapacity = 10_000;

    readonly Lock _gate = new();
    readonly Dictionary<string, ProxiedRequest> _requests = new(StringComparer.Ordinal);
    readonly Dictionary<string, ProxiedRequest> _byReplyId = new(StringComparer.Ordinal);
    readonly Queue<ProxiedRequest> _order = new();
    readonly ConcurrentDictionary<string, byte> _running = new(StringComparer.Ordinal);
    readonly RequestIdSource _ids = new();
    CallTokens _tokens;
    long _count, _failed, _modelled, _unknown;

    /// <summary>A request has come.</summary>
    /// <returns>Its id.</returns>
    public string Begin()
    {
        var id = _ids.Next();
        _running.TryAdd(id, 0);
        return id;
    }

    /// <summary>A request has ended.</summary>
    public void End(ProxiedRequest request)
    {
        _running.TryRemove(request.Id, out _);
        lock (_gate)
        {
            while (_order.Count >= capacity)
                Remove(_order.Dequeue());
            _order.Enqueue(request);
            _requests[request.Id] = request;
            if (request.ReplyId is { } reply)
                _byReplyId[reply] = request;
            _count++;
            _failed += request.Failure is null ? 0 : 1;
            _modelled += request.Basis == TokenBasis.Modelled ? 1 : 0;
            _unknown += request.Basis == TokenBasis.Unknown ? 1 : 0;
            _tokens += request.Tokens;
        }
    }

    /// <summary>Whether a request with this id runs.</summary>
    public bool IsRunning(string id) => _running.ContainsKey(id);

    /// <summary>A request that has ended, by the id of its header or, where the server gave one, of its reply; null if it is not kept.</summary>
    public ProxiedRequest? Find(string id)
    {
        lock (_gate)
            return _requests.GetValueOrDefault(id) ?? _byReplyId.GetValueOrDefault(id);
    }

    /// <summary>The requests that are kept, oldest first.</summary>
    public IReadOnlyList<ProxiedRequest> List()
    {
        lock (_gate)
            return [.. _order];
    }

    /// <summary>The sums.</summary>
    public RequestSums Sum()
    {
        lock (_gate)
            return new RequestSums(_count, _failed, _running.Count, _modelled, _unknown, _tokens);
    }

    void Remove(ProxiedRequest request)
    {
        _requests.Remove(request.Id);
        if (request.ReplyId is { } reply && ReferenceEquals(_byReplyId.GetValueOrDefault(reply), request))
            _byReplyId.Remove(reply);
    }
}
