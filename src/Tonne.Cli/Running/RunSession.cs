using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Cli.Planning;
using Tonne.Cli.Wrapping;
using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PlaceDetection;
using Tonne.Instruments.Processes;
using Tonne.Ledgers;
using Tonne.Ledgers.Budgets;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Reporting.Totals;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Performs one <c>tonne run</c>: discovers the machine, runs and records the command, and prints the summary.</summary>
/// <remarks>
/// "Child" is the process of the command. Before it starts, the trace file exists and the first sample has been taken; the last sample is
/// taken after it has ended. A failure of tonne never prevents the child from starting and never changes its exit code.
/// </remarks>
sealed class RunSession(CommandContext context, Settings settings)
{
    /// <summary>The file name that stands for standard output; the document is on one line there.</summary>
    internal const string StandardOutput = "-";

    /// <summary>Whether Ctrl-C ended the command.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>The record of the run and its footprint; null if recording or accounting failed.</summary>
    public (RunRecord Record, Footprint Footprint)? Result { get; private set; }

    /// <summary>Runs the command.</summary>
    /// <returns>
    /// The child's exit code, or 128 + n if signal n ended it; 127 if the command was not found, 126 if it is not executable, 125 if tonne
    /// did not start it; 1 if --strict is set, some energy was not measured and the child succeeded.
    /// </returns>
    public int Run(RunRequest request)
    {
        var inheritance = context.HostSystem is null ? request.Inheritance ?? InheritedState.ReadAndIgnoreFileSizeSignal() : null;
        using var discovery = MachineDiscovery.Discover(
            new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable) with { HostSystem = context.HostSystem });
        if (settings.Strict && discovery.DescribeUnmeasured() is { } unmeasuredParts)
        {
            WriteMessage($"--strict: {unmeasuredParts}. 'tonne doctor' says which meters are missing and how to enable them.");
            return 125;
        }

        using var watcher = request.Limits is { Max: not null } limits ? new LimitWatcher(limits, context.Time, WriteMessage) : null;
        if (request.JoinsRanks && context.HostSystem is { } other && RankIdentity.Find(context.GetVariable) is not null)
            WriteMessage($"each rank is recorded as a run of its own: ranks do not find each other on {other.Name}.");
        // A run inside another one is part of it: its processes count for the outer one's rank.
        if (request.JoinsRanks && context.HostSystem is null && RankIdentity.Find(context.GetVariable) is { } identity
            && (ParentRun.Find(context.GetVariable, ProcessIdentity.GetCurrent().BootId) is not { } outer || !JobInstruments.MayBeInside(outer, Environment.ProcessId)))
        {
            using var ranks = RankSession.TryJoin(context, settings, this, request, discovery, identity, watcher);
            if (ranks is not null)
                return RunRank(ranks, request, inheritance, watcher);
        }

        JobMeters? meters = null;
        var place = (request.Place ?? settings.Place) is { } given ? Task.FromResult(given) : DetectPlaceAsync(discovery);
        var recorder = new RunRecorder(
            id => (meters = new JobMeters(id, discovery, request.OwnCpuBefore, context.HostSystem)).Job,
            CreateSink(request), CreateOptions(request, discovery, place) with { Observers = watcher is null ? [] : [watcher] }, context.Time);
        using var run = recorder.OpenAsync(request.Name ?? RunNames.FromCommand(GetKeptCommand(request))).AsTask().GetAwaiter().GetResult();
        using var marks = new MarkReceiver(context, settings, new RecordedMarkTarget(run, place), WriteMessage);
        using var pausable = request.CleanHours is null ? null : PausableCommand.Create();
        IRunningCommand child;
        try
        {
            child = StartChild(request, inheritance, marks, meters!.Placement, meters.Account, pausable);
        }
        catch (StartFailureException error)
        {
            context.Error.WriteLine(error.Message);
            RunGuarded(() => FinishRun(run, marks, error.ExitCode, place, []));
            return error.ExitCode;
        }

