using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Yarp.ReverseProxy.Forwarder;

namespace Tonne.Server.Proxying;

/// <summary>Passes requests on to the model server, and counts those of models.</summary>
sealed class ProxyForwarder : IDisposable
{
    // A long answer may think for minutes before its first part.
    static readonly TimeSpan _longestSilence = TimeSpan.FromHours(1);

    readonly IHttpForwarder _forwarder;
    readonly RequestObserver _observer;
    readonly HttpMessageInvoker _client;
    readonly ForwarderRequestConfig _config;
    readonly ReplyTransformer _transformer;
    readonly string _prefix;
    readonly string _proxyId = RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>Creates the forwarder.</summary>
    /// <param name="forwarder">YARP's.</param>
    /// <param name="upstream">The model server.</param>
    /// <param name="observer">Counts.</param>
    public ProxyForwarder(IHttpForwarder forwarder, Uri upstream, RequestObserver observer)
    {
        (_forwarder, _observer) = (forwarder, observer);
        _prefix = upstream.AbsoluteUri.TrimEnd('/');
        _transformer = new ReplyTransformer(_proxyId);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // Servers on uvicorn close a connection that was idle for 5 s: it is not used again shortly before.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3),
        });
        _config = new ForwarderRequestConfig
        {
            ActivityTimeout = _longestSilence,
            Version = upstream.Scheme == "https" ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            AllowResponseBuffering = false,
        };
    }

    /// <summary>Passes a request on.</summary>
    public async Task ForwardAsync(HttpContext context)
    {
        if (context.Request.Headers[ProxyHeaders.Proxy].Contains(_proxyId, StringComparer.Ordinal))
        {
            await WriteErrorAsync(context, StatusCodes.Status508LoopDetected, "the server that tonne proxy passes requests on to has sent this one back").ConfigureAwait(false);
            return;
        }

        if (!ObservedPath.IsObserved(context.Request.Method, context.Request.Path.Value ?? "", out var isForwardPass))
        {
            var error = await _forwarder.SendAsync(context, _prefix, _client, _config, _transformer).ConfigureAwait(false);
            if (error != ForwarderError.None)
                await ReportAsync(context, error).ConfigureAwait(false);
            return;
        }

        await ObserveAsync(context, _observer.Receive(isForwardPass)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    async Task ObserveAsync(HttpContext context, ObservedRequest request)
    {
        string? failure = "it could not be passed on";
        var (body, reply) = (context.Request.Body, context.Response.Body);
        var tap = new ReplyTap(reply, context.Response, _observer, request);
        try
        {
            context.Request.Body = new RequestTap(body, request);
            context.Response.Body = tap;
            context.Features.Set(tap);
            var error = await _forwarder.SendAsync(context, _prefix, _client, _config, _transformer).ConfigureAwait(false);
            failure = FindFailure(context, error);
            if (error == ForwarderError.None)
            {
                await tap.EndAsync(failure, context.RequestAborted).ConfigureAwait(false);
            }
            else
            {
                tap.Abandon();
                request.End(failure);
                context.Response.Body = reply;
                await ReportAsync(context, error).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            failure = "the client hung up";
            tap.Abandon();
        }
        finally
        {
            context.Response.Body = reply;
            request.End(failure);
        }
    }

    static string? FindFailure(HttpContext context, ForwarderError error) => error switch
    {
        ForwarderError.None => context.Response.StatusCode >= StatusCodes.Status400BadRequest
            ? "the server answered " + context.Response.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
            or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => "the client hung up",
        ForwarderError.RequestTimedOut => "the server did not answer within an hour",
        _ when context.RequestAborted.IsCancellationRequested => "the client hung up",
        ForwarderError.ResponseBodyDestination => "the server broke off its reply",
        _ => "the server could not be reached",
    };

    Task ReportAsync(HttpContext context, ForwarderError error)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask;
        var status = error == ForwarderError.RequestTimedOut ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway;
        return WriteErrorAsync(context, status, $"{FindFailure(context, error)} (tonne proxy, {_prefix}): is it running?");
    }

    /// <summary>Writes an error as OpenAI's clients expect it.</summary>
    static Task WriteErrorAsync(HttpContext context, int status, string message)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var error = new ProxyErrorDocument(new ProxyErrorDetail(message, "tonne_proxy_error"));
        return context.Response.WriteAsync(JsonSerializer.Serialize(error, ProxyJson.Default.ProxyErrorDocument), context.RequestAborted);
    }
}
