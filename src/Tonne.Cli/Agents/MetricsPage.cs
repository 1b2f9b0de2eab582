using System.Net;
using System.Text;
using Tonne.Cli.Commands;
using Tonne.Instruments.Otlp;
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
        HttpListener listener;
        try
        {
            listener = AddressedListener.Open(address);
        }
        catch (IOException error)
        {
            throw new InvalidInputException($"--metrics-listen {address}: {error.Message}.");
        }

        var page = new MetricsPage(listener, write);
        _ = Task.Run(page.ServeAsync);
        return page;
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
