using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Cli.Wrapping.Native;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Planning;
using Tonne.Reporting.Planning;
using Tonne.Runs;

namespace Tonne.Cli.Planning;

/// <summary>The options of <c>tonne run --when-clean</c>.</summary>
sealed class WhenCleanOptions
{
    // Where neither the user nor an earlier run says how long the work takes.
    static readonly TimeSpan _assumedDuration = TimeSpan.FromHours(1);

    readonly PlanOptions _plan = new();
    readonly Option<bool> _whenClean = new("--when-clean") { Description = "Wait for clean hours, pause and continue; needs --finish-by or 24 h of slack" };
    readonly Option<string> _maxWait = new("--max-wait") { Description = "Longest time that is waited, pauses included", HelpName = "TIME" };
    readonly Option<string> _pauseSignal = new("--pause-signal") { Description = "Sent before a pause, for a checkpoint: USR1, USR2 or TSTP", HelpName = "SIGNAL" };
    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what --when-clean would do" };

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_whenClean, .. _plan.ForRun, _maxWait, _pauseSignal, _dryRun];

    /// <summary>Files of intensities, also for accounts by the hour.</summary>
    public Option<string> Series => _plan.Series;

    /// <summary>Whether the command waits for clean hours.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_whenClean);

    /// <summary>Checks that no option of waiting is given without it.</summary>
    /// <exception cref="InvalidInputException">One is.</exception>
    public void CheckWithout(ParseResult parsed)
    {
        foreach (var option in All.Where(option => option != _whenClean && parsed.GetResult(option) is { Implicit: false }))
            throw new InvalidInputException($"{option.Name} belongs to --when-clean, which is not given.");
    }

    /// <summary>Makes the first plan, and shows it if that is all that is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Environment.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="name">Name of the run, by which an earlier one is found.</param>
    /// <returns>What to wait with, null to run at once; and the exit code if nothing is to be run.</returns>
    /// <exception cref="InvalidInputException">An option is wrong, or this is a job of Slurm.</exception>
    public (CleanHours? Hours, int? ExitCode) Prepare(ParseResult parsed, CommandContext context, Settings settings, string name)
    {
        if (context.GetVariable("SLURM_JOB_ID") is { Length: > 0 })
        {
            throw new InvalidInputException("--when-clean does not wait inside a job of Slurm: the nodes that are reserved for it would be held, and used by nobody. "
                + "Let Slurm start it later: sbatch --begin, at a time that 'tonne plan' names.");
        }

        if (!OperatingSystem.IsLinux() && !parsed.GetValue(_dryRun))
            throw new InvalidInputException("--when-clean waits and pauses on Linux only, where a process of its own keeps the command from staying stopped. 'tonne plan' names the time to start at.");
        var say = (string text) => context.Error.WriteLine("tonne: " + TextSanitizer.ToOneLine(text));
        var clock = ScaledClock.Create(context);
        var now = PlanTime.FloorToMinute(clock.GetUtcNow());
        var duration = _plan.HasDuration(parsed) ? (TimeSpan?)null : FindDuration(context, settings, name, say);
        var finishBy = FindLatestFinish(parsed, now, duration);
        var signal = ReadSignal(parsed.GetValue(_pauseSignal));
        PlanReport first;
        try
        {
            first = _plan.Plan(parsed, context, settings, new PlanMoment(now, clock, duration, finishBy));
        }
        catch (NoPlanException error) when (!parsed.GetValue(_dryRun))
        {
            say($"{error.Message} The command runs at once.");
            return (null, null);
        }

        if (parsed.GetValue(_dryRun))
        {
            PlanText.Write(context.Out, first, context.OutCapabilities);
            return (null, 0);
        }

        if (first.Plan.Immediate is null)
        {
            say("starting now: the intensity of the next hours is not known, so that nothing says what waiting would save.");
            return (null, null);
        }

        if (first.Plan.Recommendation is PlanRecommendation.StartNow)
        {
            say($"starting now: {first.Plan.Recommendation.Reason}");
            return (null, null);
        }

        var latest = first.Plan.Request.FinishBy;
        return (new CleanHours(first, Plan, signal, clock, say), null);

        PlanReport Plan(DateTimeOffset at, TimeSpan left, int? pauses) =>
            _plan.Plan(parsed, context, settings, new PlanMoment(at, clock, left, latest) { HasOwnPauses = true, MaxPauses = pauses });
    }

    DateTimeOffset? FindLatestFinish(ParseResult parsed, DateTimeOffset now, TimeSpan? duration)
    {
        if (parsed.GetValue(_maxWait) is not { } text)
            return null;
        var wait = PlanTime.ParseDuration(text, "--max-wait", mayBeZero: true);
        var finish = _plan.ReadFinishBy(parsed, now);
        if (duration is null)
            duration = _plan.ReadDuration(parsed);
        return duration is not { } work ? finish : finish is { } latest && latest < now + wait + work ? latest : now + wait + work;
    }

    static TimeSpan FindDuration(CommandContext context, Settings settings, string name, Action<string> say)
    {
        try
        {
            var ledger = new Ledger(new LedgerHome(settings.Home), context.Time);
            if (ledger.ListRuns().Where(run => run.Name == name && run.Status == RunStatus.Completed).MaxBy(run => run.StartedAt) is { DurationSeconds: > 0 and var seconds } before)
            {
                say($"no --duration: planned with the {DisplayValue.FormatDuration(seconds)} of {before.Id}");
                return TimeSpan.FromMinutes(Math.Ceiling(seconds / 60));
            }
        }
        catch (LedgerUnavailableException)
        {
            // Without a ledger there is no earlier run.
        }

        say(string.Create(CultureInfo.InvariantCulture, $"no --duration, and no earlier run of this name: planned with {_assumedDuration.TotalHours:0} h. Give --duration."));
        return _assumedDuration;
    }

    static int? ReadSignal(string? name) => name?.ToUpperInvariant() switch
    {
        null => null,
        "USR1" or "SIGUSR1" => Libc.User1,
        "USR2" or "SIGUSR2" => Libc.User2,
        "TSTP" or "SIGTSTP" => Libc.TerminalStop,
        _ => throw new InvalidInputException($"--pause-signal '{name}' is not USR1, USR2 or TSTP."),
    };
}
