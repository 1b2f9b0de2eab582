using System.Text.RegularExpressions;
using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Recognises epochs and stages in a program's output, and reports them as marks with the origin <c>pattern</c>.</summary>
/// <remarks>
/// An epoch is reported once: when the next one begins, when a line marks its end, or at the end of the program. The last values count,
/// and it ended at the time of its last line.
/// So its mark may be reported later than its timestamp; the receiver must sort marks by timestamp. An epoch whose bar did not reach 100
/// % at the end is not reported, nor a heading without metrics that belongs to no series.
/// If progress is printed in fractions (<c>'epoch': 1.6</c>), the end of an epoch is interpolated between two lines.
/// Steps are reported while no epoch was recognised.
/// Give stdout to <see cref="Output"/> and stderr to <see cref="Error"/>; they may come from two threads. Never throws.
/// </remarks>
public sealed class EpochDetector
{
    /// <summary>Longest line that is matched, in characters.</summary>
    const int MaxMatchedLength = 2048;

    /// <summary>Lines after one that only names an epoch in which its losses may follow.</summary>
    const int MaxLinesAfterMention = 4;

    readonly Action<Mark> _onMark;
    readonly Action? _onEdge;
    readonly StagePattern? _stages;
    readonly MetricValues _metrics = new();
    readonly MetricValues _lineMetrics = new();
    readonly FractionalProgress _fraction;
    readonly OutputTable _table = new();
    readonly StepTracker _steps;
    EpochPattern _epochs;
    EpochMatch? _mentioned;
    int _linesAfterMention;
    bool _hasEpochs;
    int? _number;
    int? _last;
    int? _lastReportedEpoch;
    double? _progress;
    long _endAt;
    bool _hasHeading;
    bool _reported;
    bool _complete;
    bool _closed;
    double _fullEpochs;
    volatile bool _open;

    /// <summary>Creates a detector.</summary>
    /// <param name="epochs">Pattern of lines that report epochs.</param>
    /// <param name="stages">Pattern of lines that begin a stage; null for none.</param>
    /// <param name="onMark">Called for each mark, on the thread that gave the bytes.</param>
    /// <param name="onEdge">
    /// Called when a line is read at whose time an epoch or step may have ended, so that energy can be measured then: its mark comes later,
    /// because the next line may still belong to it. Default: null, nothing is called.
    /// </param>
    public EpochDetector(EpochPattern epochs, StagePattern? stages, Action<Mark> onMark, Action? onEdge = null)
    {
        (_epochs, _stages, _onMark, _onEdge) = (epochs, stages, onMark, onEdge);
        (_fraction, _steps) = (new FractionalProgress(onMark), new StepTracker(onMark));
        Output = new OutputLineReader(this);
        Error = new OutputLineReader(this);
    }

    /// <summary>Receives the standard output, or a terminal with both streams.</summary>
    public OutputLineReader Output { get; }

    /// <summary>Receives the standard error.</summary>
    public OutputLineReader Error { get; }

    /// <summary>Protects the state, because the two streams may come from two threads.</summary>
    internal Lock Gate { get; } = new();

    internal bool IsEnabled => _epochs != EpochPattern.None || _stages is not null;

    internal bool NeedsEveryLine => _epochs.NeedsEveryLine || _stages is not null;

    /// <summary>Whether lines with losses but without the word epoch belong to an epoch now.</summary>
    internal bool IsOpen => _open || _mentioned is not null;

    /// <summary>Whether the rows of a table may follow.</summary>
    internal bool HasOpenTable => _table.IsOpen;

    /// <summary>Reports the last epoch when the program has ended.</summary>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    public void Finish(long timestamp)
    {
        lock (Gate)
        {
            Output.Finish();
            Error.Finish();
            FlushPending();
            _fraction.Finish();
            var ended = _reported ? _progress is null or >= 1 : _last is null || _number >= _last - 1;
            if (ended)
                ReportEpochEnd(timestamp);
            Reset();
            _steps.Finish();
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

            if (_mentioned is not null && _linesAfterMention++ >= MaxLinesAfterMention)
                _mentioned = null;
            if (!MatchEpoch(line, EpochKeywords.FindIndex(bytes, loss: false) >= 0, timestamp) && _epochs.HasSteps && !_hasEpochs)
                MatchStep(line, timestamp);
        }
        catch (RegexMatchTimeoutException)
        {
            // The user's expression took too long for a line. It is not used any more, and a note reports it.
            _onMark(new Mark(MarkKind.Note, timestamp, Name: $"the pattern '{_epochs.Name}' took too long for a line of output and is "
                + "not used any more", Origin: MarkOrigin.Pattern));
            _epochs = EpochPattern.None;
        }
    }

