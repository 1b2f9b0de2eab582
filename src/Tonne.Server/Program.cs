using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tonne.Instruments.Feeds;
using Tonne.Ledgers;
using Tonne.Server.Api;
using Tonne.Server.Fleet;
using Tonne.Server.Mcp;
using Tonne.Server.Proxying;
using Tonne.Server.Security;

namespace Tonne.Server;

/// <summary>The entry of <c>tonne-server</c>, which <c>tonne serve</c>, <c>tonne proxy</c> and <c>tonne mcp</c> start.</summary>
static class Program
{
    const int Failure = 1;
    const int UsageError = 2;

    static async Task<int> Main(string[] arguments)
    {
        try
        {
            if (arguments is [ProxyCommandLine.Verb, ..])
            {
                ProxyApplication.PassOnWithoutThreadSwitches();
                return await PassOnAsync(ProxyCommandLine.Parse(arguments, Environment.GetEnvironmentVariable)).ConfigureAwait(false);
            }

            if (arguments is [FleetCommandLine.Verb, ..])
                return await ManageFleetAsync(FleetCommandLine.Parse(arguments)).ConfigureAwait(false);
            var line = ServerCommandLine.Parse(arguments, Environment.GetEnvironmentVariable);
            return await (line.IsMcp ? ServeStandardStreamsAsync() : ServeAsync(line)).ConfigureAwait(false);
        }
        catch (FormatException error)
        {
            return Report(error.Message, UsageError);
        }
        catch (Exception error) when (error is LedgerUnavailableException or LedgerDamagedException)
        {
            return Report(error.Message, Failure);
        }
        catch (ServerStartException error)
        {
            return Report(error.Message, Failure);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            return Report("the port is in use, perhaps by another 'tonne serve' or 'tonne proxy': stop it, or give --port N, or --listen 127.0.0.1:N (0 for a free one).", Failure);
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
        {
            return Report(error.Message, Failure);
        }
    }

    static int Report(string message, int code)
    {
        foreach (var line in message.Split('\n'))
            Console.Error.WriteLine("tonne: " + line);
        return code;
    }

    static ServerOptions CreateOptions(AccessToken token) => new()
    {
        Home = LedgerHome.FromEnvironment(Environment.GetEnvironmentVariable),
        Token = token,
        GetVariable = Environment.GetEnvironmentVariable,
    };

    static async Task<int> ManageFleetAsync(FleetCommandLine line)
    {
        var address = DatabaseAddress.Find(line.DatabaseFile, Environment.GetEnvironmentVariable)
            ?? throw new FormatException($"give the fleet's database: --database postgres://USER@HOST/DATABASE, --database-file FILE, or {DatabaseAddress.Variable}.");
        var store = new PostgresFleetStore(address, TimeProvider.System);
        await using (store.ConfigureAwait(false))
        {
            using var ended = new CancellationTokenSource();
            using var stop = StopSignals.Register(ended.Cancel);
            var home = LedgerHome.FromEnvironment(Environment.GetEnvironmentVariable);
            var intensities = new KnownIntensities(KnownIntensities.OpenHistory(home.Root));
            return await new FleetCommands(store, TimeProvider.System, Console.Out, Console.Error, intensities, new ReceiptKeyFile(home.Root))
                .RunAsync(line, ended.Token).ConfigureAwait(false);
        }
    }

    static async Task<int> ServeAsync(ServerCommandLine line)
    {
        var store = DatabaseAddress.Find(line.DatabaseFile, Environment.GetEnvironmentVariable) is { } address
            ? new PostgresFleetStore(address, TimeProvider.System, new ReceiptKeyFile(LedgerHome.FromEnvironment(Environment.GetEnvironmentVariable).Root).ReadOrCreate())
            : null;
        try
        {
            return await ServeAsync(line, store).ConfigureAwait(false);
        }
        finally
        {
            if (store is not null)
                await store.DisposeAsync().ConfigureAwait(false);
        }
    }

    static async Task<int> ServeAsync(ServerCommandLine line, PostgresFleetStore? store)
    {
        // Where the token opens nothing, or only the owner can ask, none is kept.
        var needsToken = !line.IsTokenOff && (line.Socket is null || line.Proxy is not null);
        var tokenFile = TokenFile.ForUser(Environment.GetEnvironmentVariable);
        var options = CreateOptions(needsToken ? tokenFile.ReadOrCreate() : AccessToken.Create()) with
        {
            Oidc = line.Oidc,
            PersonHeader = line.PersonHeader,
            IsTokenOff = line.IsTokenOff,
            SessionKeys = Path.Combine(Path.GetDirectoryName(tokenFile.Location)!, "session-keys"),
            Address = line.Address,
            Port = line.Port,
            Socket = line.Socket,
            Certificate = line.Certificate,
            CertificateKey = line.CertificateKey,
            Proxy = line.Proxy,
            ReadOnly = line.ReadOnly,
            Fleet = store,
        };
        if (options.FindProblems().ToList() is { Count: > 0 } problems)
            throw new FormatException(string.Join('\n', problems));
        var server = ServerApplication.Create(options);
        await using (server.ConfigureAwait(false))
        {
            using var stop = StopSignals.Register(server.Lifetime.StopApplication);
            await server.StartAsync().ConfigureAwait(false);
            Announce(options, server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(), line.IsBrowserWanted);
            // The first list of a large ledger takes seconds: it begins before someone asks.
            _ = Task.Run(server.Services.GetRequiredService<IRunDirectory>().TryRead);
            await server.WaitForShutdownAsync().ConfigureAwait(false);
            return 0;
        }
    }

    static async Task<int> PassOnAsync(ProxyOptions options)
    {
        var proxy = ProxyApplication.Create(options, static message => Console.Error.WriteLine("tonne: " + message));
        await using (proxy.ConfigureAwait(false))
        {
            using var ended = new CancellationTokenSource();
            using var stop = StopSignals.Register(ended.Cancel);
            await proxy.RunAsync(address =>
            {
                var url = FormatAddress(address);
                Console.WriteLine($"tonne passes requests on from {url} to {options.Upstream.GetLeftPart(UriPartial.Authority)}");
                Console.WriteLine(options.ProcessId is { } id
                    ? $"  process {id} is recorded as the service {options.Name}; 'tonne service show {options.Name}' shows it"
                    : "  nothing is measured: energy is estimated from model and tokens; --pid PID measures a server on this machine");
                Console.WriteLine($"  {url}/tonne/requests");
                Console.WriteLine("Stop it with Ctrl-C.");
                Console.Out.Flush();
            }, ended.Token).ConfigureAwait(false);
            return 0;
        }
    }

    static void Announce(ServerOptions options, string address, bool isBrowserWanted)
    {
        if (options is { Socket: { } socket, Proxy: null })
        {
            Console.WriteLine($"tonne serves {options.Fleet?.Name ?? options.Home.Root} on {socket}");
            Console.WriteLine($"  curl --unix-socket {socket} http://localhost/api/v1/runs");
        }
        else
        {
            var server = options.Proxy?.GetLeftPart(UriPartial.Authority) ?? FormatAddress(address);
            var url = $"{server}/{(options.IsTokenOff ? "" : "?token=" + options.Token.Text)}";
            Console.WriteLine($"tonne serves {options.Fleet?.Name ?? options.Home.Root} at");
            Console.WriteLine($"  {url}");
            if (isBrowserWanted)
                Browser.Open(url, Environment.GetEnvironmentVariable);
        }

        Console.WriteLine("Stop it with Ctrl-C.");
        Console.Out.Flush();
    }

    /// <summary>The address as a browser takes it: a server on all addresses is also on this machine's own.</summary>
    static string FormatAddress(string address) => address.Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal).Replace("//[::]", "//[::1]", StringComparison.Ordinal);

    static async Task<int> ServeStandardStreamsAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        ServerApplication.AddServices(builder.Services, CreateOptions(AccessToken.Create()));
        builder.Services.AddMcpServer(ServerApplication.ConfigureMcp).WithStdioServerTransport().WithTools<TonneTools>();
        using var host = builder.Build();
        await host.RunAsync().ConfigureAwait(false);
        return 0;
    }
}
