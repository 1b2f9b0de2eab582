using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Recognises epochs and stages in what a program prints, and says them as marks with the origin <c>pattern</c>.</summary>
/// <remarks>
/// An epoch is said once, when the next one begins, when the line says that it is over, or at the end: the last values count, and it ended when the last line that speaks of it came.
/// So its mark may come later than its timestamp; who keeps marks sorts them by timestamp. An epoch whose bar did not reach 100 % at the end is not said.
/// Where progress is printed in fractions (<c>'epoch': 1.6</c>), the time at which an epoch was full is interpolated between two lines.
/// Give stdout to <see cref="Output"/> and stderr to <see cref="Error"/>; they may come from two threads. Never throws.
/// </remarks>
public sealed class EpochWatcher
{
    /// <summary>Most characters of one line that are matched.</summary>
    const int LongestMatched = 2048;

    /// <summary>Most epochs that are taken to lie between two lines of fractional progress.</summary>
    const int LongestJump = 100;

    readonly Action<Mark> _heard;
    readonly StagePattern? _stages;
    readonly MetricReadings _metrics = new();
    readonly MetricReadings _seen = new();
    EpochPattern _epochs;
    int? _number;
    int? _last;
    int? _said;
    double? _progress;
    double _reached;
    long _endAt;
    bool _headed;
    bool _reported;
    bool _complete;
    bool _closed;
    volatile bool _open;

    /// <summary>Begins to watch.</summary>
    /// <param name="epochs">Which lines are taken for epochs.</param>
    /// <param name="stages">Which lines begin a stage; null for none.</param>
    /// <param name="heard">Called for each mark, on the thread that gave the bytes.</param>
    public EpochWatcher(EpochPattern epochs, StagePattern? stages, Action<Mark> heard)
    {
        (_epochs, _stages, _heard) = (epochs, stages, heard);
        Output = new LineListener(this);
        Error = new LineListener(this);
    }

    /// <summary>Hears the standard output, or a terminal that carries both streams.</summary>
    public LineListener Output { get; }

    /// <summary>Hears the standard error.</summary>
    public LineListener Error { get; }

    /// <summary>Held while a line is read or kept: the two streams may come from two threads.</summary>
    internal Lock Gate { get; } = new();

    internal bool Listens => _epochs.Lines.Count > 0 || _stages is not null;

    internal bool NeedsEveryLine => _epochs.NeedsEveryLine || _stages is not null;

    /// <summary>Whether lines with losses but without the word epoch matter now.</summary>
    internal bool IsOpen => _open;

    /// <summary>Says what is left: the program has ended.</summary>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    public void Finish(long timestamp)
    {
        lock (Gate)
        {
            Output.Finish();
            Error.Finish();
            Settle();
            var ended = _reported
                ? (_progress is null or >= 1) && (_reached == 0 || _reached >= _number - 0.05)
                : _last is null || _number >= _last - 1;
            if (ended)
                Say(timestamp);
            Forget();
        }
    }

    /// <summary>Takes a line after what waits from either stream.</summary>
    internal void Take(ReadOnlySpan<byte> line, long timestamp)
    {
        lock (Gate)
        {
            Settle();
            Read(line, timestamp);
        }
    }

