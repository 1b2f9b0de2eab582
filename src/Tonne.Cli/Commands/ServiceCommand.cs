using System.CommandLine;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Services;
using Tonne.Ledgers.Budgets;
using Tonne.Quantities;
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
        var command = new Command("list", "List the services of the ledger.");
        command.SetAction(_ =>
        {
            var ledger = LedgerSession.Open(context);
            var names = ServiceFolder.ListNames(ledger.Ledger.Home);
            if (names.Count == 0)
                context.Out.WriteLine("No service is recorded yet: " + ServiceRunCommand.Example);
            foreach (var name in names)
                context.Out.WriteLine(ServiceFolder.Open(ledger.Ledger.Home, name).IsRecorded ? $"{name}  (recorded now)" : name);
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
        var output = new Option<string>("--output", "-o") { Description = "The file: .md (Markdown), .csv (hours and models) or .json; default: Markdown on standard output", HelpName = "FILE" };
        var command = new Command("report", "Write the report on a service: days, SCI for AI per request and per 1,000 tokens.") { name, output, since, training };
        command.SetAction(parsed =>
        {
            var report = ReadReport(parsed, context, name, since, training);
            var file = parsed.GetValue(output);
            var text = Path.GetExtension(file ?? ".md").ToLowerInvariant() switch
            {
                ".md" => ServiceMarkdown.Render(report),
                ".csv" => ServiceMarkdown.RenderCsv(report.Account),
                ".json" => ServiceDocument.From(report).ToJson() + "\n",
                var other => throw new InvalidInputException($"--output '{file}' ends in '{other}': .md, .csv and .json can be written."),
            };
            if (file is null)
                context.Out.Write(text);
            else
                File.WriteAllText(Path.Combine(context.CurrentDirectory, file), text);
            return 0;
        });
        return command;
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
        return ServiceReport.From(account, now, parsed.GetValue(training) is { } given ? ReadTraining(given, session) : null);
    }

    static ServiceFolder Find(LedgerSession session, string? name)
    {
        var names = ServiceFolder.ListNames(session.Ledger.Home);
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