        using (child)
        {
            meters.AttachChild(child);
            run.StartSampling();
            if (pausable is not null)
                request.CleanHours!.Follow(pausable);
            watcher?.Start(() => AccountSoFar(run, place, request.Limits!.Max!), meters.ListProcessIds);
            var exit = child.WaitAsync().GetAwaiter().GetResult();
            watcher?.Dispose();
            Interrupted = exit.Interrupted;
            var violatesStrict = false;
            var exitCode = GetExitCode(exit);
            var childWarnings = ListWarnings(child, exit, watcher);
            var violatesLimit = false;
            RunGuarded(() =>
            {
                var (record, footprint, _) = FinishRun(run, marks, exitCode, place, childWarnings, exit.StoppedByUser, request.CleanHours);
                Result = (record, footprint);
                WriteSummary(request, record, footprint, run.Location);
                violatesLimit = !CheckLimits(request.Limits, footprint);
                CheckBudgets(request, record);
                RememberIdlePower(record);
                violatesStrict = ViolatesStrict(record);
            });
            return exitCode == 0 && (violatesStrict || violatesLimit) ? 1 : exitCode;
        }
    }

    /// <summary>What the run has used so far, in the unit of a limit; null if it cannot be accounted.</summary>
    internal static Bounds? AccountSoFar(RecordedRun run, Task<Place>? place, Allowance limit)
    {
        try
        {
            var (_, footprint) = run.AccountSoFar(place is { IsCompletedSuccessfully: true } ? place.Result : null);
            return GetUsed(limit, footprint);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or LedgerUnavailableException
            or ArgumentException or InvalidOperationException or OverflowException)
        {
            // The next look may succeed; the end reports what is wrong.
            return null;
        }
    }

    static Bounds GetUsed(Allowance limit, Footprint footprint) => limit.IsEnergy ? footprint.FacilityEnergy.Bounds : footprint.Total.Bounds;

    /// <summary>Writes what a run has used of its limits.</summary>
    /// <returns>False if the command must fail.</returns>
    bool CheckLimits(RunLimits? limits, Footprint footprint)
    {
        if (limits?.WarnOver is { } warn && GetUsed(warn, footprint) is var used && used.Best > warn.Value)
            WriteMessage(BudgetText.Describe("--warn-over", warn, used));
        if (limits?.FailOver is not { } fail)
            return true;
        var final = GetUsed(fail, footprint);
        WriteMessage(BudgetText.Describe("--fail-over", fail, final));
        return final.Best <= fail.Value;
    }

    /// <summary>Warns of budgets that this run belongs to and that are exceeded now.</summary>
    void FindExceededBudgets(RunRequest request, RunRecord record)
    {
        if (!request.KeepInLedger)
            return;
        var ledger = new Ledger(new LedgerHome(settings.Home), context.Time);
        var opening = record.Opening;
        var budgets = new BudgetFile(ledger.Home).Read().Where(budget => (budget.Project ?? opening.Project) == opening.Project
            && (budget.Account ?? opening.Job?.Account) == opening.Job?.Account && (budget.User ?? opening.User) == opening.User).ToList();
        if (budgets.Count == 0)
            return;
        foreach (var state in ledger.CheckBudgets(budgets).Where(state => state.IsExceeded))
            WriteMessage(BudgetText.Describe(BudgetCommand.FormatScope(state.Budget), state.Budget.Limit, state.Used));
    }

    /// <summary>Keeps the idle powers that the run has seen for later runs. If it cannot, a later run will see them again.</summary>
    void RememberIdlePower(RunRecord record)
    {
        if (!settings.RemembersIdlePower)
            return;
        try
        {
            IdlePowerStore.Add(settings.IdlePowerFile, new FileTree(settings.Sysroot), record, context.Time.GetUtcNow());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    /// <summary>Warns of exceeded budgets; a problem with them is said and changes nothing.</summary>
    void CheckBudgets(RunRequest request, RunRecord record)
    {
        try
        {
            FindExceededBudgets(request, record);
        }
        catch (LedgerUnavailableException error)
        {
            WriteMessage("budgets were not checked: " + error.Message);
        }
    }

    IRunningCommand StartChild(
        RunRequest request, InheritedState? inheritance, MarkReceiver marks, CgroupPlacement? placement, IJobAccount? account = null, PausableCommand? pausable = null)
    {
        var command = new ChildCommand(request.Command)
        {
            Inheritance = inheritance,
            Environment = marks.ChildEnvironment,
            // A command that outlives tonne must not write to a pipe that nobody reads.
            Listener = pausable is null ? marks.Listener : null,
            Streams = request.Streams,
            Placement = placement,
            Pausable = pausable,
            HelperPid = request.HelperPid,
        };
        return account is null ? ChildProcess.Start(command, context.Time) : PortableChild.Start(command, account, context.Time);
    }

    /// <summary>Runs the command as a rank of a run that has all ranks of this node.</summary>
    int RunRank(RankSession ranks, RunRequest request, InheritedState? inheritance, LimitWatcher? watcher)
    {
        using var marks = new MarkReceiver(context, settings, ranks, WriteMessage);
        IRunningCommand child;
        try
        {
            child = StartChild(request, inheritance, marks, ranks.Placement);
        }
        catch (StartFailureException error)
        {
            context.Error.WriteLine(error.Message);
            RunGuarded(() => ranks.Leave(error.ExitCode, marks, [], stoppedByUser: false));
            return error.ExitCode;
        }

        using (child)
        {
            ranks.AttachChild(child);
            var exit = child.WaitAsync().GetAwaiter().GetResult();
            watcher?.Dispose();
            Interrupted = exit.Interrupted;
            var exitCode = GetExitCode(exit);
            var warnings = ListWarnings(child, exit, watcher);
            var violates = false;
            RunGuarded(() =>
            {
                if (ranks.Leave(exitCode, marks, warnings, exit.StoppedByUser) is not { } result)
                    return;
                Result = (result.Record, result.Footprint);
                WriteSummary(request with { Output = null }, result.Record, result.Footprint, ranks.Location);
                violates = !CheckLimits(request.Limits, result.Footprint) | ViolatesStrict(result.Record);
                CheckBudgets(request, result.Record);
                RememberIdlePower(result.Record);
            });
            return exitCode == 0 && violates ? 1 : exitCode;
        }
    }

    /// <summary>The command's exit code. A command that wrote to a pipe could not see the error that it would have ended with.</summary>
    static int GetExitCode(ChildExit exit) => exit.LostOutput is not null && exit.ExitCode == 0 ? 1 : exit.ExitCode;

    List<Warning> ListWarnings(IRunningCommand child, ChildExit exit, LimitWatcher? watcher)
    {
        var warnings = child.Warnings.Select(static text => new Warning("wrapping", text)).ToList();
        if (exit.LostOutput is { } lost)
        {
            WriteMessage($"a part of the command's output could not be written: {lost}.");
            warnings.Add(new Warning("output-lost", $"A part of the command's output could not be written: {lost}."));
        }

        if (watcher?.StopReason is { } stopped)
            warnings.Add(new Warning("stopped-at-limit", stopped + "."));
        return warnings;
    }

    /// <summary>Whether energy that --strict wants measured was not; a message says which.</summary>
    bool ViolatesStrict(RunRecord record)
    {
        if (!settings.Strict || record.Gaps.IsEmpty)
            return false;
        var gap = record.Gaps[0];
        WriteMessage($"--strict: {gap.Meter} gave no value for {gap.To - gap.From:0.0} s ({gap.Reason}): not all energy was measured.");
        return true;
    }

    /// <summary>Performs a step of tonne after the command. If it fails, a message is written and tonne continues.</summary>
    internal void RunGuarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or LedgerUnavailableException
            or ArgumentException or InvalidOperationException or OverflowException)
        {
            WriteMessage("the run could not be evaluated: " + error.Message);
        }
    }

    /// <summary>
    /// Detects the place while the child is already running. If it is known when the run starts, it is recorded then, otherwise at the end.
    /// </summary>
    internal async Task<Place> DetectPlaceAsync(DiscoveryResult discovery)
    {
        var tree = new FileTree(settings.Sysroot);
        var givenAddress = settings[Setting.CloudMetadata] is { } address ? System.Net.IPEndPoint.Parse(address) : null;
        var metadata = givenAddress is not null ? new CloudMetadata(context.Time, givenAddress)
            : tree.IsSysroot ? null
            : new CloudMetadata(context.Time);
        var detected = await PlaceDetector.DetectAsync(tree, discovery.Description.Firmware, context.GetVariable("TZ"), metadata)
            .ConfigureAwait(false);
        return detected with { Pue = settings.Pue };
    }

    internal IRunSink CreateSink(RunRequest request) =>
        request.KeepInLedger ? new Ledger(new LedgerHome(settings.Home), context.Time, WriteMessage) : new MemoryRunSink();

    /// <summary>The command as it is kept: without secrets, unless the setting says otherwise.</summary>
    internal ImmutableArray<string> GetKeptCommand(RunRequest request) =>
        MasksSecrets ? SecretMask.Mask(request.Command) : request.Command;

    bool MasksSecrets => settings[Setting.MaskSecrets] != "false";

    internal RecordingOptions CreateOptions(RunRequest request, DiscoveryResult discovery, Task<Place> place) => new()
    {
        Project = settings[Setting.Project],
        Tags = request.Tags,
        Command = request.Command,
        MaskSecrets = MasksSecrets,
        Place = place.IsCompletedSuccessfully ? place.Result : new Place { Pue = settings.Pue },
        Intensities = settings.OpenIntensities(request.Series),
        Policy = settings.Policy,
        Period = settings.GetPeriod(discovery),
        GetVariable = request.GetVariable ?? context.GetVariable,
        OnProblem = WriteProblem,
    };

    static RunResult FinishRun(RecordedRun run, MarkReceiver marks, int exitCode, Task<Place> place, IEnumerable<Warning> warnings, bool stoppedByUser = false, CleanHours? cleanHours = null)
    {
        marks.Finish(run.StopSampling());
        var timing = cleanHours?.Finish(cleanHours is null ? Energy.Zero : Energy.FromKilowattHours(run.AccountSoFar().Footprint.Energy.Value));
        var completion = new RunCompletion
        {
            ExitCode = exitCode,
            Interrupted = stoppedByUser,
            Place = place.IsCompletedSuccessfully ? place.Result : null,
            Timing = timing,
            Warnings = [.. warnings],
        };
        return run.FinishAsync(completion).AsTask().GetAwaiter().GetResult();
    }

    void WriteProblem(RecorderProblem problem) => WriteMessage(problem.Kind switch
    {
        RecorderProblemKind.SinkUnavailable =>
            $"{problem.Error.Message} The command runs anyway and its figures are printed at the end, "
            + "but the run will not be in the ledger.",
        RecorderProblemKind.TraceIncomplete =>
            $"the trace could not be written completely: {problem.Error.Message} The rest of it is in memory; "
            + "the figures are computed from both parts.",
        RecorderProblemKind.ObserverFailed => $"an observer of the run failed and is not called any more: {problem.Error.Message}",
        _ => $"{problem.Error.Message} The trace is kept; the record of the run is computed from it as soon as the ledger can be written.",
    });

    void WriteSummary(RunRequest request, RunRecord record, Footprint footprint, string? folder)
    {
        if (request.Output is { } output)
            WriteOutput(output, RunDocument.From(record, footprint), folder is not null);
        if (request.Quiet)
            return;
        var screen = context.ErrorCapabilities;
        if (request.Verbose)
        {
            RunReport.Write(context.Error, record, footprint, screen, folder, isKept: folder is not null);
        }
        else
        {
            RunSummaryText.Write(context.Error, record, footprint, screen, folder is null ? null : "last",
                isTraced: request.ShowTrace && record.ExitCode == 0);
        }
    }

    internal void WriteOutput(string path, RunDocument document, bool isInLedger)
    {
        if (path == StandardOutput)
        {
            context.Out.Write(JsonSerializer.Serialize(document, ReportJson.OneLine.RunDocument) + "\n");
            context.Out.Flush();
            return;
        }

        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(document, ReportJson.Readable.RunDocument) + "\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // .NET throws ArgumentOutOfRangeException if the file would grow beyond the limit on its size.
            var alternative = isInLedger ? " The run is in the ledger: 'tonne show last --json' prints the same." : "";
            WriteMessage($"--output {path}: {error.Message.TrimEnd('.')}.{alternative}");
        }
    }

    internal void WriteMessage(string text) => context.Error.WriteLine("tonne: " + text);
}
