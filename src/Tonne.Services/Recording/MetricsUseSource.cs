using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tonne.Instruments.MetricPages;
using Tonne.Services.Sources;

namespace Tonne.Services.Recording;

/// <summary>Requests and tokens from the metrics that a server shows to Prometheus.</summary>
/// <remarks>
/// One request for each look, without redirects, of at most 32 MB and five seconds. A server that is down, slow or answers something else is
/// a gap; its counters run on, so what they counted meanwhile comes with the next page that can be read.
/// </remarks>
public sealed class MetricsUseSource : IUseSource
{
    static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    static readonly ImmutableHashSet<ServingQuantity> _counters =
        [ServingQuantity.PromptTokens, ServingQuantity.ComputedPromptTokens, ServingQuantity.CachedTokens, ServingQuantity.OutputTokens, ServingQuantity.Requests];

    readonly Uri _address;
    readonly ServingMetricReader _reader;
    readonly ServingMetricSet? _metrics;
    readonly string? _model;
    readonly bool _startsAtZero;
    readonly TimeProvider _time;
    readonly DateTimeOffset _createdAt;
    readonly long _createdTimestamp;
    readonly HttpClient _client;
    bool _isCompared;
    bool _hadNoCounters;

    /// <summary>Creates a source; nothing is asked yet.</summary>
    /// <param name="address">Address of the metrics, <c>http</c> or <c>https</c>.</param>
    /// <param name="metrics">The metrics. Default: null, the software is recognised by their names.</param>
    /// <param name="model">Name of the model where the metrics do not name it. Default: null, it stays unknown.</param>
    /// <param name="time">The clock. Default: null, the system's.</param>
    /// <param name="startsAtZero">Whether the server starts with the recording, so that all that its first page has counted is new; a state
    /// of an earlier server is not used then. Default: no.</param>
    /// <exception cref="ArgumentException">The address is not of http or https.</exception>
    public MetricsUseSource(
        Uri address, ServingMetricSet? metrics = null, string? model = null, TimeProvider? time = null, bool startsAtZero = false)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new ArgumentException("The metrics need an address of http or https.", nameof(address));
        (_address, _metrics, _model, _startsAtZero) = (address, metrics, model, startsAtZero);
        (_time, _reader) = (time ?? TimeProvider.System, new ServingMetricReader(metrics));
        (_createdAt, _createdTimestamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = _timeout })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MetricPage.MaxLength,
        };
    }

    /// <summary>The software; null until it is recognised.</summary>
    public string? Server => _reader.Server;

    /// <inheritdoc/>
    public string Description => _address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.SafeUnescaped);

    /// <inheritdoc/>
    public void Restore(string state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_startsAtZero)
            return;
        // A state is a page with the counters alone.
        _isCompared = _reader.Read(MetricPage.Parse(state), GetTime() - TimeSpan.FromTicks(1)).Server is not null;
    }

    /// <inheritdoc/>
    public async ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken)
    {
        MetricPage page;
        using var limit = new CancellationTokenSource(_timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var answer = await _client.GetAsync(_address, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.OK)
                return Fail($"it answered {((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)}");
            page = MetricPage.Parse(await answer.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail("it did not answer within 5 s");
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return Fail("its page is larger than 32 MiB");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException or InvalidOperationException)
        {
            return Fail((error.InnerException ?? error).Message.TrimEnd('.'));
        }

        if ((_startsAtZero || _hadNoCounters) && !_isCompared && page.Reason is null)
            _reader.Read(MetricPage.Parse(ToState(page, static _ => 0)), GetTime() - TimeSpan.FromTicks(1));
        var reading = _reader.Read(page, GetTime());
        // Many servers show their counters from the first request on: those that were not there have counted nothing.
        _hadNoCounters |= reading.Server is null && page.IsComplete;
        if (reading.Reason is { } reason && (_isCompared || reading.Server is null))
            return Fail(reason.TrimEnd('.'));
        _isCompared = true;
        return new UseReading([.. reading.Deltas.Select(ToUse)], ToState(page, static value => value), Note: FindNote(reading));
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // A clock that is set back must not make pages look older than those before.
    DateTimeOffset GetTime() => _createdAt + _time.GetElapsedTime(_createdTimestamp);

    static UseReading Fail(string reason) => new([], Gap: reason);

    ServiceUse ToUse(TokenDelta delta) => new()
    {
        Model = delta.Model.Length > 0 ? delta.Model : _model ?? "",
        Requests = delta.Requests ?? 0,
        PromptTokens = delta.PromptTokens ?? 0,
        CachedTokens = Math.Min(delta.CachedTokens ?? 0, delta.PromptTokens ?? 0),
        OutputTokens = delta.OutputTokens ?? 0,
        Running = delta.MeanRunning ?? GetMeanRunning(delta),
        Waiting = delta.MeanWaiting,
    };

    // Requests × mean time ÷ time is the mean number that is there (Little 1961, doi 10.1287/opre.9.3.383).
    static double? GetMeanRunning(TokenDelta delta) => delta.MeanRequestSeconds is { } mean && (delta.To - delta.From).TotalSeconds is > 0 and var seconds
        ? delta.Requests * mean / seconds : null;

    string? FindNote(ServingReading reading)
    {
        // Of metrics that were named, only these are looked for: embeddings have no tokens of answers, a classifier has no tokens.
        var missing = reading.Deltas.SelectMany(static delta => delta.Missing)
            .Where(missing => _metrics?.Metrics.All(metric => metric.Quantity != missing.Quantity) != true)
            .FirstOrDefault(static missing => missing.Quantity is ServingQuantity.PromptTokens or ServingQuantity.OutputTokens or ServingQuantity.Requests);
        return missing is not null ? $"{missing.Quantity} is not known: {missing.Reason.TrimEnd('.')}"
            : reading.Deltas.Any(static delta => delta.IsRestarted) ? "the server's counters began anew: what they counted since the last look before is not known"
            : reading.Warnings.FirstOrDefault()?.TrimEnd('.');
    }

    /// <summary>The counters of requests and tokens as a page.</summary>
    string ToState(MetricPage page, Func<double, double> getValue)
    {
        var set = _metrics ?? ServingMetricSet.Recognise(page);
        var text = new StringBuilder();
        foreach (var sample in page.Samples)
        {
            if (sample.Name != "process_start_time_seconds" && set?.Metrics.Any(metric => _counters.Contains(metric.Quantity)
                && ServingMetric.ToKey(metric.Name) == ServingMetric.ToKey(sample.Name) && metric.Accepts(sample)) != true)
                continue;
            text.Append(sample.Name);
            if (sample.Labels.Length > 0)
                text.Append('{').AppendJoin(',', sample.Labels.Select(static label => $"{label.Name}=\"{Escape(label.Value)}\"")).Append('}');
            text.Append(' ').Append((sample.Name == "process_start_time_seconds" ? sample.Value : getValue(sample.Value)).ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }

    static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
