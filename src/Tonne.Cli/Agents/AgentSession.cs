using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Cli.Watching;
using Tonne.Instruments.Files;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Agents;

/// <summary>Performs <c>tonne agent run</c>: measures the node until SIGTERM, and pushes its ledger.</summary>
/// <remarks>
/// The node is a chain of runs, one for each day, with all energy of the machine; jobs and pods are runs of their own. An agent that is
/// killed loses what came
/// after its last sample: the next one closes its runs from their traces.
/// </remarks>
sealed class AgentSession
{
    static readonly TimeSpan _look = TimeSpan.FromSeconds(1);
    static readonly TimeSpan _statusPeriod = TimeSpan.FromSeconds(30);
    static readonly TimeSpan _longestLastPush = TimeSpan.FromSeconds(10);
    static readonly TimeSpan _longestWaitForPlace = TimeSpan.FromSeconds(2);

    readonly CommandContext _context;
    readonly Settings _settings;
    readonly AgentRequest _request;
    readonly LedgerHome _home;
    readonly IAgentInstruments _instruments;
    readonly Accountant _accountant = new();
    readonly Lock _accounting = new();
    readonly Lock _saying = new();
    readonly string _node;
    readonly DateTimeOffset _startedAt;
    string? _problem;

    /// <summary>Gets ready.</summary>
    /// <param name="context">The clock and the streams.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="instruments">What it measures with. Default: null, those of this machine.</param>
    public AgentSession(CommandContext context, Settings settings, AgentRequest request, IAgentInstruments? instruments = null)
    {
        (_context, _settings, _request, _home) = (context, settings, request, new LedgerHome(settings.Home));
        _instruments = instruments ?? new LocalInstruments(context, settings, request.MeterAddresses);
        _node = request.Node ?? FleetConfiguration.Read(_home, out _)?.Name ?? Environment.MachineName;
        _startedAt = context.Time.GetUtcNow();
    }

    /// <summary>Measures until Ctrl-C or SIGTERM.</summary>
    /// <returns>0.</returns>
    public int Run()
    {
        using var wait = new InterruptWait();
        return Run(wait.Wait);
    }

    /// <summary>Measures until it is stopped.</summary>
    /// <param name="wait">Waits so long at most; true when the agent shall stop.</param>
    /// <returns>0.</returns>
    public int Run(Func<TimeSpan, bool> wait)
    {
        if (Environment.IsPrivilegedProcess && OperatingSystem.IsLinux() && TrustedPath.FindFolderProblem(_home.Root) is { } problem)
            throw new InvalidInputException(
                $"the ledger {_home.Root} is not used: {problem}. It must be root's, as must all folders above it, and nobody else may "
                    + $"write to them.");
        using var held = AgentStatus.TryLock(_home) ?? throw new InvalidInputException(
            $"an agent measures into {_home.Root} already: end it, or set another home.");
        var ledger = new Ledger(_home, _context.Time, Say);
        foreach (var closed in ledger.CloseInterrupted(Account))
            Say(closed.Problem?.ToString() ?? $"{closed.Id} had been left open and is closed from its trace.");
        using var ofAgent = _instruments as IDisposable;
        using var machine = _instruments.OpenMachine();
        foreach (var warning in machine.Warnings)
            Say(warning);
        using var telemetry = _request.Telemetry.IsWanted ? new NodeTelemetry(_context, _node, _request.Telemetry, Say) : null;
        var options = CreateOptions(FindPlace(machine)) with { Observers = telemetry is null ? [] : [telemetry] };
        var recorder = new RunRecorder(
            _ => machine.FollowNode(), ledger, options with { Policy = SharePolicy.Machine, CoversNode = true }, _context.Time);
        using var chain = new RunChain(recorder, _node, _context.Time, Say);
        using var workloads = new WorkloadRecorders(_context, _instruments, ledger, _request, options, Say);
        chain.AdvanceAsync().GetAwaiter().GetResult();
        var pusher = new AgentPusher(_context, _home, _request, Account, Say);
        using var stop = new CancellationTokenSource();
        var pushing = Task.Run(() => pusher.RunAsync(stop.Token), CancellationToken.None);
        Say($"measuring {_node} into {_home.Root}{(chain.Run is { } run ? " as " + run.Id : "")}; 'tonne agent status' shows it.");
        var sending = telemetry is null ? Task.CompletedTask : Task.Run(() => telemetry.RunAsync(stop.Token), CancellationToken.None);
        Measure(wait, machine, chain, workloads, pusher, telemetry);
        stop.Cancel();
        sending.GetAwaiter().GetResult();
        workloads.FinishAll();
        chain.FinishAsync(new RunCompletion()).GetAwaiter().GetResult();
        pushing.GetAwaiter().GetResult();
        telemetry?.Finish();
        using (var limit = new CancellationTokenSource(_longestLastPush, _context.Time))
            pusher.PushLastAsync(limit.Token).GetAwaiter().GetResult();
        WriteStatus(machine, chain, workloads, pusher, telemetry);
        return 0;
    }

