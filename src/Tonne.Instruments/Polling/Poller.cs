using Tonne.Formatting;

namespace Tonne.Instruments.Polling;

/// <summary>Asks one source again and again on a thread of its own, and keeps the newest answer.</summary>
/// <remarks>
/// Whoever reads a meter takes the newest answer and never waits. What the source tells is dated by the middle between question and answer.
/// One turn (<see cref="Turn"/>) can be taken without the thread, by tests.
/// </remarks>
sealed class Poller : IDisposable
{
    readonly PolledSource _source;
    readonly IQuestions _questions;
    readonly TimeProvider _time;
    readonly PollPace _pace;
    readonly Lock _gate = new();
    readonly AutoResetEvent _wake = new(false);
    readonly ManualResetEvent _answered = new(false);
    string[]? _keys;
    PolledTold? _first;
    long _firstAt;
    Thread? _thread;
    volatile bool _stopping;
    volatile PolledAnswer? _newest;
    volatile string? _trouble;

    internal Poller(PolledSource source, IQuestions questions, TimeProvider time)
    {
        (_source, _questions, _time) = (source, questions, time);
        _pace = new PollPace(source.Address.Every, source.Address.Patience);
    }

    /// <summary>The newest answer; null if there has been none, or the channels are not chosen yet.</summary>
    internal PolledAnswer? Newest => _newest;

    /// <summary>Why the newest question was not answered; null if it was, or none has come to its end.</summary>
    internal string? Trouble => _trouble;

    /// <summary>An answer older than this is a gap.</summary>
    internal TimeSpan Oldest => _pace.Oldest;

    /// <summary>Starts the thread.</summary>
    internal void Start()
    {
        _thread = new Thread(Loop, 512 * 1024) { IsBackground = true, Name = "tonne poller" };
        _thread.Start();
    }

    /// <summary>The first answer; null if it has not come in time.</summary>
    internal PolledTold? WaitForFirst(TimeSpan atMost)
    {
        if (_thread is not null)
            _answered.WaitOne(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero);
        lock (_gate)
            return _first;
    }

    /// <summary>Chooses the channels; from here on <see cref="Newest"/> tells them.</summary>
    internal void Follow(string[] keys)
    {
        lock (_gate)
        {
            _keys = keys;
            if (_first is { } first)
                _newest = Next(null, first, _firstAt);
        }
    }

    /// <summary>Asks at once instead of at the next turn.</summary>
    internal void Hurry()
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
            if (_newest is { } newest && newest.At >= timestamp)
                return true;
            var left = atMost - _time.GetElapsedTime(begin);
            if (left <= TimeSpan.Zero || !_answered.WaitOne(left))
                return false;
            _answered.Reset();
            if (_trouble is not null)
                return false;
        }

        return false;
    }

    /// <summary>Asks once, keeps the answer, and says how long to wait before the next turn.</summary>
    internal TimeSpan Turn()
    {
        var asked = _time.GetTimestamp();
        PolledTold told;
        try
        {
            told = _source.Ask(_questions);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // What a stranger sends must not end the program, whatever was overlooked.
            told = PolledTold.Nothing($"sends what cannot be understood ({error.GetType().Name})");
        }

        var at = asked + ((_time.GetTimestamp() - asked) / 2);
        lock (_gate)
        {
            if (told.Reason is { } reason)
            {
                _trouble = Printable.OneLine($"{_source.Address.Host} {reason}");
            }
            else
            {
                _trouble = null;
                if (_keys is null)
                    (_first, _firstAt) = (told, at);
                else
                    _newest = Next(_newest, told, at);
            }
        }

        _answered.Set();
        return _pace.After(told.Reason is null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        _wake.Set();
        (_questions as IDisposable)?.Dispose();
        // A question under way ends by its own limit; the thread keeps no process alive.
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
            var wait = Turn();
            if (_stopping)
                return;
            _wake.WaitOne(wait);
        }
    }

    PolledAnswer Next(PolledAnswer? before, PolledTold told, long at)
    {
        var keys = _keys!;
        var values = new PolledValue[keys.Length];
        var joules = new double[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            values[i] = PolledValue.Gap($"{_source.Address.Host} does not tell it any more");
            foreach (var (key, value) in told.Values)
            {
                if (key == keys[i])
                {
                    values[i] = value.Reason is { } reason ? PolledValue.Gap(Printable.OneLine($"{_source.Address.Host}: {reason}"))
                        : value.Age > _source.OldestValue ? PolledValue.Gap($"{_source.Address.Host}: its value is {Readout.Of(value.Age.TotalSeconds, "s")} old") : value;
                    break;
                }
            }

            if (before is null)
                continue;
            joules[i] = before.Joules[i];
            if (values[i].Reason is null && before.Values[i].Reason is null)
                joules[i] += (values[i].Value + before.Values[i].Value) / 2e3 * _time.GetElapsedTime(before.At, at).TotalSeconds;
        }

        return new PolledAnswer(values, at, joules);
    }
}
