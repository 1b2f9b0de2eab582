using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Instruments.MetricPages;

namespace Tonne.Services.Sources;

/// <summary>Reads tokens and requests from pages of metrics of one server, as differences between two pages.</summary>
/// <remarks>
/// The first page is what later ones are compared with. A counter that is lower than before began anew, and its whole value counts; so
/// does that of a series that was not there before. A metric under a new name continues the old one. Series of one model (engines, ranks,
/// reasons of an end) are added. A page that cannot be read is left out: the next difference is over a longer time. Not thread safe.
/// </remarks>
/// <param name="metrics">The metrics. Default: null, the software is recognised by its page.</param>
public sealed class ServingMetricReader(ServingMetricSet? metrics = null)
{
    const int MaxSeries = 50_000;

    // Beyond, a number of tokens is not believed.
    const double MostCounted = 1e15;

    readonly Dictionary<string, double> _counters = new(StringComparer.Ordinal);
    readonly Dictionary<(ServingQuantity Quantity, string Model), double> _gauges = [];
    readonly Dictionary<string, long> _cachedAhead = new(StringComparer.Ordinal);
    readonly Dictionary<string, DateTimeOffset> _models = new(StringComparer.Ordinal);
    readonly bool _isGiven = metrics is not null;
    ServingMetricSet? _metrics = metrics;
    DateTimeOffset? _time;
    double? _processStart;
    bool _wasComplete;

    /// <summary>The software; null until it is recognised.</summary>
    public string? Server => _metrics?.Server;

    /// <summary>Reads a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="time">When it was read, later than the one before.</param>
    public ServingReading Read(MetricPage page, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (_time >= time)
            return Refuse("The page is not later than the one before it.");
        if (page.Reason is { } reason)
            return Refuse(reason);
        if (!_isGiven && ServingMetricSet.Recognise(page) is { } found && found.Server != _metrics?.Server)
        {
            Forget();
            _metrics = found;
        }

        if (_metrics is null)
        {
            return Refuse("No serving software is recognised by the names of its metrics. Known are "
                + $"{string.Join(", ", ServingMetricSet.Known.Select(static set => set.Server))}; others need pairs such as "
                + "output-tokens=NAME.");
        }

        var warnings = ImmutableArray.CreateBuilder<string>();
        if (!page.IsComplete)
        {
            warnings.Add($"{page.ProblemCount.ToString(CultureInfo.InvariantCulture)} lines of the page could not be read; the first, line "
                + $"{page.Problems[0].Line.ToString(CultureInfo.InvariantCulture)}: {page.Problems[0].Reason}");
        }

        var start = page.Samples.FirstOrDefault(static sample => sample.Name == "process_start_time_seconds")?.Value;
        var isRestarted = start is { } now && _processStart is { } before && Math.Abs(now - before) > 1;
        _processStart = start ?? _processStart;
        var tally = new Tally();
        var names = page.Samples.ToLookup(static sample => ServingMetric.ToKey(sample.Name), StringComparer.Ordinal);
        foreach (var quantity in _metrics.Metrics.GroupBy(static metric => metric.Quantity))
        {
            if (quantity.FirstOrDefault(metric => names[ServingMetricSet.GetReadKey(metric)].Any(metric.Accepts)) is { } metric)
                AddMetric(metric, names, isRestarted, tally);
        }

        var (from, isFirst) = (_time, _time is null);
        (_time, _wasComplete) = (time, page.IsComplete);
        if (tally.HasTooMany)
            warnings.Add("The page has more than 50,000 series of these metrics; the rest is not counted.");
        if (tally.Unknown > 0 && !isFirst)
        {
            warnings.Add($"{tally.Unknown.ToString(CultureInfo.InvariantCulture)} series are new after a page that could not be read "
                + "whole: what they counted before is not counted.");
        }

        var models = tally.Sums.Keys.Select(static key => key.Model).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Take(MaxSeries).ToList();
        // The first page describes nothing, but its gauges are what the next mean begins with.
        var deltas = models.ConvertAll(model => Describe(model, _models.GetValueOrDefault(model, from ?? time), time, tally));
        foreach (var model in models)
            _models[model] = time;
        return new ServingReading(
            Server, isFirst ? [] : [.. deltas],
            deltas.Count == 0 ? "The page has none of the metrics."
            : isFirst ? "It is the first page: later ones are compared with it." : null, warnings.ToImmutable());
    }

    ServingReading Refuse(string reason) => new(Server, [], reason, []);

    void Forget()
    {
        _counters.Clear();
        _gauges.Clear();
        _cachedAhead.Clear();
        _models.Clear();
        (_time, _processStart) = (null, null);
    }