    /// <summary>Whether a line is about an epoch.</summary>
    bool MatchEpoch(string line, bool hasWord, long timestamp)
    {
        if (_epochs.HasTables && (hasWord || _table.IsOpen || OutputTable.MayBeHeading(line)))
        {
            _lineMetrics.Clear();
            var row = _table.Match(line, _lineMetrics, out var isHeading);
            if (isHeading)
                return true;
            if (row.Kind != EpochMatchKind.None)
            {
                HandleMatch(row, timestamp);
                return true;
            }
        }

        // Another language's words become English ones, so that each pattern knows all languages.
        if (hasWord)
            line = ForeignTerms.ToEnglish(line);
        foreach (var pattern in _epochs.LinePatterns)
        {
            if (!hasWord && pattern.NeedsEpochWord(IsOpen))
                continue;
            _lineMetrics.Clear();
            var sighting = pattern.Match(line, IsOpen, _lineMetrics);
            if (sighting.Kind == EpochMatchKind.None)
                continue;
            // The bar beside a table of fastai counts from 1, its rows from 0.
            if (_table.HasRows && sighting.Kind is EpochMatchKind.EpochStarted or EpochMatchKind.EpochMentioned)
                return true;
            HandleMatch(sighting, timestamp);
            return true;
        }

        return false;
    }

    void MatchStep(string line, long timestamp)
    {
        if (StepPattern.TryMatch(line, out var step))
        {
            if (_steps.Add(step, line, timestamp))
                _onEdge?.Invoke();
        }
        else if (StepPattern.ReadTokensPerStep(line) is { } tokens)
            _steps.TokensPerStep = tokens;
    }

    void FlushPending()
    {
        Output.FlushPending();
        Error.FlushPending();
    }

    void HandleMatch(EpochMatch sighting, long at)
    {
        switch (sighting.Kind)
        {
            case EpochMatchKind.FractionalProgress:
                ReportEpochEnd(at);
                if (Math.Floor(sighting.Reached) != _fullEpochs || sighting.IsEvaluation)
                    _onEdge?.Invoke();
                _fullEpochs = Math.Floor(sighting.Reached);
                _fraction.Add(sighting.Reached, sighting.IsEvaluation, _lineMetrics, at);
                _hasEpochs = true;
                return;
            case EpochMatchKind.TrainingEnded:
                ReportEpochEnd(at);
                _fraction.End(sighting.Reached, at);
                return;
            case EpochMatchKind.EpochMentioned:
                (_mentioned, _linesAfterMention) = (sighting, 0);
                return;
            case EpochMatchKind.OpenEpochProgress when _mentioned is { } mentioned:
                // The losses of the line before, which has the number.
                _mentioned = null;
                if (_number != mentioned.Number || _closed)
                    OpenEpoch(mentioned, at);
                _open = true;
                break;
            case EpochMatchKind.EpochStarted or EpochMatchKind.EpochProgress or EpochMatchKind.EpochEnded:
                _mentioned = null;
                _fraction.Finish();
                break;
            default:
                break;
        }

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

    /// <summary>Reports the open epoch and opens another, which is empty.</summary>
    void OpenEpoch(EpochMatch sighting, long at)
    {
        ReportEpochEnd(at, sighting.Number);
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
        if (sighting.Progress is null or >= 1)
            _onEdge?.Invoke();
        if (sighting.Kind == EpochMatchKind.OpenEpochProgress && sighting.Progress == 1)
            _complete = true;
    }

    /// <summary>Reports the open epoch as ended: at its last line, or now if it had only a heading.</summary>
    /// <param name="now">Time in ns.</param>
    /// <param name="next">Number of the epoch that begins; null if none does.</param>
    void ReportEpochEnd(long now, int? next = null)
    {
        if (_number is not { } number)
            return;
        // A heading alone may be something else, such as the epoch of a package, unless it is one of a series.
        if (_reported || _last is not null || (number <= 1 && next == number + 1) || _lastReportedEpoch == number - 1)
        {
            _onMark(_metrics.ToMark(number, _reported ? _endAt : now, MarkOrigin.Pattern));
            (_lastReportedEpoch, _hasEpochs) = (number, true);
            _steps.Reset();
        }

        Reset();
    }

    void Reset()
    {
        (_number, _last, _progress) = (null, null, null);
        _hasHeading = _reported = _complete = _closed = _open = false;
        _metrics.Clear();
    }
}
