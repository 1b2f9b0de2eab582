using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using Tonne.Formatting;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Delivers requests one after another from a queue, off the threads of the program.</summary>
/// <remarks>
/// By the remote write 1.0 specification: 5xx, 429 and failures of the network are tried again with growing waits, so that samples of a series stay in order; other
/// answers that are no success are final.
/// </remarks>
sealed class RemoteWriteSender : IDisposable
{
    const int MaxDetail = 200;

    readonly RemoteWriteSettings _settings;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly HttpClient _client;
    readonly SendQueue _queue;
    readonly CancellationTokenSource _closing = new();
    readonly CancellationTokenSource _stopped = new();
    readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    readonly bool[] _dropLogged = new bool[Enum.GetValues<DropReason>().Length];
    readonly Task _loop;
    bool _failing;
    long _delivered;

    /// <summary>Begins to wait for requests.</summary>
    /// <param name="settings">Where to, and how.</param>
    /// <param name="time">The clock of waits.</param>
    /// <param name="log">Receives what went wrong.</param>
    public RemoteWriteSender(RemoteWriteSettings settings, TimeProvider time, ILogger log)
    {
        (_settings, _time, _log) = (settings, time, log);
        _queue = new SendQueue(settings.QueueLimit);
        _client = new HttpClient(CreateHandler(settings)) { Timeout = Timeout.InfiniteTimeSpan };
        // The sender must not carry what the program keeps for one of its own requests.
        using (ExecutionContext.SuppressFlow())
            _loop = Task.Run(RunAsync);
    }

    /// <summary>Samples that were dropped for a reason.</summary>
    public long GetDropped(DropReason reason) => Interlocked.Read(ref _dropped[(int)reason]);

    /// <summary>Samples that the server has taken.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Samples that wait.</summary>
    public int Waiting => _queue.Samples;

    /// <summary>Why the last request failed, while it is tried again; null if none does.</summary>
    public string? Problem { get; private set; }

    /// <summary>Queues a request; never waits.</summary>
    public void Add(PendingRequest request)
    {
        if (_stopped.IsCancellationRequested)
            Drop(DropReason.Shutdown, request.Samples, "the exporter was shut down");
        else if (_queue.Add(request) is > 0 and var dropped)
            Drop(DropReason.QueueFull, dropped, FormattableString.Invariant($"more than {_settings.QueueLimit} samples wait"));
    }

    /// <summary>Counts samples as dropped; the first of a reason since the last success is logged.</summary>
    public void Drop(DropReason reason, int samples, string detail)
    {
        Interlocked.Add(ref _dropped[(int)reason], samples);
        if (Interlocked.Exchange(ref _dropLogged[(int)reason], true))
            return;
        RemoteWriteLog.Dropping(_log, _settings.EndpointText, DropReasons.GetText(reason), detail);
    }

    /// <summary>Waits until the queue is empty.</summary>
    /// <returns>Whether that came before the limit.</returns>
    public bool Flush(TimeSpan most) => _queue.WaitUntilEmpty(most);

    /// <summary>Sends what is queued as far as the time allows; the rest is dropped.</summary>
    /// <returns>Whether everything was sent or refused.</returns>
    public bool Close(TimeSpan most)
    {
        if (_stopped.IsCancellationRequested)
            return true;
        _closing.Cancel();
        var done = _queue.WaitUntilEmpty(most);
        _stopped.Cancel();
        // It ends at once: all that it waits for was cancelled.
        _ = _loop.Wait(TimeSpan.FromSeconds(1));
        while (_queue.TryTake(out var request))
            DropAtShutdown(request);
        return done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close(TimeSpan.Zero);
        if (!_loop.IsCompleted)
            return;
        _client.Dispose();
        _queue.Dispose();
        _closing.Dispose();
        _stopped.Dispose();
    }

