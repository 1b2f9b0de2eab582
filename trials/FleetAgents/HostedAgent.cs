using Tonne.Cli;
using Tonne.Cli.Agents;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;

namespace Tonne.Trials.FleetAgents;

/// <summary>A real agent on a thread of this process.</summary>
/// <param name="node">Its node.</param>
/// <param name="root">Its ledger.</param>
/// <param name="request">What it is asked for.</param>
/// <param name="period">Time between samples, as the setting has it.</param>
/// <param name="log">Receives what it says.</param>
sealed class HostedAgent(ReplayedNode node, string root, AgentRequest request, string period, TextWriter log) : IDisposable
{
    static readonly TimeSpan _retry = TimeSpan.FromSeconds(1);

    readonly ManualResetEventSlim _stop = new();
    readonly ManualResetEventSlim _measures = new();
    Thread? _thread;

    /// <summary>The node.</summary>
    internal ReplayedNode Node => node;

    /// <summary>Starts it.</summary>
    internal void Start()
    {
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = node.Name };
        _thread.Start();
    }

    void Run()
    {
        var settings = Settings.Resolve(
            new Dictionary<Setting, string?> { [Setting.Zone] = "FR", [Setting.Period] = period, [Setting.Home] = root }, static _ => null, "");
        var context = new CommandContext(TimeProvider.System, TextWriter.Null, log, static _ => null, "", false, false, 80);
        try
        {
            new AgentSession(context, settings, request, node).Run(wait =>
            {
                _measures.Set();
                return _stop.Wait(wait);
            });
        }
        catch (InvalidInputException error)
        {
            log.WriteLine($"{node.Name}: {error.Message}");
        }
    }

    /// <summary>Waits until it measures.</summary>
    internal bool WaitUntilItMeasures(TimeSpan atMost) => _measures.Wait(atMost);

    /// <summary>Ends it, and pushes what its last push left.</summary>
    internal void Stop()
    {
        _stop.Set();
        _thread?.Join();
        var home = new LedgerHome(root);
        if (FleetSettings.Read(home, out _) is not { } settings)
            return;
        using var http = PushConnection.Create(settings);
        using var queue = PushQueue.TryOpen(home, settings.Server) ?? throw new InvalidOperationException($"{root} is being pushed");
        queue.Refresh();
        var client = new PushClient(http, settings, queue, TimeProvider.System, new Random(1));
        while (queue.Backlog.Lines > 0)
        {
            var outcome = client.PushAsync(
                static backlog => new NodeReport { Version = "0.1.0", Waiting = backlog.Lines }, greets: false, CancellationToken.None)
                .GetAwaiter().GetResult();
            if (outcome.Problem is null)
                continue;
            log.WriteLine($"{node.Name}: {outcome.Problem}");
            _stop.Reset();
            _ = _stop.Wait(_retry);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _measures.Dispose();
    }
}
