using System.CommandLine;
using System.Globalization;
using System.Net;
using Tonne.Cli.Agents;
using Tonne.Cli.Configuration;
using Tonne.Cli.Fleets;
using Tonne.Cli.Serving;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne fleet</c>: the nodes whose runs one server keeps in a database. See docs/fleet.md.</summary>
/// <remarks>The commands that need the database are done by <c>tonne-server</c>.</remarks>
static class FleetCommand
{
    static readonly TimeSpan MostClockDifference = TimeSpan.FromMinutes(5);

    public static Command Build(CommandContext context) =>
        new("fleet", "Keep the runs of many machines in one database: enrol nodes, see whether all is well.")
        {
            BuildForDatabase(context, "init", "Make the tables of the database, or bring them up to date, and print the first code."),
            BuildCode(context),
            BuildEnroll(context),
            BuildForDatabase(context, "status", "Show the nodes: last seen, what waits there, versions.", CreateJsonOption()),
            BuildRevoke(context),
            BuildForDatabase(context, "upgrade-check", "Show which nodes have another version or other factors; exit code 1 if any.",
                CreateJsonOption()),
            BuildForDatabase(context, "verify", "Check the lines of all nodes against what the server has signed; exit code 1 if one differs.",
                CreateOption("--receipts", "FILE", "Compare with the receipts of a node too: push/….receipts.jsonl of its ledger")),
            BuildForDatabase(context, "receipt-key", "Make a new key for receipts in the folder of the server; the former one signs it."),
            BuildForDatabase(
                context, "recount",
                "Account the runs of the database again with the factors of this version. Older statements are kept; stopped, it goes on later.",
                CreateOption("--since", "MONTH", "Only runs started in this month or later, 2026-01"),
                CreateOption("--account", "A", "Only runs that the scheduler charges to A"),
                CreateOption("--rate", "N/s", "At most so many runs a second, so that the database stays free for others"),
                new Option<bool>("--dry-run") { Description = "Show what would change, and write nothing" },
                new Option<bool>("--status") { Description = "Show how far the last recount has come" }),
            BuildForDatabase(
                context, "export",
                "Write what is in the database: runs as folders of a ledger or as Parquet, or energy by the hour for a Scope 2 account.",
                CreateOption("--to", "DIR", "Folder of a ledger, for 'tonne ledger verify'; runs there stay"),
                CreateOption("--parquet", "DIR", "Folder for Parquet files by month and account, which are replaced"),
                CreateOption("--hourly", "FILE", "CSV by hour (UTC), account and zone: kWh, g/kWh, method, quality, source; each line hashed"),
                CreateOption("--since", "MONTH", "With --parquet or --hourly: from this month on, 2026-01"),
                CreateOption("--until", "MONTH", "With --parquet or --hourly: before this month"),
                CreateOption("--account", "A", "With --parquet or --hourly: only what the scheduler charges to A")),
            BuildForPerson(context, "grant", "Give a person a role in an account, whose runs they then see.",
                CreateOption("--account", "A", "Account of the scheduler, or '*': the whole fleet, for its owners"),
                CreateOption("--role", "ROLE", "owner, member or viewer; each sees the runs of the account")),
            BuildForPerson(context, "ungrant", "End the role of a person in an account, or in all.",
                CreateOption("--account", "A", "Account; default: all that the person has")),
            BuildForDatabase(context, "members", "Show who has which role in which account.",
                CreateOption("--person", "P", "Only this person"), CreateOption("--account", "A", "Only this account"),
                CreateJsonOption("tonne.members/1")),
            BuildForDatabase(context, "audit", "Show who read and changed what, oldest line first.",
                CreateOption("--since", "TIME", "At or after: 2026-11-01, 2026-11-01T08:00Z, or 7d, 12h before now"),
                CreateOption("--person", "P", "What this person did, and what was done to their roles"),
                CreateOption("--limit", "N", "The newest N lines; default 1000"), CreateJsonOption("tonne.fleet-audit/1")),
            RotateKeyCommand.Build(context),
        };

    static Option<bool> CreateJsonOption(string schema = "tonne.fleet/1") => new("--json") { Description = "JSON, schema " + schema };

    /// <summary>A command that <c>tonne-server</c> does, with options that are passed on as they are.</summary>
    static Command BuildForDatabase(CommandContext context, string name, string description, params Option[] options)
    {
        var database = new DatabaseOptions();
        var command = new Command(name, description);
        foreach (var option in options)
            command.Options.Add(option);
        database.AddTo(command);
        command.SetAction(parsed => Start(context, database, parsed, [name, .. PassOn(parsed, options)]));
        return command;
    }

    static IEnumerable<string> PassOn(ParseResult parsed, Option[] options) => options.SelectMany(option => option switch
    {
        Option<bool> flag => parsed.GetValue(flag) ? [flag.Name] : Array.Empty<string>(),
        Option<string> text when parsed.GetValue(text) is { } value => [text.Name, value],
        _ => [],
    });

