using System.CommandLine;
using System.Globalization;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>
/// The command line of <c>tonne-server fleet</c>: the commands of <c>tonne fleet</c> that need the database, which describes them.
/// </summary>
sealed record FleetCommandLine
{
    /// <summary>The first word.</summary>
    public const string Verb = "fleet";

    const int UsualLimit = 1000;
    const int MaxLimit = 100_000;

    /// <summary>What is done.</summary>
    public required FleetAction Action { get; init; }

    /// <summary>File with the address of the database; null for none.</summary>
    public string? DatabaseFile { get; init; }

    /// <summary>Name of a node; null for any.</summary>
    public string? Node { get; init; }

    /// <summary>How long a code can be used.</summary>
    public TimeSpan Valid { get; init; } = FleetRoutes.UsuallyValid;

    /// <summary>Folder to which runs are written.</summary>
    public string? Folder { get; init; }

    /// <summary>Which runs are written as Parquet.</summary>
    public ParquetExportQuery Parquet { get; init; } = new();

    /// <summary>Name of a person; null for all.</summary>
    public string? Person { get; init; }

    /// <summary>Account of memberships, or <c>*</c> for the whole fleet; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>The role that is given.</summary>
    public MemberRole Role { get; init; }

    /// <summary>Lines of the audit log at this time or later, as it is written; null for all.</summary>
    public string? AuditSince { get; init; }

    /// <summary>Most lines of the audit log, 1 to 100,000.</summary>
    public int Limit { get; init; } = UsualLimit;

    /// <summary>Whether the answer is JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It is wrong.</exception>
    public static FleetCommandLine Parse(string[] arguments)
    {
        var file = new Option<string>("--database-file") { Recursive = true };
        var name = new Option<string>("--name");
        var valid = new Option<string>("--valid-s");
        var json = new Option<bool>("--json");
        var to = new Option<string>("--to");
        var parquet = new Option<string>("--parquet");
        var since = new Option<string>("--since");
        var until = new Option<string>("--until");
        var account = new Option<string>("--account");
        var node = new Argument<string>("node");
        var who = new Argument<string>("person");
        var person = new Option<string>("--person");
        var role = new Option<string>("--role");
        var limit = new Option<string>("--limit");
        var commands = new Dictionary<string, (FleetAction Action, Command Command)>(StringComparer.Ordinal)
        {
            ["init"] = (FleetAction.Init, new Command("init")),
            ["code"] = (FleetAction.CreateCode, new Command("code") { name, valid }),
            ["status"] = (FleetAction.ShowStatus, new Command("status") { json }),
            ["revoke"] = (FleetAction.Revoke, new Command("revoke") { node }),
            ["upgrade-check"] = (FleetAction.CheckUpgrade, new Command("upgrade-check") { json }),
            ["export"] = (FleetAction.Export, new Command("export") { to, parquet, since, until, account }),
            ["grant"] = (FleetAction.Grant, new Command("grant") { who, account, role }),
            ["ungrant"] = (FleetAction.Ungrant, new Command("ungrant") { who, account }),
            ["members"] = (FleetAction.ShowMembers, new Command("members") { person, account, json }),
            ["audit"] = (FleetAction.ShowAudit, new Command("audit") { since, person, limit, json }),
        };
        var fleet = new Command(Verb) { file };
        foreach (var (_, command) in commands.Values)
            fleet.Subcommands.Add(command);
        var parsed = new RootCommand { fleet }.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 || !commands.TryGetValue(parsed.CommandResult.Command.Name, out var found))
            throw new FormatException(
                string.Join('\n', parsed.Errors.Select(error => error.Message).DefaultIfEmpty("this is started by 'tonne fleet'.")));
        var folder = found.Action == FleetAction.Export
            ? CheckFolder(parsed.GetValue(to), parsed.GetValue(parquet),
                Array.Find([since, until, account], option => parsed.GetValue(option) is not null)?.Name)
            : null;
        if (found.Action is FleetAction.Grant or FleetAction.Ungrant or FleetAction.ShowMembers or FleetAction.ShowAudit)
        {
            return ForPeople(found.Action, parsed.GetValue(file), parsed.GetValue(json)) with
            {
                Person = CheckPerson(
                    found.Action is FleetAction.Grant or FleetAction.Ungrant ? parsed.GetValue(who) : parsed.GetValue(person)),
                Account = found.Action == FleetAction.ShowAudit ? null
                    : CheckAccount(parsed.GetValue(account), found.Action == FleetAction.Grant),
                Role = found.Action == FleetAction.Grant ? ParseRole(parsed.GetValue(role), parsed.GetValue(account)) : default,
                AuditSince = found.Action == FleetAction.ShowAudit ? parsed.GetValue(since) : null,
                Limit = found.Action == FleetAction.ShowAudit ? ParseLimit(parsed.GetValue(limit)) : UsualLimit,
            };
        }

