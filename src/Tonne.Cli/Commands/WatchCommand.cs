using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Watching;
using Tonne.Instruments.Processes;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Reporting.Watching;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne watch</c>: a live view of a run, a process or the machine.</summary>
static class WatchCommand
{
    public static Command Build(CommandContext context)
    {
        var run = new Argument<string?>("run") { Description = "A run that is recorded now: id, unique prefix, name or last; none for the machine", HelpName = "RUN", Arity = ArgumentArity.ZeroOrOne };
        var pid = new Option<int?>("--pid") { Description = "Watch this process and its descendants", HelpName = "PID" };
        var epochs = new Option<int?>("--epochs") { Description = "Epochs in all, for the time and emissions left", HelpName = "N" };
        var every = new Option<string>("--interval") { Description = "Time between looks, 10ms to 1h; default 1s", HelpName = "TIME" };
        var count = new Option<int?>("--count") { Description = "End after so many looks", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "A line of JSON for each look (schema tonne.watch/1)" };
        var command = new Command("watch", "Watch a run, a process or the machine: power, emissions, epochs.") { run, pid, epochs, every, count };
        foreach (var option in SettingOptions.Place)
            command.Options.Add(option);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(run) is not null && parsed.GetValue(pid) is not null)
                throw new InvalidInputException("RUN and --pid are two things to watch: give one.");
            if (parsed.GetValue(epochs) is <= 0 || parsed.GetValue(count) is <= 0)
                throw new InvalidInputException("--epochs and --count must be at least 1.");
            var interval = TimeSpan.FromSeconds(1);
            if (parsed.GetValue(every) is { } text && !Setting.TryParsePeriod(text, out interval))
                throw new InvalidInputException($"--interval '{text}' is not a time between 10ms and 1h; write 1s or 500ms.");
            var loop = new WatchLoop(context, interval, parsed.GetValue(json));
            using var wait = new InterruptWait();
            if (parsed.GetValue(run) is { } name)
                WatchRun(context, loop, name, parsed.GetValue(epochs), parsed.GetValue(count), wait);
            else
                WatchProcess(context, loop, SettingOptions.Resolve(parsed, context), parsed.GetValue(pid), parsed.GetValue(epochs), parsed.GetValue(count), wait);
            return 0;
        });
        return command;
    }

    static void WatchRun(CommandContext context, WatchLoop loop, string name, int? epochs, int? count, InterruptWait wait)
    {
        var session = LedgerSession.OpenWithoutClosing(context);
        var summary = FindRun(session.Ledger, name);
        loop.Run(new RunWatcher(session.Ledger.Home.GetRunFolder(summary.Id), context.Time, session.Settings.OpenIntensities()).Look, epochs, static () => [], count, wait.Wait);
    }

    /// <summary>The run that a text identifies; <c>last</c> is the newest that is recorded now, if there is one.</summary>
    static RunSummary FindRun(Ledger ledger, string text)
    {
        if (text == "last" && ledger.ListRuns(new LedgerQuery { Status = RunStatus.Running, Limit = 1 }) is [var running])
            return running;
        return ledger.Find(text) is RunLookupResult.One one ? one.Run : throw new InvalidInputException(ledger.Find(text).ToString());
    }

    static void WatchProcess(CommandContext context, WatchLoop loop, Settings settings, int? pid, int? epochs, int? count, InterruptWait wait)
    {
        // Without a process it is the machine. Its job is then the process that started tonne, which waits for it, and counts with the others.
        using var process = AttachedProcess.Find(pid ?? GetParentId(), context, settings);
        using var run = process.Record(new MemoryRunSink(), new RecordingOptions
        {
            Place = settings.Place ?? new Place { Pue = settings.Pue },
            GetVariable = static _ => null,
            Intensities = settings.OpenIntensities(),
        }, pid is null ? "machine" : null, context.Time, isKept: false);
        var ledger = new Ledger(new LedgerHome(settings.Home), context.Time);
        var others = new LiveRuns(ledger, ledger.Home, context.Time, settings.OpenIntensities());
        if (wait.Wait(TimeSpan.FromMilliseconds(500)))
            return;
        loop.Run(
            () =>
            {
                var (record, footprint) = run.AccountSoFar();
                return (record, footprint, process.IsAlive);
            },
            epochs, () => others.Look(except: null), count, wait.Wait, isMachine: pid is null);
        run.StopSampling();
    }

    static int GetParentId() => ProcessIdentity.GetParentId(Environment.ProcessId) ?? 1;
}
