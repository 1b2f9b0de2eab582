using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Tonne.Formatting;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>Sends the requests of feeds: limits of time and size, few repetitions, no redirect, no cookie.</summary>
/// <remarks>A redirect is not followed, because the header with a key would be sent to another host.</remarks>
sealed class FeedClient : IDisposable
{
    readonly HttpClient _client;
    readonly FeedOptions _options;
    readonly Random _random;
    readonly Lock _lock = new();

    internal FeedClient(FeedOptions options)
    {
        _options = options;
        _random = options.Random ?? new Random(Environment.ProcessId);
        _client = options.Handler is { } handler ? new HttpClient(handler, disposeHandler: false) : new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = options.Timeout,
            MaxResponseHeadersLength = 64,
        });
        _client.Timeout = Timeout.InfiniteTimeSpan;
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("tonne", null));
    }

    internal TimeProvider Time => _options.Time;

    internal FeedOptions Options => _options;

    /// <summary>Sends a request, and repeats it after errors of the server or of the connection.</summary>
    /// <exception cref="FeedFailedException">There is no answer, or a refusal for now.</exception>
    internal async Task<FeedReply> GetAsync(Uri address, Action<HttpRequestHeaders>? prepare, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (reply, failure, wait, repeatable) = await SendAsync(address, prepare, cancellationToken).ConfigureAwait(false);
            if (reply is not null)
                return reply;
            var pause = wait ?? Backoff(attempt);
            if (!repeatable || attempt >= _options.Retries || pause > _options.LongestWait)
                throw new FeedFailedException(failure ?? new FeedFailure.Unreachable("did not answer"));
            await Task.Delay(pause, _options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    async Task<(FeedReply? Reply, FeedFailure? Failure, TimeSpan? Wait, bool Repeatable)> SendAsync(
        Uri address, Action<HttpRequestHeaders>? prepare, CancellationToken cancellationToken)
    {
        var where = address.GetLeftPart(UriPartial.Path);
        using var limit = new CancellationTokenSource(_options.Timeout, _options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            prepare?.Invoke(request.Headers);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead,
                both.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            var wait = RetryAfter(response.Headers.RetryAfter);
            if (status == 429 || (status == 503 && wait > _options.LongestWait))
            {
                var failure = new FeedFailure.RateLimited($"allows no more requests for now ({status.ToString(CultureInfo.InvariantCulture)})", wait);
                return (null, failure, wait, wait is not null);
            }

            if (status is 500 or 502 or 503 or 504)
                return (null,
                    new FeedFailure.Unreachable($"answers {status.ToString(CultureInfo.InvariantCulture)}, an error of the server"), wait,
                    true);
            return (new FeedReply(status, await ReadAsync(response, where, both.Token).ConfigureAwait(false), where), null, null, false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new FeedFailure.Unreachable($"did not answer within {DisplayValue.Format(_options.Timeout.TotalSeconds, "s")}"),
                null, false);
        }
        catch (HttpRequestException error)
        {
            return (null, new FeedFailure.Unreachable(Explain(error)), null,
                error.HttpRequestError != HttpRequestError.NameResolutionError);
        }
        catch (Exception error) when (error is IOException or SocketException or InvalidDataException or InvalidOperationException
            or NotSupportedException or FormatException)
        {
            return (null, new FeedFailure.Unreachable(TextSanitizer.ToOneLine(error.Message).TrimEnd('.')), null, error is IOException);
        }
    }

    async Task<byte[]> ReadAsync(HttpResponseMessage response, string where, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[32 * 1024];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                if (body.Length + count > _options.MaximumBytes)
                    throw FeedFailedException.Unreadable(string.Create(CultureInfo.InvariantCulture,
                        $"the answer has more than {_options.MaximumBytes} bytes"), where);
                body.Write(buffer, 0, count);
            }
        }

        return body.ToArray();
    }

    TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > _options.Time.GetUtcNow() ? date - _options.Time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };

    TimeSpan Backoff(int attempt)
    {
        lock (_lock)
            return _options.RetryDelay * ((1 << attempt) * (0.5 + _random.NextDouble()));
    }

    static string Explain(HttpRequestException error) => error switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => "its host name cannot be resolved",
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "refuses the connection",
        { InnerException: SocketException socket } => $"cannot be reached ({TextSanitizer.ToOneLine(socket.Message).TrimEnd('.')})",
        { InnerException: AuthenticationException } => "has a certificate that is not trusted",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "ended the connection in the middle of its answer",
        _ => $"did not answer as HTTP does ({TextSanitizer.ToOneLine(error.Message).TrimEnd('.')})",
    };
}