    static Command BuildForPerson(CommandContext context, string name, string description, params Option[] options)
    {
        var database = new DatabaseOptions();
        var person = new Argument<string>("person") { Description = "Name of the person, as the issuer or the proxy gives it" };
        var command = new Command(name, description) { person };
        foreach (var option in options)
            command.Options.Add(option);
        database.AddTo(command);
        command.SetAction(parsed => Start(context, database, parsed, [name, parsed.GetValue(person)!, .. PassOn(parsed, options)]));
        return command;
    }

    static Command BuildCode(CommandContext context)
    {
        var database = new DatabaseOptions();
        var name = new Option<string>("--name", "-n") { Description = "Name that the node must have; else any", HelpName = "NAME" };
        var valid = new Option<string>("--valid") { Description = "How long it can be used, 1m to 720h; default 1h", HelpName = "TIME" };
        var command = new Command("code", "Make a code with which one node enrols, once.") { name, valid };
        database.AddTo(command);
        command.SetAction(parsed => Start(context, database, parsed,
        [
            "code",
            .. parsed.GetValue(name) is { } named ? ["--name", named] : Array.Empty<string>(),
            .. parsed.GetValue(valid) is { } text ? ["--valid-s", ReadSeconds(text)] : Array.Empty<string>(),
        ]));
        return command;
    }

    static Command BuildRevoke(CommandContext context)
    {
        var database = new DatabaseOptions();
        var node = new Argument<string>("node") { Description = "Name of the node" };
        var command = new Command("revoke", "Make the keys of a node useless. What it has pushed stays.") { node };
        database.AddTo(command);
        command.SetAction(parsed => Start(context, database, parsed, ["revoke", parsed.GetValue(node)!]));
        return command;
    }

    static Command BuildEnroll(CommandContext context)
    {
        var server = CreateOption("--server", "URL", "Address of the server: https://tonne.example.org:7070");
        server.Required = true;
        var code = CreateOption("--code", "CODE", "Code of 'tonne fleet code'; - reads it from standard input");
        code.Required = true;
        var name = new Option<string>("--name", "-n") { Description = "Name of this node; default: the machine's", HelpName = "NAME" };
        var hash = CreateOption("--certificate-sha256", "HEX", "Fingerprint of the server's certificate, if no authority signed it");
        var command = new Command("enroll", "Enrol this machine: fleet.json beside the ledger has its key, which pushes and reads nothing.")
        {
            server, code, name, hash,
        };
        command.Aliases.Add("enrol");
        command.SetAction(async (parsed, _) =>
        {
            var home = new LedgerHome(
                Settings.Resolve(new Dictionary<Setting, string?>(), context.GetVariable, context.CurrentDirectory, context.Root).Home);
            var fingerprint = parsed.GetValue(hash) is { } digits ? NodeEnrolment.ParseHash(digits) : null;
            var enrolment = new NodeEnrolment(NodeEnrolment.ParseServer(parsed.GetValue(server)!), fingerprint);
            var node = parsed.GetValue(name) ?? Dns.GetHostName();
            var (settings, serverTime) = await enrolment.EnrolAsync(ReadCode(context, parsed.GetValue(code)!), node).ConfigureAwait(false);
            settings.Write(home);
            context.Out.WriteLine($"{settings.Name} is enrolled at {settings.Server}; its key is in {FleetSettings.GetPath(home)}.");
            if (FleetConfiguration.Read(home, out var problem) is null)
                context.Error.WriteLine($"tonne: {problem}");
            var ahead = context.Time.GetUtcNow() - serverTime;
            if (ahead.Duration() > MostClockDifference)
            {
                var side = ahead > TimeSpan.Zero ? "ahead of" : "behind";
                context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"tonne: the clock of this machine is {ahead.Duration().TotalMinutes:0} minutes {side} the server's: set it."));
            }

            return 0;
        });
        return command;
    }

    static Option<string> CreateOption(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    static string ReadCode(CommandContext context, string code)
    {
        if (code != "-")
            return code.Trim();
        using var reader = new StreamReader(context.OpenInput());
        return reader.ReadLine()?.Trim() is { Length: > 0 } line ? line : throw new InvalidInputException("standard input has no code.");
    }

    static string ReadSeconds(string text)
    {
        // Longer than the periods of settings, which end at an hour.
        (char Unit, double Seconds)[] units = [('s', 1), ('m', 60), ('h', 3600), ('d', 86400)];
        var (unit, seconds) = text.Length > 1 ? Array.Find(units, one => one.Unit == text[^1]) : default;
        return unit != default && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            && amount * seconds is >= 60 and <= 2_592_000
            ? (amount * seconds).ToString(CultureInfo.InvariantCulture)
            : throw new InvalidInputException($"--valid '{text}' is not a time from 1m to 720h.");
    }

    static int Start(CommandContext context, DatabaseOptions database, ParseResult parsed, IReadOnlyList<string> words)
    {
        var (arguments, variables) = database.Read(parsed);
        return ServerProgram.Start(context, ["fleet", .. words, .. arguments], variables);
    }
}
