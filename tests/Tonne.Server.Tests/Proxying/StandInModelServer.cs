using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Tonne.Ledgers.Tests;
using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

/// <summary>A model server that answers as a test says, and the proxy before it, both on free ports of loopback.</summary>
sealed class StandInModelServer : IAsyncDisposable
{
    readonly WebApplication _upstream;
    readonly TemporaryHome _home = new();
    readonly CancellationTokenSource _stop = new();
    ProxyApplication? _proxy;
    Task _running = Task.CompletedTask;

    StandInModelServer(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _upstream = builder.Build();
        _upstream.Run(answer);
    }

    /// <summary>Asks the server itself.</summary>
    public HttpClient Direct { get; } = CreateClient();

    /// <summary>Asks through the proxy.</summary>
    public HttpClient Through { get; } = CreateClient();

    public static async Task<StandInModelServer> StartAsync(RequestDelegate answer, string? model = "llama-3.1-8b")
    {
        var server = new StandInModelServer(answer);
        await server._upstream.StartAsync(TestContext.Current.CancellationToken);
        server.Direct.BaseAddress = new Uri(server._upstream.Urls.First());
        server._proxy = ProxyApplication.Create(
            new ProxyOptions { Upstream = server.Direct.BaseAddress, Name = "chat", Port = 0, Home = server._home.Home, Model = model }, static message => Assert.Fail(message));
        var address = new TaskCompletionSource<string>();
        server._running = server._proxy.RunAsync(address.SetResult, server._stop.Token);
        server.Through.BaseAddress = new Uri(await address.Task.WaitAsync(TestContext.Current.CancellationToken));
        return server;
    }

    /// <summary>The server ends; the proxy stays.</summary>
    public Task StopUpstreamAsync() => _upstream.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Direct.Dispose();
        Through.Dispose();
        await _proxy!.DisposeAsync();
        await _upstream.DisposeAsync();
        _home.Dispose();
        _stop.Dispose();
    }

    static HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
}
