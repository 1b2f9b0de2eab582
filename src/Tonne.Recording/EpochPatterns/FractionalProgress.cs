using Tonne.Recording.Attribution;
using Tonne.Runs;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Epochs of a training that prints how many epochs it has done, with a fraction: places their ends between its lines.</summary>
/// <remarks>
/// Progress is taken to be linear in time between two lines. Where the same value was printed several times (it is rounded), it was true
/// in the middle of that time, or at the evaluation among those lines, which comes at the end of an epoch.
/// A first line above 1 is either the first of a training that logs less than once per epoch, or of a resumed one: it is the first if the
/// next line comes at twice its value, and the time before it suffices. Not thread safe.
/// </remarks>
sealed class FractionalProgress(Action<Mark> onMark)
{
    /// <summary>Part of an epoch that may be missing at the end: frameworks leave out an incomplete batch.</summary>
    const double MissingAtEnd = 0.05;

    /// <summary>Largest number of epochs between two lines; beyond it the number is not progress.</summary>
    const int MaxEpochJump = 1000;

    const double Tolerance = 1e-9;

    // transformers 4 rounds to two decimals.
    const double Rounding = 0.011;

    readonly MetricValues _metrics = new();
    (double Reached, long At)? _first;
    double _reached;
    long _from;
    long _to;
    long? _evaluatedAt;
    long _earliest;
    bool _startUnknown;
    bool _resumed;
    double _endedAt;

    /// <summary>Whether a training is in progress.</summary>
    public bool IsOpen => _first is not null;

    /// <summary>The time at which the last value was reached.</summary>
    long ReachedAt => _evaluatedAt ?? _from + ((_to - _from) / 2);

    /// <summary>Adds a line of progress.</summary>
    /// <param name="reached">Epochs done, above 0.</param>
    /// <param name="isEvaluation">Whether the line reports an evaluation.</param>
    /// <param name="line">Its metrics.</param>
    /// <param name="at">Time in ns.</param>
    public void Add(double reached, bool isEvaluation, MetricValues line, long at)
    {
        if (!IsOpen && isEvaluation && _endedAt > 0 && Math.Abs(reached - _endedAt) < Tolerance)
        {
            // An evaluation after the training belongs to its last epoch.
            onMark(line.ToMark(Ceiling(reached), at, MarkOrigin.Pattern));
            return;
        }

        MoveTo(reached, at, isEvaluation);
        if (isEvaluation)
            _evaluatedAt = at;
        else if (_evaluatedAt is null)
            _to = at;
        foreach (var (name, value) in line.Values)
            _metrics.Set(name, value);
    }

    /// <summary>Ends the training.</summary>
    /// <param name="reached">Epochs done in all.</param>
    /// <param name="at">Time of the line that reports it, which may come some time after the last epoch.</param>
    public void End(double reached, long at)
    {
        if (!IsOpen && _endedAt > 0 && Math.Abs(reached - _endedAt) < Tolerance)
            return;
        if (_first is { } first && reached > _reached + Tolerance && _reached > first.Reached + Tolerance)
        {
            var perEpoch = (ReachedAt - first.At) / (_reached - first.Reached);
            at = Math.Min(at, ReachedAt + (long)((reached - _reached) * perEpoch));
        }

        MoveTo(reached, at, isEvaluation: false, isEnd: true);
        Finish();
        _endedAt = reached;
    }

    /// <summary>Reports the last epoch if it is complete.</summary>
    public void Finish()
    {
        if (_first is not { } first)
            return;
        if (_startUnknown && !_resumed)
            ReportBefore(first, _earliest);
        var number = Ceiling(_reached);
        if (_reached >= number - MissingAtEnd)
            Report(number, ReachedAt);
        _metrics.Clear();
        (_first, _endedAt) = (null, 0);
    }

    void MoveTo(double reached, long at, bool isEvaluation, bool isEnd = false)
    {
        if (IsOpen && (reached < _reached - Tolerance || Ceiling(reached) - Ceiling(_reached) > MaxEpochJump))
            Finish();
        if (!IsOpen)
        {
            _first = (reached, at);
            (_startUnknown, _resumed) = (reached > 1 + Tolerance, isEvaluation || reached > MaxEpochJump);
            (_reached, _from, _to, _evaluatedAt, _endedAt) = (reached, at, at, null, 0);
            return;
        }

        if (reached <= _reached + Tolerance)
            return;
        if (_startUnknown)
            PlaceStart(reached, at, isEnd);
        var (from, since) = (_reached, ReachedAt);
        for (var full = Ceiling(from); full < Ceiling(reached); full++)
            Report(full, from < full - Tolerance ? since + (long)((at - since) * ((full - from) / (reached - from))) : since);
        (_reached, _from, _to, _evaluatedAt) = (reached, at, at, null);
    }

    /// <summary>Places the epochs before the first line, by the pace between it and the next.</summary>
    void PlaceStart(double reached, long at, bool isEnd)
    {
        var first = _first!.Value;
        var perEpoch = (at - first.At) / (reached - first.Reached);
        _startUnknown = false;
        var began = first.At - (long)(first.Reached * perEpoch);
        // The end of the training is at no log step.
        var isFirstLog = isEnd || first.Reached <= ((reached - first.Reached) * 1.02) + Rounding;
        if (!_resumed && isFirstLog && began >= _earliest - (perEpoch / 4))
        {
            var start = Math.Max(_earliest, began);
            onMark(new Mark(MarkKind.EpochBegin, start, Number: 1, Origin: MarkOrigin.Pattern));
            ReportBefore(first, start);
            return;
        }

        var number = Ceiling(first.Reached);
        var begin = Math.Max(_earliest, first.At - (long)((first.Reached - (number - 1)) * perEpoch));
        onMark(new Mark(MarkKind.EpochBegin, begin, Number: number, Origin: MarkOrigin.Pattern));
    }

    /// <summary>Reports the epochs that were complete before the first line; its metrics are of the epoch that was open then.</summary>
    void ReportBefore((double Reached, long At) first, long start)
    {
        for (var full = 1; full < Ceiling(first.Reached); full++)
            onMark(new Mark(MarkKind.Epoch, start + (long)((first.At - start) * (full / first.Reached)), Number: full, Origin: MarkOrigin.Pattern));
    }

    void Report(int number, long end)
    {
        onMark(_metrics.ToMark(number, end, MarkOrigin.Pattern));
        _metrics.Clear();
        _earliest = end;
    }

    static int Ceiling(double reached) => (int)Math.Ceiling(reached - Tolerance);
}