    void AddMetric(ServingMetric metric, ILookup<string, MetricSample> names, bool isRestarted, Tally tally)
    {
        foreach (var part in metric.IsHistogram ? (ReadOnlySpan<string>)["_sum", "_count"] : [""])
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var sample in names[ServingMetric.ToKey(metric.Name + part)])
            {
                if (!metric.Accepts(sample))
                    continue;
                var series = GetSeries(metric.Quantity, part, sample);
                // A series twice on a page counts once.
                if (!seen.Add(series))
                    continue;
                var model = metric.GetModel(sample);
                var key = (metric.Quantity, part, model);
                if (!(sample.Value >= 0 && sample.Value <= MostCounted))
                {
                    tally.Invalid[key] = string.Create(CultureInfo.InvariantCulture, $"{sample.Name} is {sample.Value}.");
                    continue;
                }

                if (metric.IsGauge)
                {
                    tally.Sums[key] = tally.Sums.GetValueOrDefault(key) + sample.Value;
                }
                else
                {
                    AddCounter(series, key, sample.Value, isRestarted, tally);
                }
            }
        }
    }

    void AddCounter(
        string series, (ServingQuantity Quantity, string Part, string Model) key, double value, bool isRestarted, Tally tally)
    {
        double? delta;
        if (_counters.TryGetValue(series, out var before))
        {
            var restarted = isRestarted || value < before;
            if (restarted && before > 0)
                tally.Restarted.Add(key.Model);
            delta = restarted ? value : value - before;
        }
        else if (_counters.Count >= MaxSeries)
        {
            tally.HasTooMany = true;
            return;
        }
        else
        {
            // After a page that was not whole it may be an old series whose line was among the unreadable.
            delta = _time is not null && _wasComplete ? value : null;
            tally.Unknown += delta is null ? 1 : 0;
        }

        _counters[series] = value;
        tally.Sums[key] = tally.Sums.GetValueOrDefault(key) + (delta ?? 0);
    }

    TokenDelta Describe(string model, DateTimeOffset from, DateTimeOffset to, Tally tally)
    {
        var missing = ImmutableArray.CreateBuilder<MissingQuantity>();
        var output = Count(ServingQuantity.OutputTokens);
        var requests = Count(ServingQuantity.Requests);
        var cached = Count(ServingQuantity.CachedTokens);
        long? prompt;
        if (_metrics!.Metrics.Any(static metric => metric.Quantity == ServingQuantity.ComputedPromptTokens))
            prompt = Count(ServingQuantity.ComputedPromptTokens) + (cached ?? 0);
        else
            prompt = Count(ServingQuantity.PromptTokens);
        return new TokenDelta
        {
            Server = _metrics.Server,
            Model = model,
            From = from,
            To = to,
            PromptTokens = prompt,
            CachedTokens = LimitCached(model, cached, prompt),
            OutputTokens = output,
            Requests = requests,
            MeanRunning = Average(ServingQuantity.Running),
            MeanWaiting = Average(ServingQuantity.Waiting),
            MeanFirstTokenSeconds = Divide(ServingQuantity.FirstTokenSeconds),
            MeanRequestSeconds = Divide(ServingQuantity.RequestSeconds),
            MeanQueueSeconds = Divide(ServingQuantity.QueueSeconds),
            IsRestarted = tally.Restarted.Contains(model),
            Missing = missing.ToImmutable(),
        };

        double? Find(ServingQuantity quantity, string part)
        {
            var key = (quantity, part, model);
            if (tally.Invalid.TryGetValue(key, out var invalid))
                missing.Add(new MissingQuantity(quantity, invalid));
            else if (tally.Sums.TryGetValue(key, out var sum))
                return sum;
            else
                missing.Add(new MissingQuantity(quantity, DescribeMissing(quantity)));
            return null;
        }

        long? Count(ServingQuantity quantity) => Find(quantity, "") is { } sum ? (long)Math.Round(sum) : null;

        double? Average(ServingQuantity quantity)
        {
            if (Find(quantity, "") is not { } now)
            {
                _gauges.Remove((quantity, model));
                return null;
            }

            var mean = _gauges.TryGetValue((quantity, model), out var before) ? (before + now) / 2 : now;
            _gauges[(quantity, model)] = now;
            return mean;
        }

        double? Divide(ServingQuantity quantity)
        {
            if (Find(quantity, "_sum") is not { } sum || Find(quantity, "_count") is not { } count)
                return null;
            if (count > 0)
                return sum / count;
            missing.Add(new MissingQuantity(quantity, "No request was counted in this time."));
            return null;
        }
    }

    string DescribeMissing(ServingQuantity quantity)
    {
        var known = _metrics!.Metrics.Where(metric => metric.Quantity == quantity).Select(static metric => metric.Name).ToList();
        return known.Count == 0 ? $"tonne knows no metric of {_metrics.Server} for it."
            : $"The page does not have {string.Join(" or ", known)} for this model.";
    }

    /// <summary>A cached token may be counted before its prompt: then it is reported with the next difference.</summary>
    long? LimitCached(string model, long? cached, long? prompt)
    {
        if (cached is not { } count || prompt is not { } most)
            return cached;
        var sum = count + _cachedAhead.GetValueOrDefault(model);
        var reported = Math.Min(sum, most);
        _cachedAhead[model] = sum - reported;
        return reported;
    }

    static string GetSeries(ServingQuantity quantity, string part, MetricSample sample)
    {
        var builder = new StringBuilder().Append((int)quantity).Append(part);
        foreach (var label in sample.Labels.OrderBy(static label => label.Name, StringComparer.Ordinal))
            builder.Append('\0').Append(label.Name).Append('\0').Append(label.Value);
        return builder.ToString();
    }

    /// <summary>What one page adds.</summary>
    sealed class Tally
    {
        public Dictionary<(ServingQuantity Quantity, string Part, string Model), double> Sums { get; } = [];

        public Dictionary<(ServingQuantity Quantity, string Part, string Model), string> Invalid { get; } = [];

        public HashSet<string> Restarted { get; } = new(StringComparer.Ordinal);

        public int Unknown { get; set; }

        public bool HasTooMany { get; set; }
    }
}
