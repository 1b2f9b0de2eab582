using Tonne.Formatting;

namespace Tonne.Instruments.HttpPolling;

/// <summary>Polls one source on a thread of its own, and keeps the newest answer.</summary>
/// <remarks>
/// Whoever reads a meter takes the newest answer and never waits. What the source reports is dated by the middle between question and
/// answer.
/// One turn (<see cref="PollOnce"/>) can be taken without the thread, by tests.
/// </remarks>
sealed class Poller : IDisposable
{
    readonly PolledSource _source;
    readonly IHttpTransport _transport;
    readonly TimeProvider _time;
    readonly PollSchedule _pace;
    readonly Lock _gate = new();
    readonly AutoResetEvent _wake = new(false);
    readonly ManualResetEvent _answered = new(false);
    string[]? _keys;
    PollResult? _first;
    long _firstAt;
    Thread? _thread;
    volatile bool _stopping;
    volatile PollSnapshot? _newest;
    volatile string? _lastError;

    internal Poller(PolledSource source, IHttpTransport transport, TimeProvider time)
    {
        (_source, _transport, _time) = (source, transport, time);
        _pace = new PollSchedule(source.Address.PollInterval, source.Address.Timeout);
    }

    /// <summary>The newest answer; null if there has been none, or the channels are not chosen yet.</summary>
    internal PollSnapshot? Newest => _newest;

    /// <summary>Why the newest question was not answered; null if it was, or none has come to its end.</summary>
    internal string? LastError => _lastError;

    /// <summary>An answer older than this is a gap.</summary>
    internal TimeSpan MaxAge => _pace.MaxAge;

    /// <summary>The source that it polls.</summary>
    internal PolledSource Source => _source;

    /// <summary>Starts the thread.</summary>
    internal void Start()
    {
        _thread = new Thread(Loop, 512 * 1024) { IsBackground = true, Name = "tonne poller" };
        _thread.Start();
    }

    /// <summary>The first answer; null if it has not come in time.</summary>
    internal PollResult? WaitForFirst(TimeSpan atMost)
    {
        var begin = _time.GetTimestamp();
        while (true)
        {
            var left = atMost - _time.GetElapsedTime(begin);
            var answered = _thread is not null && _answered.WaitOne(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            lock (_gate)
            {
                if (_first is not null || !answered || !_source.RepeatsFirst)
                    return _first;
                // A bad answer; the next one may be better.
                _answered.Reset();
            }
        }
    }

    /// <summary>Chooses the channels; from here on <see cref="Newest"/> reports them.</summary>
    internal void SelectChannels(string[] keys)
    {
        lock (_gate)
        {
            // Several discoveries that share it choose the same ones.
            if (_keys is not null)
                return;
            _keys = keys;
            if (_first is { } first)
                _newest = CreateSnapshot(null, first, _firstAt);
        }
    }

    /// <summary>Asks at once instead of at the next turn.</summary>
    internal void PollNow()
    {
        _answered.Reset();
        _wake.Set();
    }

    /// <summary>Waits for the answer to a question asked after a time.</summary>
    internal bool WaitForAnswerSince(long timestamp, TimeSpan atMost)
    {
        var begin = _time.GetTimestamp();
        while (_thread is not null)
        {
            if (_newest is { } newest && newest.Timestamp >= timestamp)
                return true;
            var left = atMost - _time.GetElapsedTime(begin);
            if (left <= TimeSpan.Zero || !_answered.WaitOne(left))
                return false;
            _answered.Reset();
            if (_lastError is not null)
                return false;
        }

        return false;
    }

    /// <summary>Asks once, keeps the answer, and says how long to wait before the next turn.</summary>
    internal TimeSpan PollOnce()
    {
        var requestStart = _time.GetTimestamp();
        PollResult reported;
        try
        {
            reported = _source.Poll(_transport);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // What a stranger sends must not end the program, whatever was overlooked.
            reported = PollResult.Failed($"sends what cannot be understood ({error.GetType().Name})");
        }

        var at = requestStart + ((_time.GetTimestamp() - requestStart) / 2);
        lock (_gate)
        {
            if (reported.Reason is { } reason)
            {
                _lastError = TextSanitizer.ToOneLine($"{_source.Address.Host} {reason}");
            }
            else
            {
                _lastError = null;
                if (_keys is null)
                    (_first, _firstAt) = (reported, at);
                else
                    _newest = CreateSnapshot(_newest, reported, at);
            }
        }

        _answered.Set();
        return _pace.GetNextDelay(reported.Reason is null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        _wake.Set();
        (_transport as IDisposable)?.Dispose();
        (_source as IDisposable)?.Dispose();
        // A request in progress ends by its own time limit; the thread does not keep the process alive.
        if (_thread?.Join(TimeSpan.FromMilliseconds(100)) is not false)
        {
            _wake.Dispose();
            _answered.Dispose();
        }
    }

    void Loop()
    {
        while (!_stopping)
        {
            var wait = PollOnce();
            if (_stopping)
                return;
            _wake.WaitOne(wait);
        }
    }

    PollSnapshot CreateSnapshot(PollSnapshot? before, PollResult reported, long at)
    {
        var keys = _keys!;
        var values = new PolledValue[keys.Length];
        var joules = new double[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            values[i] = PolledValue.Gap($"{_source.Address.Host} no longer reports it");
            foreach (var (key, value) in reported.Values)
            {
                if (key == keys[i])
                {
                    values[i] = value.Reason is { } reason ? PolledValue.Gap(TextSanitizer.ToOneLine($"{_source.Address.Host}: {reason}"))
                        : value.Age > _source.MaxValueAge ? PolledValue.Gap($"{_source.Address.Host}: its value is {DisplayValue.Format(value.Age.TotalSeconds, "s")} old") : value;
                    break;
                }
            }

            if (before is null)
                continue;
            joules[i] = before.Joules[i];
            if (values[i].Reason is null && before.Values[i].Reason is null)
                joules[i] += (values[i].Value + before.Values[i].Value) / 2e3 * _time.GetElapsedTime(before.Timestamp, at).TotalSeconds;
        }

        return new PollSnapshot(values, at, joules);
    }
}
