using System.Collections.Immutable;
using Tonne.OpenTelemetry;
using Tonne.Quantities;

namespace Tonne.Cli.Agents;

/// <summary>The node, or a job or pod on it: what its runs have so far, as metrics.</summary>
/// <remarks>
/// Its runs, one for each day, are one series: sums go on from the one to the next. A series begins with 0 at the start, so that its
/// increase is all of its energy. For one thread at a time.
/// </remarks>
/// <param name="attributes">Attributes of all its metrics.</param>
/// <param name="isNode">Whether it is the node.</param>
/// <param name="start">When it was first measured.</param>
sealed class MeasuredSubject(ImmutableArray<KeyValuePair<string, string>> attributes, bool isNode, DateTimeOffset start)
{
    readonly Dictionary<string, EnergySum> _runs = new(StringComparer.Ordinal);
    readonly HashSet<EnergyPart> _begun = [];
    EnergySum _ended = EnergySum.Zero;
    (EnergySum Sum, DateTimeOffset At)? _before;
    readonly DateTimeOffset _start = start;
    DateTimeOffset _newest = start;
    bool _isChanged;

    /// <summary>Whether it is the node.</summary>
    public bool IsNode => isNode;

    /// <summary>Whether none of its runs is recorded any more.</summary>
    public bool HasEnded => _runs.Count == 0;

    /// <summary>The points of the newest look.</summary>
    public ImmutableArray<MetricValue> Latest { get; private set; } = [];

    /// <summary>A run begins.</summary>
    public void Begin(string run) => _runs[run] = EnergySum.Zero;

    /// <summary>A run has been looked at.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="sum">What it has so far.</param>
    /// <param name="at">The time of the look.</param>
    public void Update(string run, EnergySum sum, DateTimeOffset at)
    {
        if (!_runs.ContainsKey(run))
            return;
        _runs[run] = sum;
        Note(at);
    }

    /// <summary>A run has ended.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="sum">What its record has.</param>
    /// <param name="at">The end of the run.</param>
    public void End(string run, EnergySum sum, DateTimeOffset at)
    {
        if (_runs.Remove(run))
            _ended = _ended.Add(sum);
        Note(at);
    }

    /// <summary>Points that begin series, and those of now; none if nothing has changed since the last time.</summary>
    public (ImmutableArray<MetricValue> Beginnings, ImmutableArray<MetricValue> Now) TakePoints()
    {
        if (!_isChanged)
            return ([], []);
        _isChanged = false;
        var sum = _runs.Values.Aggregate(_ended, static (all, run) => all.Add(run));
        // A series takes one sample a millisecond.
        var at = _before is { } last && _newest <= last.At ? last.At.AddMilliseconds(1) : _newest;
        var points = new List<MetricValue>();
        var beginnings = new List<MetricValue>();
        if (isNode)
        {
            foreach (var (part, microjoules) in sum.Parts)
            {
                KeyValuePair<string, string>[] own = [new("hw.id", part.Id), new("hw.type", part.Type), new("tonne.quality", part.Quality)];
                Add("hw.energy", "J", MetricValueKind.Counter, microjoules / 1e6, own, _begun.Add(part));
                Add("hw.power", "W", MetricValueKind.Gauge, GetPower(_before?.Sum.Parts.GetValueOrDefault(part) / 1e6, microjoules / 1e6,
                    at), own);
            }

            KeyValuePair<string, string>[] host = [new("hw.id", "host")];
            Add("hw.host.energy", "J", MetricValueKind.Counter, sum.MachineJoules, host, _before is null);
            Add("hw.host.power", "W", MetricValueKind.Gauge, GetPower(_before?.Sum.MachineJoules, sum.MachineJoules, at), host);
        }
        else
        {
            Add("tonne.job.power", "W", MetricValueKind.Gauge, GetPower(_before?.Sum.Joules.Best, sum.Joules.Best, at), []);
        }

        AddBounds(isNode ? "tonne.node.energy" : "tonne.job.energy", "J", sum.Joules);
        AddBounds(isNode ? "tonne.node.carbon" : "tonne.job.carbon", "g", sum.Grams);
        _before = (sum, at);
        Latest = [.. points];
        return ([.. beginnings], Latest);

        void AddBounds(string name, string unit, Bounds bounds)
        {
            // They may become narrower, so they are no counters.
            foreach (var (bound, value) in new[] { ("best", bounds.Best), ("low", bounds.Low), ("high", bounds.High) })
                Add(name, unit, MetricValueKind.UpDownCounter, value, [new("tonne.bound", bound)], _before is null);
        }

        void Add(string name, string unit, MetricValueKind kind, double value, KeyValuePair<string, string>[] own, bool begins = false)
        {
            var point = new MetricValue(name, unit, kind, [.. attributes, .. own], value, at, _start);
            points.Add(point);
            if (begins && _start < at)
                beginnings.Add(point with { Value = 0, Time = _start });
        }
    }

    /// <summary>Points that end the series, a moment after their last values.</summary>
    public ImmutableArray<MetricValue> TakeEnds() => [.. Latest.Select(static point =>
        point with { Time = point.Time.AddMilliseconds(1) })];

    double GetPower(double? before, double now, DateTimeOffset at)
    {
        var seconds = (at - (_before?.At ?? _start)).TotalSeconds;
        return seconds > 0 ? (now - (before ?? 0)) / seconds : 0;
    }

    void Note(DateTimeOffset at)
    {
        _newest = at > _newest ? at : _newest;
        _isChanged = true;
    }
}