        return new FleetCommandLine
        {
            Action = folder is not null && parsed.GetValue(parquet) is not null ? FleetAction.ExportParquet : found.Action,
            DatabaseFile = parsed.GetValue(file),
            Node = CheckName(found.Action switch
            {
                FleetAction.Revoke => parsed.GetValue(node),
                FleetAction.CreateCode => parsed.GetValue(name),
                _ => null,
            }),
            Valid = found.Action == FleetAction.CreateCode && parsed.GetValue(valid) is { } text ? ParseSeconds(text)
                : FleetRoutes.UsuallyValid,
            Folder = folder,
            Parquet = folder is null ? new() : new ParquetExportQuery
            {
                Since = ParseMonth("--since", parsed.GetValue(since)),
                Until = ParseMonth("--until", parsed.GetValue(until)),
                Account = parsed.GetValue(account),
            },
            IsJson = found.Action is FleetAction.ShowStatus or FleetAction.CheckUpgrade && parsed.GetValue(json),
        };
    }

    static FleetCommandLine ForPeople(FleetAction action, string? file, bool isJson) =>
        new() { Action = action, DatabaseFile = file, IsJson = isJson };

    static string? CheckPerson(string? name) => name is not null && RequestPerson.FindNameProblem(name) is { } problem
        ? throw new FormatException(problem + ".") : name;

    static string? CheckAccount(string? account, bool isRequired) => account switch
    {
        null when isRequired => throw new FormatException("give the account: --account A, or --account '*' for the owner of the fleet."),
        "" => throw new FormatException("--account is empty."),
        _ => account,
    };

    static MemberRole ParseRole(string? text, string? account)
    {
        var role = text switch
        {
            "owner" => MemberRole.Owner,
            "member" => MemberRole.Member,
            "viewer" => MemberRole.Viewer,
            null => throw new FormatException("give the role: --role owner, member or viewer."),
            _ => throw new FormatException($"--role '{text}' is not one of owner, member, viewer."),
        };
        return account == Membership.AllAccounts && role != MemberRole.Owner
            ? throw new FormatException("only an owner has all accounts: --account '*' --role owner.") : role;
    }

    static int ParseLimit(string? text) => text is null ? UsualLimit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? limit
        : throw new FormatException($"--limit '{text}' is not a number from 1 to {MaxLimit}.");

    static string CheckFolder(string? ledger, string? parquet, string? filter) => (ledger, parquet) switch
    {
        ({ Length: > 0 }, null) when filter is not null => throw new FormatException($"{filter} is for --parquet: --to writes all runs."),
        ({ Length: > 0 } folder, null) => Path.GetFullPath(folder),
        (null, { Length: > 0 } folder) => Path.GetFullPath(folder),
        _ => throw new FormatException("give one folder: --to DIR for folders of a ledger, or --parquet DIR for Parquet files."),
    };

    static DateOnly? ParseMonth(string option, string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) ? month
        : throw new FormatException($"{option} '{text}' is not a month such as 2026-01: a file has the runs of a whole month.");

    static string? CheckName(string? name) => name is not null && FleetRoutes.FindNameProblem(name) is { } problem
        ? throw new FormatException(problem + ".") : name;

    static TimeSpan ParseSeconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 60 and <= 2_592_000
        ? TimeSpan.FromSeconds(seconds) : throw new FormatException($"a code is valid for 1 minute to 30 days, not {text} s.");
}
