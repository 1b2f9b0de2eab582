using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Recognises epochs and stages in a program's output, and reports them as marks with the origin <c>pattern</c>.</summary>
/// <remarks>
/// An epoch is reported once: when the next one begins, when a line marks its end, or at the end of the program. The last values count,
/// and it ended at the time of its last line.
/// So its mark may be reported later than its timestamp; the receiver must sort marks by timestamp. An epoch whose bar did not reach 100
/// % at the end is not reported.
/// If progress is printed in fractions (<c>'epoch': 1.6</c>), the end of an epoch is interpolated between two lines.
/// Give stdout to <see cref="Output"/> and stderr to <see cref="Error"/>; they may come from two threads. Never throws.
/// </remarks>
public sealed class EpochDetector
{
    /// <summary>Longest line that is matched, in characters.</summary>
    const int MaxMatchedLength = 2048;

    /// <summary>Largest number of epochs between two lines of fractional progress.</summary>
    const int MaxEpochJump = 100;

    readonly Action<Mark> _onMark;
    readonly StagePattern? _stages;
    readonly MetricValues _metrics = new();
    readonly MetricValues _lineMetrics = new();
    EpochPattern _epochs;
    int? _number;
    int? _last;
    int? _lastReportedEpoch;
    double? _progress;
    double _reached;
    long _endAt;
    bool _hasHeading;
    bool _reported;
    bool _complete;
    bool _closed;
    volatile bool _open;

    /// <summary>Creates a detector.</summary>
    /// <param name="epochs">Pattern of lines that report epochs.</param>
    /// <param name="stages">Pattern of lines that begin a stage; null for none.</param>
    /// <param name="onMark">Called for each mark, on the thread that gave the bytes.</param>
    public EpochDetector(EpochPattern epochs, StagePattern? stages, Action<Mark> onMark)
    {
        (_epochs, _stages, _onMark) = (epochs, stages, onMark);
        Output = new OutputLineReader(this);
        Error = new OutputLineReader(this);
    }

    /// <summary>Receives the standard output, or a terminal with both streams.</summary>
    public OutputLineReader Output { get; }

    /// <summary>Receives the standard error.</summary>
    public OutputLineReader Error { get; }

    /// <summary>Protects the state, because the two streams may come from two threads.</summary>
    internal Lock Gate { get; } = new();

    internal bool IsEnabled => _epochs.LinePatterns.Count > 0 || _stages is not null;

    internal bool NeedsEveryLine => _epochs.NeedsEveryLine || _stages is not null;

    /// <summary>Whether lines with losses but without the word epoch are relevant now.</summary>
    internal bool IsOpen => _open;

    /// <summary>Reports the last epoch when the program has ended.</summary>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    public void Finish(long timestamp)
    {
        lock (Gate)
        {
            Output.Finish();
            Error.Finish();
            FlushPending();
            var ended = _reported
                ? (_progress is null or >= 1) && (_reached == 0 || _reached >= _number - 0.05)
                : _last is null || _number >= _last - 1;
            if (ended)
                ReportEpochEnd(timestamp);
            Reset();
        }
    }

    /// <summary>Processes a line after pending lines of either stream.</summary>
    internal void ProcessLine(ReadOnlySpan<byte> line, long timestamp)
    {
        lock (Gate)
        {
            FlushPending();
            MatchLine(line, timestamp);
        }
    }

