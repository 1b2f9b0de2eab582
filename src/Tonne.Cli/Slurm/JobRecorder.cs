using Tonne.Cli.Configuration;
using Tonne.Cli.Watching;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Slurm;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Slurm;

/// <summary>Records everything of one job of Slurm on this node, from its prolog to its epilog.</summary>
/// <param name="context">The clock and the environment, without anything of the job's but what slurmd set.</param>
/// <param name="files">The files of the recorder.</param>
/// <param name="log">Receives what an administrator must know.</param>
sealed class JobRecorder(CommandContext context, RecorderFiles files, AdminLog log)
{
    static readonly TimeSpan _lookForLock = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan _longestWaitForLock = TimeSpan.FromSeconds(5);
    static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    /// <summary>The controller is asked during discovery; the job is not kept waiting longer for its name.</summary>
    static readonly TimeSpan _longestWaitForFacts = TimeSpan.FromMilliseconds(300);

    /// <summary>A job without processes for so long may have ended without an epilog.</summary>
    static readonly TimeSpan _timeWithoutProcesses = TimeSpan.FromMinutes(5);

    static readonly string[] _liveStates = ["RUNNING", "SUSPENDED", "CONFIGURING", "COMPLETING", "STOPPED", "RESIZING", "SIGNALING", "STAGE_OUT"];

    /// <summary>Records the job until its epilog, SIGTERM, or until the controller says that it has ended.</summary>
    public void Record(SlurmJob job, Settings settings)
    {
        using var wait = new InterruptWait();
        var begin = context.Time.GetTimestamp();
        using var ownLock = files.TryLock(() => !wait.Wait(_lookForLock) && context.Time.GetElapsedTime(begin) < _longestWaitForLock);
        if (ownLock is null)
            return;
        var subject = $"job {job.Id} on {job.Node}";
        files.WriteState(records: false);
        try
        {
            if (Environment.IsPrivilegedProcess && TrustedPath.FindFolderProblem(settings.Home) is { } problem)
                throw new SettingsException([$"the ledger {settings.Home} is not used: {problem}. It must be root's, as must all folders above it, and nobody else may write to them."]);
            using var asking = new CancellationTokenSource();
            // What slurmd says of the job counts more than what the controller says, so it is asked only for what is missing.
            var needsFacts = context.GetVariable("SLURM_JOB_NAME") is null || context.GetVariable("SLURM_JOB_ACCOUNT") is null;
            var facts = needsFacts ? ControllerQuery.AskAsync(job.Id, context.GetVariable("SLURM_CONF"), asking.Token) : Task.FromResult<IReadOnlyDictionary<string, string>?>(null);
            using var discovery = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable));
            _ = facts.Wait(_longestWaitForFacts);
            var known = facts.IsCompletedSuccessfully ? facts.Result : null;
            string? GetVariable(string name) => context.GetVariable(name) ?? known?.GetValueOrDefault(name);
            var reservation = ResourceReservation.ReadAllocation(GetVariable, discovery.Machine.Threads);
            var holder = ProcessIdentity.GetCurrent();
            JobInstruments? instruments = null;
            var recorder = new RunRecorder(
                _ => new MachineJob(discovery, instruments = JobInstruments.FollowSlurmJob(job, holder, discovery.Machine, reservation, GetVariable), holder, null, reservation),
                new Ledger(new LedgerHome(settings.Home), context.Time, text => log.Write(subject, text)), CreateOptions(settings, discovery, subject, GetVariable), context.Time);
            using var run = recorder.StartAsync(GetVariable("SLURM_JOB_NAME") ?? "slurm-" + job.Id).AsTask().GetAwaiter().GetResult();
            files.WriteState(records: true);
            var warnings = WaitForEnd(job, wait, instruments!);
            var (_, exitCode) = files.ReadEnding();
            asking.Cancel();
            var late = facts.IsCompletedSuccessfully && !ReferenceEquals(facts.Result, known) ? facts.Result : null;
            run.FinishAsync(new RunCompletion
            {
                ExitCode = exitCode ?? 0,
                Job = late is null ? null : JobEnvironment.FindJob(name => context.GetVariable(name) ?? late.GetValueOrDefault(name)) is { } whole ? whole with { CoversJob = true } : null,
                Warnings = [.. warnings],
            }).AsTask().GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // Whatever is wrong, nobody but the log can know it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            log.Write(subject, $"is not accounted: {error.Message}{(error is SettingsException or LedgerUnavailableException or IOException or UnauthorizedAccessException ? "" : $" ({error.GetType().Name})")}");
        }
        finally
        {
            files.Remove();
        }
    }

    RecordingOptions CreateOptions(Settings settings, DiscoveryResult discovery, string subject, Func<string, string?> getVariable) => new()
    {
        Project = settings[Setting.Project],
        Place = settings.Place ?? new Place { Pue = settings.Pue },
        Intensities = settings.OpenIntensities(),
        Policy = settings.Policy,
        Period = settings.GetPeriod(discovery),
        GetVariable = getVariable,
        CoversJob = true,
        OnProblem = problem => log.Write(subject, problem.Error.Message),
    };

    /// <summary>Waits for the epilog, or for SIGTERM, or until nothing of the job is there any more.</summary>
    IEnumerable<Warning> WaitForEnd(SlurmJob job, InterruptWait wait, JobInstruments instruments)
    {
        var seen = context.Time.GetTimestamp();
        while (!files.ReadEnding().HasEnded && !wait.Wait(_look))
        {
            if (instruments.ListProcessIds().Count > 0)
            {
                seen = context.Time.GetTimestamp();
            }
            else if (context.Time.GetElapsedTime(seen) > _timeWithoutProcesses)
            {
                seen = context.Time.GetTimestamp();
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), context.Time);
                var facts = ControllerQuery.AskAsync(job.Id, context.GetVariable("SLURM_CONF"), limit.Token).GetAwaiter().GetResult();
                if (facts is not null && !_liveStates.Contains(facts["STATE"], StringComparer.Ordinal))
                    return [new Warning("no-epilog", "The job had ended, and its epilog did not run: the end of the run is up to five minutes late.", "Check the Epilog lines of slurm.conf.")];
            }
        }

        return files.ReadEnding().HasEnded ? []
            : [new Warning("recorder-stopped", "The recorder was stopped by a signal before the job's epilog: what the job used afterwards is not counted.")];
    }
}
