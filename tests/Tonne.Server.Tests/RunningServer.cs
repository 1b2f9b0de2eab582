using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Tonne.Ledgers.Tests;
using Tonne.Server.Security;

namespace Tonne.Server.Tests;

/// <summary>A server on a free port of loopback, with a ledger of its own.</summary>
sealed class RunningServer : IAsyncDisposable
{
    readonly TemporaryHome _home = new();
    readonly WebApplication _application;

    RunningServer(Func<ServerOptions, ServerOptions>? configure)
    {
        var options = new ServerOptions { Home = _home.Home, Token = AccessToken.Create(), Port = 0 };
        Options = configure?.Invoke(options) ?? options;
        _application = ServerApplication.Create(Options);
    }

    public ServerOptions Options { get; }

    public TemporaryHome Ledger => _home;

    public IServiceProvider Services => _application.Services;

    /// <summary>The address without token, such as http://127.0.0.1:40000.</summary>
    public Uri Address => new(_application.Urls.First());

    /// <summary>A client that sends the token.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public static async Task<RunningServer> StartAsync(Action<TemporaryHome>? fill = null, Func<ServerOptions, ServerOptions>? configure = null)
    {
        var server = new RunningServer(configure);
        fill?.Invoke(server._home);
        await server._application.StartAsync(TestContext.Current.CancellationToken);
        if (server.Options.Socket is null)
        {
            server.Client.BaseAddress = server.Address;
            server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Options.Token.Text);
        }

        return server;
    }

    /// <summary>Gets an address; fails unless the status is the expected one.</summary>
    public async Task<string> GetAsync(string address, int status = 200)
    {
        using var response = await Client.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == status, $"{address}: {(int)response.StatusCode}, expected {status}: {text}");
        return text;
    }

    /// <summary>Gets a JSON document.</summary>
    public async Task<JsonNode> GetJsonAsync(string address, int status = 200) => JsonNode.Parse(await GetAsync(address, status))!;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.StopAsync(TestContext.Current.CancellationToken);
        await _application.DisposeAsync();
        _home.Dispose();
    }
}