    static SocketsHttpHandler CreateHandler(RemoteWriteSettings settings) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = settings.Timeout,
        // A name may be given another address.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
    };

    async Task RunAsync()
    {
        // What the exporter does is not to be traced and exported in turn.
        using var silence = SuppressInstrumentationScope.Begin();
        try
        {
            while (true)
            {
                await _queue.WaitAsync(_stopped.Token).ConfigureAwait(false);
                if (!_queue.TryTake(out var request))
                    continue;
                if (!await DeliverAsync(request).ConfigureAwait(false))
                {
                    DropAtShutdown(request);
                    return;
                }

                _queue.Complete(request);
            }
        }
        catch (OperationCanceledException)
        {
            // The exporter was shut down while nothing waited.
        }
    }

    /// <summary>Tries until the server has taken or refused a request.</summary>
    /// <returns>Whether the request is settled; no: the exporter was shut down before.</returns>
    async Task<bool> DeliverAsync(PendingRequest request)
    {
        for (var delay = _settings.FirstRetryDelay; ; delay = Shorter(delay * 2, _settings.LongestRetryDelay))
        {
            if (_stopped.IsCancellationRequested)
                return false;
            var outcome = await SendAsync(request).ConfigureAwait(false);
            switch (outcome.Kind)
            {
                case SendOutcomeKind.Delivered:
                    Interlocked.Add(ref _delivered, request.Samples);
                    EndFailure();
                    return true;
                case SendOutcomeKind.Refused:
                    Drop(DropReason.Refused, request.Samples, outcome.Detail);
                    return true;
                default:
                    if (_stopped.IsCancellationRequested)
                        return false;
                    BeginFailure(outcome.Detail);
                    await WaitAsync(outcome.RetryAfter is { } asked && asked > delay ? Shorter(asked, _settings.LongestRetryDelay) : delay).ConfigureAwait(false);
                    break;
            }
        }
    }

    // A shutdown ends the wait for one more try; from then on the waits are short.
    async Task WaitAsync(TimeSpan delay)
    {
        var closing = _closing.IsCancellationRequested;
        await Task.Delay(closing ? Shorter(delay, _settings.FirstRetryDelay) : delay, _time, closing ? _stopped.Token : _closing.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task<SendOutcome> SendAsync(PendingRequest request)
    {
        using var limit = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopped.Token);
        try
        {
            using var message = CreateMessage(request);
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var code = (int)response.StatusCode;
            if (code is >= 200 and < 300)
                return new SendOutcome(SendOutcomeKind.Delivered, "");
            var detail = FormattableString.Invariant($"HTTP {code}");
            if (IsRetried(response.StatusCode))
                return new SendOutcome(SendOutcomeKind.Retry, detail, GetRetryAfter(response.Headers.RetryAfter));
            return new SendOutcome(SendOutcomeKind.Refused, $"{detail} {await ReadStartAsync(response, either.Token).ConfigureAwait(false)}".TrimEnd());
        }
        catch (OperationCanceledException)
        {
            return new SendOutcome(SendOutcomeKind.Retry, FormattableString.Invariant($"no answer within {_settings.Timeout.TotalSeconds} s"));
        }
#pragma warning disable CA1031 // Whatever a broken server or network causes, the program goes on.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            return new SendOutcome(SendOutcomeKind.Retry, Shorten(error.Message));
        }
    }

    // OTLP names the answers after which a request is repeated: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
    bool IsRetried(HttpStatusCode code) => code is HttpStatusCode.TooManyRequests || (_settings.Protocol == MetricProtocol.Otlp
        ? code is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout : (int)code >= 500);

    HttpRequestMessage CreateMessage(PendingRequest request)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, _settings.Endpoint) { Content = new ByteArrayContent(request.Body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (_settings.Protocol == MetricProtocol.Otlp)
        {
            message.Content.Headers.ContentEncoding.Add("gzip");
        }
        else
        {
            message.Content.Headers.ContentEncoding.Add("snappy");
            message.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        }

        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("tonne", typeof(RemoteWriteSender).Assembly.GetName().Version?.ToString(3)));
        foreach (var (name, value) in _settings.Headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    // A server gives the reason in the first line of the answer.
    static async Task<string> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var start = new byte[MaxDetail];
            var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var read = await stream.ReadAtLeastAsync(start, MaxDetail, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
                return Shorten(Encoding.UTF8.GetString(start, 0, read));
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException)
        {
            return "";
        }
    }

    TimeSpan? GetRetryAfter(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);

    void BeginFailure(string detail)
    {
        Problem = detail;
        if (_failing)
            return;
        _failing = true;
        RemoteWriteLog.Failing(_log, _settings.EndpointText, detail, _settings.QueueLimit);
    }

    void EndFailure()
    {
        Problem = null;
        for (var i = 0; i < _dropLogged.Length; i++)
            Interlocked.Exchange(ref _dropLogged[i], false);
        if (!_failing)
            return;
        _failing = false;
        RemoteWriteLog.Recovered(_log, _settings.EndpointText);
    }

    void DropAtShutdown(PendingRequest request)
    {
        _queue.Complete(request);
        Drop(DropReason.Shutdown, request.Samples, "the program ended before the server took them");
    }

    static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    static string Shorten(string text)
    {
        var line = TextSanitizer.ToOneLine(text);
        return line.Length <= MaxDetail ? line : line[..MaxDetail];
    }
}
