using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Snappier;
using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

/// <summary>A server on loopback that decodes what it is sent: Snappy's block format by Snappier, the message by Google.Protobuf.</summary>
sealed class Receiver : IAsyncDisposable
{
    readonly WebApplication _server;
    readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();

    Receiver(WebApplication server) => _server = server;

    /// <summary>Decides about each request; null: 204.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    public Uri Endpoint { get; private init; } = null!;

    public static Uri GetUnusedEndpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/api/v1/write");
    }

    public static async Task<Receiver> StartAsync(Uri? endpoint = null)
    {
        endpoint ??= GetUnusedEndpoint();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, endpoint.Port));
        var receiver = new Receiver(builder.Build()) { Endpoint = endpoint };
        receiver._server.MapPost("/api/v1/write", receiver.ReceiveAsync);
        await receiver._server.StartAsync();
        return receiver;
    }

    /// <summary>The next request, in the order of arrival.</summary>
    public async Task<ReceivedRequest> TakeAsync() => await _received.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Requests that nobody has taken yet.</summary>
    public List<ReceivedRequest> TakeRest()
    {
        var rest = new List<ReceivedRequest>();
        while (_received.Reader.TryRead(out var request))
            rest.Add(request);
        return rest;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }

    async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var message = WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body.ToArray()));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        _received.Writer.TryWrite(new ReceivedRequest(message, context.Request.Headers.ToDictionary(each => each.Key, each => each.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (Answer is { } answer)
            await answer(context);
    }
}
