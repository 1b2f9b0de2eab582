using System.CommandLine;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Grids;
using Tonne.Cli.Planning;
using Tonne.Cli.Slurm;
using Tonne.Reporting.Planning;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne plan</c>: when and where a job has the least emissions; with <c>--replay</c> what that would have saved for the runs of the ledger.</summary>
static class PlanCommand
{
    static readonly TimeSpan _usualSlack = TimeSpan.FromHours(24);

    public static Command Build(CommandContext context)
    {
        var options = new PlanOptions();
        var script = new ScriptPlan(options);
        var replay = new Option<bool>(
            "--replay") { Description = "What waiting, pausing, moving or other hardware would have saved, over runs of the ledger" };
        var slack = new Option<string>("--slack") { Description = "With --replay: how much later each run could have ended; default 24h", HelpName = "TIME" };
        var filter = new RunFilterOptions();
        var json = new Option<bool>("--json") { Description = "One JSON document (docs/formats/plan.md)" };
        var command = new Command("plan", "Find when and where a job emits least. It compares now, the best time without pauses, and with pauses. Times without a zone are UTC.");
        foreach (var option in options.All.Concat(script.All).Concat(SettingOptions.Place.Where(option => option.Name != "--intensity")).Append(replay).Append(slack).Concat(filter.Common).Append(json))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (script.IsGiven(parsed))
                return script.Run(parsed, context, parsed.GetValue(json));
            var settings = SettingOptions.Resolve(parsed, context);
            if (parsed.GetValue(replay))
            {
                Replay(context, parsed, settings, options, filter, parsed.GetValue(slack) is { } time ? PlanTime.ParseDuration(time, "--slack", mayBeZero: true) : _usualSlack, parsed.GetValue(json));
                return 0;
            }

            if (options.HasJobs(parsed))
            {
                var jobs = options.PlanJobs(parsed, context, settings);
                if (parsed.GetValue(json))
                    context.Out.WriteLine(JobsDocument.From(jobs).ToJson());
                else
                    JobsText.Write(context.Out, jobs, context.OutCapabilities);
                return 0;
            }

            var report = options.Plan(parsed, context, settings);
            if (parsed.GetValue(json))
                context.Out.WriteLine(PlanDocument.From(report).ToJson());
            else
                PlanText.Write(context.Out, report, context.OutCapabilities);
            return 0;
        });
        return command;
    }

    static void Replay(CommandContext context, ParseResult parsed, Settings settings, PlanOptions options, RunFilterOptions filter, TimeSpan slack, bool json)
    {
        if (options.HasDuration(parsed))
            throw new InvalidInputException("--replay plans the runs of the ledger; --duration and --like are those of one job.");
        var session = LedgerSession.OpenWithoutClosing(context);
        var given = parsed.GetValue(options.Series) is { } files ? GridAccess.ReadFiles(GridAccess.SplitFiles(files))
            .SelectMany(file => file.Content.Series).ToList() : [];
        var chosen = new ReplayOptions(slack, options.ReadMaxPauses(parsed),
            [.. options.ReadZones(parsed)]) { Hardware = options.ReadAccelerators(parsed) };
        var runs = session.Ledger.ListRuns(filter.Parse(parsed, context.Time.GetUtcNow()) with { WithFigures = true });
        var replay = PlanReplay.Create(Load(session, runs.Select(run => run.Id)), settings.OpenIntensities(given), chosen);
        if (json)
            context.Out.WriteLine(ReplayDocument.From(replay).ToJson());
        else
            ReplayText.Write(context.Out, replay, context.OutCapabilities);
    }

    static IEnumerable<LedgerEntry> Load(LedgerSession session, IEnumerable<string> ids)
    {
        foreach (var id in ids)
            yield return session.Ledger.Load(id);
    }

    /// <summary>Makes the plan of a command, given by its words after <c>tonne plan</c>.</summary>
    /// <exception cref="InvalidInputException">An option is wrong, or there is no plan; the message says why.</exception>
    internal static PlanReport Plan(CommandContext context, IReadOnlyList<string> words)
    {
        var options = new PlanOptions();
        var command = new RootCommand();
        foreach (var option in options.All.Concat(SettingOptions.Place))
            command.Options.Add(option);
        var parsed = command.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.Errors is [var error, ..] ? throw new InvalidInputException(error.Message) : options.Plan(parsed, context, SettingOptions.Resolve(parsed, context));
    }
}
