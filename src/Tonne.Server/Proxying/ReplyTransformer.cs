using Yarp.ReverseProxy.Forwarder;

namespace Tonne.Server.Proxying;

/// <summary>Passes headers on as they are, but for those of one connection, and decides how the reply is read.</summary>
/// <param name="proxyId">Marks requests that this proxy has passed on.</param>
sealed class ReplyTransformer(string proxyId) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
        // The server's own name, not that of the proxy.
        proxyRequest.Headers.Host = null;
        proxyRequest.Headers.Remove(ProxyHeaders.Proxy);
        proxyRequest.Headers.TryAddWithoutValidation(ProxyHeaders.Proxy, proxyId);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var isCopied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken).ConfigureAwait(false);
        if (proxyResponse is not null && httpContext.Features.Get<ReplyTap>() is { } tap)
        {
            tap.Begin(httpContext.Response.ContentType, httpContext.Response.Headers.ContentEncoding);
            // The headers of a stream leave at once, not with its first part; what is held is not flushed.
            await tap.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        return isCopied;
    }
}
