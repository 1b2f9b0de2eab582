using System.Net;
using System.Net.Sockets;
using System.Text;
using Tonne.Cli.Commands;
using Tonne.OpenTelemetry;

namespace Tonne.Cli.Agents;

/// <summary>Serves <c>/metrics</c> of a node to Prometheus. There is no authentication.</summary>
sealed class MetricsPage : IDisposable
{
    readonly HttpListener _listener;
    readonly Func<string> _write;

    MetricsPage(HttpListener listener, Func<string> write) => (_listener, _write) = (listener, write);

    /// <summary>Opens the port.</summary>
    /// <param name="address">Address and port; 0.0.0.0 or [::] for all networks of the machine.</param>
    /// <param name="write">Writes the page.</param>
    /// <exception cref="InvalidInputException">The port cannot be opened.</exception>
    public static MetricsPage Open(IPEndPoint address, Func<string> write)
    {
        var host = address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any) ? "*"
            : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address.Address}]" : address.Address.ToString();
        // Under another name a page of a browser cannot read it.
        var listener = (IPAddress.IsLoopback(address.Address) ? TryStart(host, "localhost") : null) ?? TryStart(host)
            ?? throw new InvalidInputException($"--metrics-listen {address}: the port cannot be opened: another program has it, or it is not permitted.");
        var page = new MetricsPage(listener, write);
        _ = Task.Run(page.ServeAsync);
        return page;

        HttpListener? TryStart(params string[] hosts)
        {
            var fresh = new HttpListener { IgnoreWriteExceptions = true };
            try
            {
                foreach (var each in hosts)
                    fresh.Prefixes.Add(FormattableString.Invariant($"http://{each}:{address.Port}/"));
                fresh.Start();
                return fresh;
            }
            catch (Exception error) when (error is HttpListenerException or SocketException or ArgumentException)
            {
                fresh.Close();
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync().ConfigureAwait(false)).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever a client does, the node is measured and served on.
            catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                continue;
            }
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        var isKnown = context.Request.Url?.AbsolutePath == "/metrics";
        response.StatusCode = !isKnown ? 404 : context.Request.HttpMethod is "GET" or "HEAD" ? 200 : 405;
        var body = response.StatusCode == 200 ? Encoding.UTF8.GetBytes(_write()) : [];
        response.ContentType = response.StatusCode == 200 ? MetricPageWriter.ContentType : "text/plain";
        response.ContentLength64 = body.Length;
        // A client that does not read must not keep others waiting.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        if (context.Request.HttpMethod != "HEAD")
            await response.OutputStream.WriteAsync(body, limit.Token).ConfigureAwait(false);
    }
}
