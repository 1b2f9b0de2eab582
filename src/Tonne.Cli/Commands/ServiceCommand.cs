using System.CommandLine;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Services;
using Tonne.Formatting;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Reporting.Html;
using Tonne.Reporting.Services;
using Tonne.Services.Accounts;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne service …</c>: deployed models, their energy for each request and token, day by day.</summary>
static class ServiceCommand
{
    public static Command Build(CommandContext context, IReadOnlyList<string>? childArguments) =>
        new("service", "Record a deployed model: energy per request and token, day by day.")
        {
            ServiceRunCommand.Build(context, childArguments), BuildObserve(context), BuildShow(context), BuildReport(context), BuildList(context),
        };

    static Command BuildObserve(CommandContext context)
    {
        var pid = new Option<int?>("--pid") { Description = "The process of the server; its descendants belong to it", HelpName = "PID" };
        var options = new ServiceOptions();
        var command = new Command("observe", "Record a server that runs already, until it ends or Ctrl-C.") { pid };
        foreach (var option in (IEnumerable<Option>)[.. options.All, .. SettingOptions.Place, .. SettingOptions.Measurement])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            var id = parsed.GetValue(pid) ?? throw new InvalidInputException("give the process of the server: --pid PID ('ps -e' lists them).");
            return new ServiceSession(context, settings, options.Read(parsed)).Observe(id);
        });
        return command;
    }

    static Command BuildList(CommandContext context)
    {
        var command = new Command("list", "List the services of the ledger, and the programs with calls to AI models.");
        command.SetAction(_ =>
        {
            var ledger = LedgerSession.Open(context);
            var names = ServiceFolder.ListNames(ledger.Ledger.Home);
            var calls = new CallLog(ledger.Ledger.Home).Read();
            var programs = CallServiceReport.ListNames(calls);
            if (names.Count == 0 && programs.IsEmpty)
                context.Out.WriteLine("No service is recorded yet: " + ServiceRunCommand.Example);
            foreach (var name in names)
                context.Out.WriteLine(ServiceFolder.Open(ledger.Ledger.Home, name).IsRecorded ? $"{name}  (recorded now)" : name);
            foreach (var name in programs)
            {
                var basis = CallServiceReport.DescribeBasis(CallServiceReport.From(calls, name, context.Time.GetUtcNow())!.All);
                context.Out.WriteLine($"{TextSanitizer.ToOneLine(name)}  (calls, {basis})");
            }

            foreach (var problem in calls.Problems)
                context.Error.WriteLine($"tonne: {problem}");
            return 0;
        });
        return command;
    }

    static Command BuildShow(CommandContext context)
    {
        var name = CreateNameArgument();
        var (since, training, json) = (CreateSinceOption(), CreateTrainingOption(), new Option<bool>("--json") { Description = "One JSON document (schema tonne.service-report/1)" });
        var command = new Command("show", "Show a service: today, seven days and all, for each request and 1,000 tokens.") { name, since, training, json };
        command.SetAction(parsed =>
        {
            if (ReadCalls(parsed, context, name, since) is { } calls)
            {
                if (parsed.GetValue(training) is not null)
                    throw new InvalidInputException(
                        $"--training needs a service that tonne records; {TextSanitizer.ToOneLine(calls.Name)} is a program with calls.");
                if (parsed.GetValue(json))
                    context.Out.WriteLine(CallServiceDocument.From(calls).ToJson());
                else
                    CallServiceText.Write(context.Out, calls, context.OutCapabilities);
                return 0;
            }

            var report = ReadReport(parsed, context, name, since, training);
            if (parsed.GetValue(json))
                context.Out.WriteLine(ServiceDocument.From(report).ToJson());
            else
                ServiceText.Write(context.Out, report, context.OutCapabilities);
            return 0;
        });
        return command;
    }

    static Command BuildReport(CommandContext context)
    {
        var name = CreateNameArgument();
        var (since, training) = (CreateSinceOption(), CreateTrainingOption());
        var output = new Option<string>("--output", "-o")
        {
            Description = "The file: .html (a page that works offline), .md (Markdown), .csv (hours and models) or .json; "
                + "default: Markdown on standard output",
            HelpName = "FILE",
        };
        var command = new Command("report", "Write the report on a service: days, SCI for AI per request and per 1,000 tokens.") { name, output, since, training };
        command.SetAction(parsed =>
        {
            var report = ReadReport(parsed, context, name, since, training);
            var file = parsed.GetValue(output);
            var format = Path.GetExtension(file ?? ".md").ToLowerInvariant();
            if (format == ".html" && !PageOptions.HasTemplate(context))
                return CommandLine.Failure;
            var text = format switch
            {
                ".html" => PageDocument.FromService(report).ToHtml(),
                ".md" => ServiceMarkdown.Render(report),
                ".csv" => ServiceMarkdown.RenderCsv(report.Account),
                ".json" => ServiceDocument.From(report).ToJson() + "\n",
                var other => throw new InvalidInputException(
                    $"--output '{file}' ends in '{other}': .html, .md, .csv and .json can be written."),
            };
            if (file is null)
                context.Out.Write(text);
            else
                File.WriteAllText(Path.Combine(context.CurrentDirectory, file), text);
            return 0;
        });
        return command;
    }

    /// <summary>The calls of a program, where no recorded service has the name, or there is none and no name is given.</summary>
    /// <returns>Null if a recorded service is meant.</returns>
    static CallServiceReport? ReadCalls(ParseResult parsed, CommandContext context, Argument<string?> name, Option<string> since)
    {
        var session = LedgerSession.Open(context);
        var recorded = ServiceFolder.ListNames(session.Ledger.Home);
        var given = parsed.GetValue(name);
        if (given is null ? recorded.Count > 0 : recorded.Contains(given, StringComparer.Ordinal))
            return null;
        var now = context.Time.GetUtcNow();
        DateTimeOffset? from = parsed.GetValue(since) is { } text ? TimeText.Parse(text, "--since", now) : null;
        var calls = new CallLog(session.Ledger.Home).Read(from);
        given ??= CallServiceReport.ListNames(calls) is [var only] ? only : null;
        return given is null ? null : CallServiceReport.From(calls, given, now);
    }

    static Argument<string?> CreateNameArgument() =>
        new("name") { Description = "Name of the service; not needed if there is only one", Arity = ArgumentArity.ZeroOrOne, HelpName = "NAME" };

    static Option<string> CreateSinceOption() =>
        new("--since") { Description = "Hours at or after: 2026-11-01, 2026-11, a time with zone, or 30d ago", HelpName = "D" };

    static Option<string> CreateTrainingOption() =>
        new("--training") { Description = "Emissions of the model's training, for the break-even: 24.7t, 24700kg, or a run of the ledger", HelpName = "KG" };

    static ServiceReport ReadReport(ParseResult parsed, CommandContext context, Argument<string?> name, Option<string> since, Option<string> training)
    {
        var session = LedgerSession.Open(context);
        var folder = Find(session, parsed.GetValue(name));
        var now = context.Time.GetUtcNow();
        DateTimeOffset? from = parsed.GetValue(since) is { } text ? TimeText.Parse(text, "--since", now) : null;
        var accountant = new Accountant();
        var intensities = session.Settings.OpenIntensities();
        if (!folder.IsRecorded)
            folder.SettleLeft(session.Ledger, ServedModelWork.Find);
        var account = ServiceAccount.Read(
            session.Ledger, folder, record => accountant.Account(record, FactorSelector.SelectFactors(record, intensities)), from);
        return ServiceReport.From(account, now, parsed.GetValue(training) is { } given ? ReadTraining(given, session) : null,
            new CallLog(session.Ledger.Home).Read(from));
    }

    static ServiceFolder Find(LedgerSession session, string? name)
    {
        var names = ServiceFolder.ListNames(session.Ledger.Home);
        if (name is not null && !names.Contains(name, StringComparer.Ordinal)
            && CallServiceReport.ListNames(new CallLog(session.Ledger.Home).Read()).Contains(name))
            throw new InvalidInputException($"'{name}' is a program with calls, of which no report is written: 'tonne service show "
                + $"{name}' and 'tonne calls' show them.");
        if (names.Count == 0)
            throw new InvalidInputException("no service is recorded yet: " + ServiceRunCommand.Example);
        if (name is null)
        {
            return names is [var only] ? ServiceFolder.Open(session.Ledger.Home, only)
                : throw new InvalidInputException("there are several services, give one: " + string.Join(", ", names) + ".");
        }

        return names.Contains(name, StringComparer.Ordinal) ? ServiceFolder.Open(session.Ledger.Home, name)
            : throw new InvalidInputException($"there is no service '{name}'; there are: {string.Join(", ", names)}.");
    }

    static Bounds ReadTraining(string text, LedgerSession session)
    {
        try
        {
            if (Allowance.Parse(text) is { IsEnergy: false } allowance)
                return Bounds.FromExact(allowance.Value);
        }
        catch (FormatException)
        {
            // A run of the ledger.
        }

        var entry = session.Load(text);
        return new Accountant().Account(entry.Record, FactorSelector.SelectFactors(entry.Record, session.Settings.OpenIntensities())).Total.Bounds;
    }
}
