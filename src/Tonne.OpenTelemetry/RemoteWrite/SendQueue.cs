using System.Diagnostics.CodeAnalysis;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Requests in the order in which they were made, up to a number of samples; the oldest give way. Thread safe.</summary>
/// <param name="limit">Most samples, with those of the request that is being sent.</param>
sealed class SendQueue(int limit) : IDisposable
{
    readonly Lock _gate = new();
    readonly Queue<PendingRequest> _waiting = new();
    readonly SemaphoreSlim _added = new(0);
    readonly ManualResetEventSlim _empty = new(initialState: true);
    int _samples;

    /// <summary>Samples in it, with those of the request that is being sent.</summary>
    public int Samples
    {
        get
        {
            lock (_gate)
                return _samples;
        }
    }

    /// <summary>Adds a request.</summary>
    /// <returns>Samples that were dropped for it; with its own, if what is being sent leaves too few below the limit.</returns>
    public int Add(PendingRequest request)
    {
        var dropped = 0;
        lock (_gate)
        {
            while (_samples + request.Samples > limit && _waiting.TryDequeue(out var oldest))
            {
                _samples -= oldest.Samples;
                dropped += oldest.Samples;
            }

            if (_samples + request.Samples > limit)
            {
                SetEmpty();
                return dropped + request.Samples;
            }

            _samples += request.Samples;
            _waiting.Enqueue(request);
            SetEmpty();
        }

        _added.Release();
        return dropped;
    }

    /// <summary>Waits until there may be a request.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _added.WaitAsync(cancellation);

    /// <summary>Takes the oldest request, to be completed later.</summary>
    public bool TryTake([NotNullWhen(true)] out PendingRequest? request)
    {
        lock (_gate)
            return _waiting.TryDequeue(out request);
    }

    /// <summary>Ends a request that was taken, delivered or not.</summary>
    public void Complete(PendingRequest request)
    {
        lock (_gate)
        {
            _samples -= request.Samples;
            SetEmpty();
        }
    }

    /// <summary>Waits until every request is complete.</summary>
    /// <returns>Whether that came before the limit.</returns>
    public bool WaitUntilEmpty(TimeSpan most) => _empty.Wait(most);

    /// <inheritdoc/>
    public void Dispose()
    {
        _added.Dispose();
        _empty.Dispose();
    }

    void SetEmpty()
    {
        if (_samples == 0)
            _empty.Set();
        else
            _empty.Reset();
    }
}
