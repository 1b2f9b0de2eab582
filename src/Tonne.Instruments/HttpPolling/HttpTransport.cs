using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Tonne.Formatting;

namespace Tonne.Instruments.HttpPolling;

/// <summary>Sends requests to one server over HTTP. It follows no redirect, uses no proxy and keeps no cookie.</summary>
/// <remarks>
/// Made only where a source is configured: the first question of HttpClient costs some 60 ms of CPU time. An answer of more than 4 MB is
/// none.
/// TLS: a certificate must be trusted; <c>tls=sha256:…</c> trusts the one with that fingerprint, <c>tls=self-signed</c> any.
/// </remarks>
sealed class HttpTransport : IHttpTransport, IDisposable
{
    const int Most = 4 * 1024 * 1024;

    readonly HttpClient _client;
    readonly SourceAddress _address;
    readonly TimeProvider _time;
    readonly CancellationToken _ended;

    internal HttpTransport(SourceAddress address, string? password, bool waitForChallenge, TimeProvider time, CancellationToken ended)
    {
        (_address, _time, _ended) = (address, time, ended);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxConnectionsPerServer = 1,
            ConnectTimeout = address.Timeout,
            MaxResponseHeadersLength = 64,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = CreateCertificateValidator(address["tls"]) },
        };
        if (waitForChallenge && address.User is not null && password is not null)
            handler.Credentials = new NetworkCredential(address.User, password);
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = Most };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("tonne", null));
        _client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (!waitForChallenge && address.User is { } user)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    /// <inheritdoc/>
    public HttpReply Get(string path)
    {
        using var limit = new CancellationTokenSource(_address.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ended);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_address.Base.AbsoluteUri + path));
            using var response = _client.Send(request, HttpCompletionOption.ResponseContentRead, both.Token);
            using var stream = response.Content.ReadAsStream(both.Token);
            var body = new byte[stream.Length];
            stream.ReadExactly(body);
            return HttpReply.FromStatus((int)response.StatusCode, body);
        }
        catch (OperationCanceledException)
        {
            return HttpReply.Failed(_ended.IsCancellationRequested
                ? "is not polled any more"
                : $"did not answer within {DisplayValue.Format(_address.Timeout.TotalSeconds, "s")}");
        }
        catch (HttpRequestException error)
        {
            return HttpReply.Failed(Explain(error));
        }
        catch (Exception error) when (error is IOException or SocketException or InvalidOperationException or UriFormatException or NotSupportedException)
        {
            return HttpReply.Failed(TextSanitizer.ToOneLine(error.Message).TrimEnd('.'));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    static string Explain(HttpRequestException error) => error switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => "has a host name that cannot be resolved",
        { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "answers with more than 4 MB",
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "refuses the connection",
        { InnerException: SocketException socket } => $"cannot be reached ({TextSanitizer.ToOneLine(socket.Message).TrimEnd('.')})",
        { InnerException: AuthenticationException } => "has a certificate that is not trusted; add tls=sha256:FINGERPRINT to its address, or tls=self-signed within a network that you trust",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "ended the connection in the middle of its answer",
        _ => $"did not answer as HTTP does ({TextSanitizer.ToOneLine(error.Message).TrimEnd('.')})",
    };

    static RemoteCertificateValidationCallback? CreateCertificateValidator(string? tls) => tls switch
    {
        null => null,
        "self-signed" => static (_, certificate, _, _) => certificate is not null,
        _ => (_, certificate, _, _) => certificate is not null
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate.GetRawCertData()), ParseFingerprint(tls) ?? []),
    };

    /// <summary>The 32 bytes of <c>sha256:AB:CD…</c>; null if it is not one.</summary>
    internal static byte[]? ParseFingerprint(string tls)
    {
        if (!tls.StartsWith("sha256:", StringComparison.Ordinal))
            return null;
        var digits = tls[7..].Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
    }

    /// <summary>Checks the <c>tls</c> option of an address; returns the problem, or null.</summary>
    internal static string? ValidateTls(SourceAddress address) => address["tls"] is null or "self-signed" || ParseFingerprint(address["tls"]!) is not null
        ? null : "tls is either self-signed or sha256: and the 64 digits of the certificate's fingerprint";
}
