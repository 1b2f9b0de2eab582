using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Cli.Watching;
using Tonne.Instruments.Processes;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne attach --pid PID</c>: records a process that runs already.</summary>
static class AttachCommand
{
    static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    public static Command Build(CommandContext context)
    {
        var pid = new Option<int?>("--pid") { Description = "The process to record, with its descendants", HelpName = "PID" };
        var jupyter = new Option<bool>("--jupyter") { Description = "Record the Jupyter kernel that runs on this machine" };
        var name = new Option<string>("--name", "-n") { Description = "Name of the run; default: made from the command", HelpName = "N" };
        var command = new Command("attach", "Record a process that runs already, from now until it ends or Ctrl-C.") { pid, jupyter, name };
        foreach (var option in SettingOptions.Place.Concat(SettingOptions.Measurement))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            using var process = AttachedProcess.Find(ChooseProcess(parsed.GetValue(pid), parsed.GetValue(jupyter)), context, settings);
            using var wait = new InterruptWait();
            if (JoinRanks(process, parsed.GetValue(name), settings) is { } ranks)
            {
                using (ranks)
                    return FollowRank(ranks, process, wait);
            }

            using var run = process.Record(new Ledger(new LedgerHome(settings.Home), context.Time, Say), new RecordingOptions
            {
                Project = settings[Setting.Project],
                Place = settings.Place ?? new Place { Pue = settings.Pue },
                Policy = settings.Policy,
                MaskSecrets = settings[Setting.MaskSecrets] != "false",
                GetVariable = process.GetVariable,
                OnProblem = problem => Say(problem.Error.Message),
            }, parsed.GetValue(name), context.Time);
            Say($"recording {run.Opening.Name} ({process.Id.ToString(CultureInfo.InvariantCulture)}) as {run.Id}; Ctrl-C ends the recording and leaves the process.");
            var detached = IsAliveAtEnd(process, wait);
            var result = run.FinishAsync(new RunCompletion { Interrupted = detached, Warnings = [CreateWarning(detached)] }).AsTask().GetAwaiter().GetResult();
            RunSummaryText.Write(context.Error, result.Record, result.Footprint, context.ErrorCapabilities, run.Location is null ? null : "last", isTraced: false);
            return 0;
        });
        return command;

        // A process that is a rank of a distributed job is in one run with the others of its node.
        RankSession? JoinRanks(AttachedProcess process, string? givenName, Settings settings)
        {
            if (RankIdentity.Find(process.GetVariable) is not { } identity
                || (ParentRun.Find(process.GetVariable, process.Identity.BootId) is { } outer && JobInstruments.MayBeInside(outer, process.Id)))
                return null;
            var request = new RunRequest([.. process.Command], givenName ?? process.DefaultName, ImmutableSortedDictionary<string, string>.Empty, Output: null, Quiet: false)
            {
                JoinsRanks = true,
                Attached = process.Identity,
                GetVariable = process.GetVariable,
            };
            return RankSession.TryJoin(context, settings, new RunSession(context, settings), request, process.Discovery, identity, watcher: null);
        }

        int FollowRank(RankSession ranks, AttachedProcess process, InterruptWait wait)
        {
            Say($"recording {process.DefaultName} ({process.Id.ToString(CultureInfo.InvariantCulture)}) with the other ranks; Ctrl-C ends the recording and leaves the process.");
            var detached = IsAliveAtEnd(process, wait);
            if (ranks.Leave(0, marks: null, [CreateWarning(detached)], stoppedByUser: detached) is { } result)
                RunSummaryText.Write(context.Error, result.Record, result.Footprint, context.ErrorCapabilities, ranks.Location is null ? null : "last", isTraced: false);
            return 0;
        }

        void Say(string text) => context.Error.WriteLine("tonne: " + text);
    }

    /// <summary>Waits until the process has ended or the user ends the recording; the sampler has a thread of its own.</summary>
    /// <returns>Whether the process still runs.</returns>
    static bool IsAliveAtEnd(AttachedProcess process, InterruptWait wait)
    {
        while (process.IsAlive && !wait.Wait(_look))
        {
        }

        return process.IsAlive;
    }

    static Warning CreateWarning(bool detached) => new("attached", detached
        ? "The process was recorded from the middle of its life and still runs: what it used before and after is not counted."
        : "The process was recorded from the middle of its life: what it used before is not counted, and its exit code is not known.");

    static int ChooseProcess(int? pid, bool jupyter)
    {
        if (jupyter == pid is not null)
            throw new InvalidInputException("give the process to record: --pid PID, or --jupyter.");
        if (pid is { } id)
            return id;
        var kernels = AttachedProcess.FindJupyterKernels();
        return kernels.Count switch
        {
            1 => kernels[0],
            0 => throw new InvalidInputException("no Jupyter kernel runs on this machine, or it is another user's: start the notebook first, or give --pid."),
            _ => throw new InvalidInputException("several Jupyter kernels run: give one with --pid: " + string.Join(", ", kernels.Select(kernel => $"{kernel.ToString(CultureInfo.InvariantCulture)} ({string.Join(' ', AttachedProcess.ReadCommand(kernel).TakeLast(1))})")) + "."),
        };
    }
}