    internal void Read(ReadOnlySpan<byte> bytes, long timestamp)
    {
        var line = TerminalText.Read(bytes);
        if (line.Length > LongestMatched)
            line = line[..LongestMatched];
        try
        {
            if (_stages?.See(line, timestamp) is { } stage)
            {
                Say(timestamp);
                _heard(stage);
                return;
            }

            foreach (var pattern in _epochs.Lines)
            {
                _seen.Clear();
                var sighting = pattern.See(line, _open, _seen);
                if (sighting.Kind == SightingKind.None)
                    continue;
                Follow(sighting, timestamp);
                return;
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // The user's expression took too long for a line: it is not used any more, and the run says so.
            _heard(new Mark(MarkKind.Note, timestamp, Name: $"the pattern '{_epochs.Name}' took too long for a line of output and was given up", Origin: "pattern"));
            _epochs = EpochPattern.None;
        }
    }

    void Settle()
    {
        Output.Settle();
        Error.Settle();
    }

    void Follow(EpochSighting sighting, long at)
    {
        // A late word about the epoch before, when the next has just begun, does not open it again.
        if (sighting.Kind is SightingKind.Reports or SightingKind.Ended && !_reported && sighting.Number == _said && _number > _said)
            return;
        switch (sighting.Kind)
        {
            case SightingKind.Begins when _number != sighting.Number || _reported:
                Open(sighting, at);
                Begin(at);
                break;
            case SightingKind.Begins:
                break;
            case SightingKind.Reports:
                if (_number != sighting.Number)
                {
                    Open(sighting, at);
                    if (sighting.Progress == 0)
                        Begin(at);
                    else
                        _open = _headed = false;
                }
                else if (!_headed || sighting.Progress is null)
                {
                    // Metrics beside the number: lines without a number are not expected any more.
                    _open = false;
                }

                Add(sighting, at);
                break;
            case SightingKind.Continues when _number is not null && !_closed && Continues(sighting):
                Add(sighting, at);
                break;
            case SightingKind.Ended:
                if (_number == sighting.Number && _complete)
                {
                    at = _endAt;
                }
                else if (_number != sighting.Number)
                {
                    Open(sighting, at);
                    _open = _headed = false;
                }

                Add(sighting, at);
                _complete = true;
                break;
            case SightingKind.Reaches:
                Reach(sighting, at);
                break;
            default:
                break;
        }
    }

    /// <summary>Whether a line of steps still is of the open epoch: after its last step only validation may come; another bar is an evaluation.</summary>
    bool Continues(EpochSighting sighting)
    {
        if (!_complete)
            return true;
        if (sighting.Progress == 1 && _seen.Values.Keys.Any(name => name.StartsWith("validation_", StringComparison.Ordinal)))
            return true;
        _closed = true;
        _open = false;
        return false;
    }

    void Reach(EpochSighting sighting, long at)
    {
        var number = (int)Math.Ceiling(sighting.Reached - 1e-9);
        if (_number is { } open && number > open && _reached > 0 && number - open <= LongestJump)
        {
            // Training went past one or more full epochs between two lines.
            var (from, since) = (_reached, _endAt);
            for (var full = open; full < number; full++)
            {
                if (from < full)
                    _endAt = since + (long)((at - since) * ((full - from) / (sighting.Reached - from)));
                (_number, _reported) = (full, true);
                Say(_endAt);
                _metrics.Clear();
            }
        }

        if (_number != number)
            Open(sighting with { Number = number }, at);
        _open = false;
        _reached = sighting.Reached;
        Add(sighting, at);
    }

    /// <summary>Says the epoch that was open and opens another, which has nothing yet.</summary>
    void Open(EpochSighting sighting, long at)
    {
        Say(at);
        (_number, _last, _endAt) = (sighting.Number, sighting.Last, at);
        _open = true;
    }

    void Begin(long at)
    {
        _headed = true;
        _heard(new Mark(MarkKind.EpochBegin, at, Number: _number, Origin: "pattern"));
    }

    void Add(EpochSighting sighting, long at)
    {
        foreach (var (name, value) in _seen.Values)
            _metrics.Set(name, value);
        _last ??= sighting.Last;
        _endAt = at;
        _reported = true;
        _progress = sighting.Progress ?? _progress;
        if (sighting.Kind == SightingKind.Continues && sighting.Progress == 1)
            _complete = true;
    }

    /// <summary>Says the open epoch as ended: when its last line came, or now if no line but its heading did.</summary>
    void Say(long now)
    {
        if (_number is not { } number)
            return;
        _heard(_metrics.ToMark(number, _reported ? _endAt : now, "pattern"));
        _said = number;
        Forget();
    }

    void Forget()
    {
        (_number, _last, _progress, _reached) = (null, null, null, 0);
        _headed = _reported = _complete = _closed = _open = false;
        _metrics.Clear();
    }
}