    internal void MatchLine(ReadOnlySpan<byte> bytes, long timestamp)
    {
        var line = TerminalText.Decode(bytes);
        if (line.Length > MaxMatchedLength)
            line = line[..MaxMatchedLength];
        try
        {
            if (_stages?.Match(line, timestamp) is { } stage)
            {
                ReportEpochEnd(timestamp);
                _onMark(stage);
                return;
            }

            foreach (var pattern in _epochs.LinePatterns)
            {
                _lineMetrics.Clear();
                var sighting = pattern.Match(line, _open, _lineMetrics);
                if (sighting.Kind == EpochMatchKind.None)
                    continue;
                HandleMatch(sighting, timestamp);
                return;
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // The user's expression took too long for a line. It is not used any more, and a note reports it.
            _onMark(new Mark(MarkKind.Note, timestamp, Name: $"the pattern '{_epochs.Name}' took too long for a line of output and is "
                + "not used any more", Origin: MarkOrigin.Pattern));
            _epochs = EpochPattern.None;
        }
    }

    void FlushPending()
    {
        Output.FlushPending();
        Error.FlushPending();
    }

    void HandleMatch(EpochMatch sighting, long at)
    {
        // A late line of the previous epoch, when the next has just begun, does not open it again.
        if (sighting.Kind is EpochMatchKind.EpochProgress or EpochMatchKind.EpochEnded && !_reported && sighting.Number == _lastReportedEpoch && _number > _lastReportedEpoch)
            return;
        switch (sighting.Kind)
        {
            case EpochMatchKind.EpochStarted when _number != sighting.Number || _reported:
                OpenEpoch(sighting, at);
                ReportEpochBegin(at);
                break;
            case EpochMatchKind.EpochStarted:
                break;
            case EpochMatchKind.EpochProgress:
                if (_number != sighting.Number)
                {
                    OpenEpoch(sighting, at);
                    if (sighting.Progress == 0)
                        ReportEpochBegin(at);
                    else
                        _open = _hasHeading = false;
                }
                else if (!_hasHeading || sighting.Progress is null)
                {
                    // The line has metrics and a number, so lines without a number are not expected any more.
                    _open = false;
                }

                Add(sighting, at);
                break;
            case EpochMatchKind.OpenEpochProgress when _number is not null && !_closed && IsContinuation(sighting):
                Add(sighting, at);
                break;
            case EpochMatchKind.EpochEnded:
                if (_number == sighting.Number && _complete)
                {
                    at = _endAt;
                }
                else if (_number != sighting.Number)
                {
                    OpenEpoch(sighting, at);
                    _open = _hasHeading = false;
                }

                Add(sighting, at);
                _complete = true;
                break;
            case EpochMatchKind.FractionalProgress:
                AdvanceTo(sighting, at);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Whether a progress line belongs to the open epoch. After its last step only validation may follow; another bar is an evaluation.
    /// </summary>
    bool IsContinuation(EpochMatch sighting)
    {
        if (!_complete)
            return true;
        if (sighting.Progress == 1 && _lineMetrics.Values.Keys.Any(name => name.StartsWith("validation_", StringComparison.Ordinal)))
            return true;
        _closed = true;
        _open = false;
        return false;
    }

    void AdvanceTo(EpochMatch sighting, long at)
    {
        var number = (int)Math.Ceiling(sighting.Reached - 1e-9);
        if (_number is { } open && number > open && _reached > 0 && number - open <= MaxEpochJump)
        {
            // Reports one or more epochs that ended between two lines.
            var (from, since) = (_reached, _endAt);
            for (var full = open; full < number; full++)
            {
                if (from < full)
                    _endAt = since + (long)((at - since) * ((full - from) / (sighting.Reached - from)));
                (_number, _reported) = (full, true);
                ReportEpochEnd(_endAt);
                _metrics.Clear();
            }
        }

        if (_number != number)
            OpenEpoch(sighting with { Number = number }, at);
        _open = false;
        _reached = sighting.Reached;
        Add(sighting, at);
    }

    /// <summary>Reports the open epoch and opens another, which is empty.</summary>
    void OpenEpoch(EpochMatch sighting, long at)
    {
        ReportEpochEnd(at);
        (_number, _last, _endAt) = (sighting.Number, sighting.Last, at);
        _open = true;
    }

    void ReportEpochBegin(long at)
    {
        _hasHeading = true;
        _onMark(new Mark(MarkKind.EpochBegin, at, Number: _number, Origin: MarkOrigin.Pattern));
    }

    void Add(EpochMatch sighting, long at)
    {
        foreach (var (name, value) in _lineMetrics.Values)
            _metrics.Set(name, value);
        _last ??= sighting.Last;
        _endAt = at;
        _reported = true;
        _progress = sighting.Progress ?? _progress;
        if (sighting.Kind == EpochMatchKind.OpenEpochProgress && sighting.Progress == 1)
            _complete = true;
    }

    /// <summary>Reports the open epoch as ended: at its last line, or now if it had only a heading.</summary>
    void ReportEpochEnd(long now)
    {
        if (_number is not { } number)
            return;
        _onMark(_metrics.ToMark(number, _reported ? _endAt : now, MarkOrigin.Pattern));
        _lastReportedEpoch = number;
        Reset();
    }

    void Reset()
    {
        (_number, _last, _progress, _reached) = (null, null, null, 0);
        _hasHeading = _reported = _complete = _closed = _open = false;
        _metrics.Clear();
    }
}
