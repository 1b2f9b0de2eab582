using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tonne.Catalogs;
using Tonne.Extensions.AI;
using Tonne.Server.Api;
using Tonne.Services.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace Tonne.Server.Proxying;

/// <summary>Puts the proxy together.</summary>
sealed class ProxyApplication : IAsyncDisposable
{
    const int MaxHeaderBytes = 64 * 1024;

    const int MostSocketThreads = 32;

    // System.Net.Sockets reads them once; there is no other way to set them.
    const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    const string SocketThreads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    readonly ProxyOptions _options;
    readonly WebApplication _server;
    readonly ProxyForwarder _forwarder;
    readonly ProxyRecording? _recording;
    readonly RequestEnergies? _energies;
    readonly RequestEstimates _estimates;
    readonly ProxyUseSource _source;

    ProxyApplication(ProxyOptions options, WebApplication server, ProxyRecording? recording)
    {
        (_options, _server, _recording) = (options, server, recording);
        var store = new RequestStore();
        _source = new ProxyUseSource(options.Upstream, options.Time);
        _energies = recording is null ? null : new RequestEnergies(store, FindWork);
        _estimates = new RequestEstimates(CreateEstimator(options), _energies);
        var observer = new RequestObserver(new ProxyClock(options.Time), store, _source, _energies, _estimates);
        _forwarder = new ProxyForwarder(server.Services.GetRequiredService<IHttpForwarder>(), options.Upstream, observer);
        var routes = new ProxyRoutes(options, store, _energies, _estimates);
        server.Use(next => context => ProblemAnswer.CatchAsync(context, next));
        // Lists are sorted: not on a thread that passes requests on.
        server.Run(context => ProxyRoutes.IsOwn(context.Request.Path)
            ? Task.Run(() => routes.AnswerAsync(context)) : _forwarder.ForwardAsync(context));
    }

    /// <summary>Lets the thread that reads from a socket pass the bytes on, instead of waking up another one for it. To be called before
    /// the first socket of the process; what a user has set stays. On Windows it has no effect.</summary>
    /// <remarks>
    /// Waking up threads was up to half of the proxy's CPU time: 40 switches for each request, 20 for each part of a stream. Nothing
    /// that computes long or blocks may run on these threads: see <see cref="ReplyTap.EndAsync"/>, the proxy's own addresses and
    /// <see cref="ProxyRecording"/>.
    /// </remarks>
    public static void PassOnWithoutThreadSwitches()
    {
        if (Environment.GetEnvironmentVariable(InlineCompletions) is not null)
            return;
        Environment.SetEnvironmentVariable(InlineCompletions, "1");
        if (Environment.GetEnvironmentVariable(SocketThreads) is not null)
            return;
        // Sockets get their threads in turn, and those of clients and of the server often alternate: with an even number of threads one
        // would read all requests and another one all replies.
        var threads = Math.Min(Environment.ProcessorCount, MostSocketThreads) | 1;
        Environment.SetEnvironmentVariable(SocketThreads, threads.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The server.</summary>
    public WebApplication Server => _server;

    /// <summary>Creates the proxy; it is not started yet.</summary>
    /// <param name="options">The options.</param>
    /// <param name="write">Writes a message, a sentence.</param>
    /// <exception cref="ServerStartException">The options are wrong.</exception>
    public static ProxyApplication Create(ProxyOptions options, Action<string> write)
    {
        if (options.IsOwnAddress(FindAddresses(options.Upstream)))
            throw new ServerStartException($"--to {options.Upstream} is the address of this proxy itself: give the address of the model server, or another --listen.");
        var recording = ProxyRecording.Open(options, write);
        try
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            // YARP's own messages have addresses, which may have keys in them; what fails is counted, and answered with its reason.
            builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning).AddFilter("Yarp", LogLevel.None);
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options))
                .UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
            builder.Services.AddHttpForwarder();
            return new ProxyApplication(options, builder.Build(), recording);
        }
        catch (UnknownNameException error)
        {
            recording?.Dispose();
            throw new ServerStartException(error.Message, error);
        }
        catch
        {
            recording?.Dispose();
            throw;
        }
    }

    /// <summary>Serves until it is stopped.</summary>
    /// <param name="announce">Called with the address when it listens.</param>
    /// <param name="stop">Stops it.</param>
    public async Task RunAsync(Action<string> announce, CancellationToken stop)
    {
        if (_options.Model is { } model)
            await Task.WhenAll(_estimates.PrepareAsync(model, isForwardPass: false), _estimates.PrepareAsync(model, isForwardPass: true)).ConfigureAwait(false);
        await _server.StartAsync(stop).ConfigureAwait(false);
        announce(_server.Urls.First());
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var recording = _recording is null ? Task.CompletedTask : Task.Run(() => _recording.RecordAsync(_source, _energies!, FindWork, ends.Token), CancellationToken.None);
        await _server.WaitForShutdownAsync(stop).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        await recording.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _forwarder.Dispose();
        _recording?.Dispose();
    }

    ServedModelWork? FindWork(string name) => ServedModelWork.Find(_options.Model ?? name);

    static CallEstimator CreateEstimator(ProxyOptions options) => new(new TonneCallOptions
    {
        Model = options.Model,
        Zone = options.Place?.Zone,
        Region = options.Place?.Region,
        IntensityGramsPerKwh = options.Place?.IntensityGramsPerKwh,
        Pue = ProxyOptions.ReadPue(options.GetVariable),
    });

    static IPAddress[] FindAddresses(Uri upstream)
    {
        try
        {
            return Dns.GetHostAddresses(upstream.DnsSafeHost);
        }
        catch (SocketException)
        {
            // A name that is not known yet may be so when the first request comes.
            return [];
        }
    }

    static void Configure(KestrelServerOptions kestrel, ProxyOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Listen(options.Address, options.Port, static listen => listen.Protocols = HttpProtocols.Http1);
    }
}