    void Measure(
        Func<TimeSpan, bool> wait, IAgentMachine machine, RunChain chain, WorkloadRecorders workloads, AgentPusher pusher, NodeTelemetry? telemetry)
    {
        var (written, seen) = (_context.Time.GetTimestamp(), (object?)null);
        WriteStatus(machine, chain, workloads, pusher, telemetry);
        while (!wait(_look))
        {
            try
            {
                chain.AdvanceAsync().GetAwaiter().GetResult();
                _problem = chain.Run is null ? "The node is not measured." : null;
            }
#pragma warning disable CA1031 // An agent of weeks must not end because a day could not be closed; it is closed from its trace.
            catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                Say(_problem = error.Message);
            }

            workloads.Update();
            telemetry?.SetRunning([.. new[] { chain.Run }.OfType<RecordedRun>(), .. workloads.Runs]);
            pusher.MeasuringProblem = _problem;
            if (ReferenceEquals(seen, pusher.Status) && _context.Time.GetElapsedTime(written) < _statusPeriod)
                continue;
            (written, seen) = (_context.Time.GetTimestamp(), pusher.Status);
            WriteStatus(machine, chain, workloads, pusher, telemetry);
        }
    }

    Place FindPlace(IAgentMachine machine)
    {
        if (_settings.Place is { } given)
            return given;
        var detection = machine.DetectPlaceAsync();
        return detection.Wait(_longestWaitForPlace) ? detection.Result : new Place { Pue = _settings.Pue };
    }

    RecordingOptions CreateOptions(Place place) => new()
    {
        Project = _settings[Setting.Project],
        Tags = ImmutableSortedDictionary<string, string>.Empty.Add("kind", "agent").Add("node", _node),
        Place = place,
        Intensities = _settings.OpenIntensities(),
        Policy = _settings.Policy,
        Period = _settings.GivenPeriod,
        GetVariable = static _ => null,
        OnProblem = problem => Say(problem.Error.Message),
    };

    FootprintStatement Account(RunRecord record)
    {
        // The recorder's thread and the pusher's may both close runs.
        lock (_accounting)
            return _accountant.Account(record, FactorSelector.SelectFactors(record, _settings.OpenIntensities())).CreateStatement(
                _context.Time.GetUtcNow());
    }

    void WriteStatus(IAgentMachine machine, RunChain chain, WorkloadRecorders workloads, AgentPusher pusher, NodeTelemetry? telemetry) => new AgentStatus
    {
        At = _context.Time.GetUtcNow(),
        Node = _node,
        Version = VersionCommand.Version,
        ProcessId = Environment.ProcessId,
        StartedAt = _startedAt,
        Run = chain.Run?.Id,
        WorkloadRuns = workloads.RunIds,
        Measured = ListParts(machine, Quality.Measured, isEqual: true),
        Modelled = ListParts(machine, Quality.Measured, isEqual: false),
        Problem = _problem,
        Push = pusher.Status,
        Telemetry = telemetry?.Status ?? [],
        Warnings = machine.Warnings,
        DiskBytes = pusher.DiskBytes,
        MaxDiskBytes = _request.MaxDiskBytes,
    }.Write(_home);

    static ImmutableArray<string> ListParts(IAgentMachine machine, Quality quality, bool isEqual) =>
        [.. machine.Bases.Where(basis => (basis.Quality == quality) == isEqual).Select(basis => EnumWords.Format(basis.Component))
            .Distinct(StringComparer.Ordinal)];

    void Say(string text)
    {
        lock (_saying)
            _context.Error.WriteLine("tonne: " + text);
    }
}
