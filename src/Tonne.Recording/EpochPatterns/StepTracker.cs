using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Turns lines about steps into few marks: their number grows with the logarithm of the time, not with the steps.</summary>
/// <remarks>
/// A mark is the last line of those that were read together, so the steps of a buffered stream are counted up to the end of each block.
/// The distance between two marks is at least 0.1 s and 1/200 of the time since the first step. Each mark has the tokens since the first
/// step if the lines have them. Metrics are read from marked lines only. Not thread safe.
/// </remarks>
sealed class StepTracker(Action<Mark> onMark)
{
    const long MinSpacing = 100_000_000;
    const int MarksPerTime = 200;

    /// <summary>Lines of one step whose metrics are added up, for example of training and of validation.</summary>
    const int MaxLinesOfStep = 4;

    readonly MetricValues _metrics = new();
    List<string> _lines = [];
    (int Number, long At) _current;
    (int Number, long At, string Line)? _first;
    long? _markedAt;
    double _tokens;
    double? _counted;
    bool _hasTokens;
    bool _isPerDevice;

    /// <summary>Tokens of one step, if they were printed.</summary>
    public double? TokensPerStep { get; set; }

    /// <summary>Adds a line.</summary>
    /// <param name="step">The step and its tokens.</param>
    /// <param name="line">The line.</param>
    /// <param name="at">Time in ns.</param>
    /// <returns>Whether the next line may make a mark of this one.</returns>
    public bool Add(StepMatch step, string line, long at)
    {
        if (_first is not null && step.Number < _current.Number)
            Finish();
        if (_first is null)
        {
            _first = (step.Number, at, line);
            CountTokens(step, 0, 0);
        }
        else
        {
            if (at > _current.At && IsMarkDue(_current.At))
                Emit(_current.Number, _current.At, _lines);
            CountTokens(step, step.Number - _current.Number, (at - _current.At) / 1e9);
            if (step.Number > _current.Number)
                _lines = [];
        }

        if (_lines.Count == MaxLinesOfStep)
            _lines.RemoveAt(0);
        _lines.Add(line);
        _current = (step.Number, at);
        return IsMarkDue(at);
    }

    /// <summary>Reports the last step.</summary>
    public void Finish()
    {
        if (_first is { } first)
        {
            // All lines came at once: two marks without time between them.
            if (_markedAt is null && first.Number < _current.Number)
                Emit(first.Number, first.At, [first.Line]);
            if (_markedAt is null || _current.At > _markedAt || first.Number < _current.Number)
                Emit(_current.Number, _current.At, _lines);
        }

        Reset();
    }

    /// <summary>Forgets the steps.</summary>
    public void Reset()
    {
        (_first, _markedAt, _tokens, _counted, _hasTokens, _isPerDevice) = (null, null, 0, null, false, false);
        _lines = [];
    }

    bool IsMarkDue(long at) =>
        _markedAt is not { } marked || at - marked >= Math.Max(MinSpacing, (at - _first!.Value.At) / MarksPerTime);

    void CountTokens(StepMatch step, int steps, double seconds)
    {
        if (step.Tokens is { } counted)
        {
            if (_counted is { } before && counted >= before)
                _tokens += counted - before;
            (_counted, _hasTokens) = (counted, true);
        }
        else if (step.TokensPerSecond is { } rate)
        {
            _tokens += rate * seconds;
            (_hasTokens, _isPerDevice) = (true, step.IsPerDevice);
        }
        else if (TokensPerStep is { } each)
        {
            _tokens += each * steps;
            _hasTokens = true;
        }
    }

    void Emit(int number, long at, List<string> lines)
    {
        _markedAt = at;
        _metrics.Clear();
        var hasLoss = false;
        foreach (var line in lines)
            hasLoss |= StepPattern.TryReadMetrics(line, _metrics);
        if (!hasLoss)
            return;
        if (_hasTokens)
            _metrics.Set(_isPerDevice ? StepSeriesRecord.DeviceTokensName : StepSeriesRecord.TokensName, _tokens);
        onMark(_metrics.ToMark(number, at, MarkOrigin.Pattern) with { Kind = MarkKind.Step });
    }
}
