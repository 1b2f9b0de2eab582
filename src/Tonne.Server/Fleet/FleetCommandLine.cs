using System.CommandLine;
using System.Globalization;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Recounting;
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

    /// <summary>Folder or file to which is exported.</summary>
    public string? Folder { get; init; }

    /// <summary>Which runs are written as Parquet, or whose hours as CSV.</summary>
    public ExportQuery Exported { get; init; } = new();

    /// <summary>File with the receipts that a node has kept; null for none.</summary>
    public string? Receipts { get; init; }

    /// <summary>Which runs are recounted.</summary>
    public RecountQuery Recount { get; init; } = new();

    /// <summary>The budget that is set, or the scope of those that are checked or removed; null for other commands.</summary>
    public Budget? Budget { get; init; }

    /// <summary>File to which quotas of Slurm are written; null for none.</summary>
    public string? QuotaFile { get; init; }

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
        var hourly = new Option<string>("--hourly");
        var since = new Option<string>("--since");
        var until = new Option<string>("--until");
        var account = new Option<string>("--account");
        var node = new Argument<string>("node");
        var receipts = new Option<string>("--receipts");
        var rate = new Option<string>("--rate");
        var (trial, status) = (new Option<bool>("--dry-run"), new Option<bool>("--status"));
        var limit = new Argument<string>("limit");
        var project = new Option<string>("--project");
        var user = new Option<string>("--user");
        var warnAt = new Option<string>("--warn-at");
        var slurm = new Option<string>("--slurm");
        var who = new Argument<string>("person");
        var person = new Option<string>("--person");
        var role = new Option<string>("--role");
        var most = new Option<string>("--limit");
        var commands = new Dictionary<string, (FleetAction Action, Command Command)>(StringComparer.Ordinal)
        {
            ["init"] = (FleetAction.Init, new Command("init")),
            ["code"] = (FleetAction.CreateCode, new Command("code") { name, valid }),
            ["status"] = (FleetAction.ShowStatus, new Command("status") { json }),
            ["revoke"] = (FleetAction.Revoke, new Command("revoke") { node }),
            ["upgrade-check"] = (FleetAction.CheckUpgrade, new Command("upgrade-check") { json }),
            ["verify"] = (FleetAction.Verify, new Command("verify") { receipts }),
            ["receipt-key"] = (FleetAction.RotateKey, new Command("receipt-key")),
            ["recount"] = (FleetAction.Recount, new Command("recount") { since, account, rate, trial, status }),
            ["export"] = (FleetAction.Export, new Command("export") { to, parquet, hourly, since, until, account }),
            ["budget-set"] = (FleetAction.SetBudget, new Command("budget-set") { limit, project, account, user, warnAt }),
            ["budget-show"] = (FleetAction.ShowBudgets, new Command("budget-show") { json }),
            ["budget-check"] = (FleetAction.CheckBudgets, new Command("budget-check") { json, project, account, user }),
            ["budget-remove"] = (FleetAction.RemoveBudgets, new Command("budget-remove") { project, account, user }),
            ["budget-quotas"] = (FleetAction.WriteQuotas, new Command("budget-quotas") { slurm }),
            ["grant"] = (FleetAction.Grant, new Command("grant") { who, account, role }),
            ["ungrant"] = (FleetAction.Ungrant, new Command("ungrant") { who, account }),
            ["members"] = (FleetAction.ShowMembers, new Command("members") { person, account, json }),
            ["audit"] = (FleetAction.ShowAudit, new Command("audit") { since, person, most, json }),
        };
        var fleet = new Command(Verb) { file };
        foreach (var (_, command) in commands.Values)
            fleet.Subcommands.Add(command);
        var parsed = new RootCommand { fleet }.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 || !commands.TryGetValue(parsed.CommandResult.Command.Name, out var found))
            throw new FormatException(
                string.Join('\n', parsed.Errors.Select(error => error.Message).DefaultIfEmpty("this is started by 'tonne fleet'.")));
        var folder = found.Action == FleetAction.Export
            ? CheckPlace(parsed.GetValue(to), parsed.GetValue(parquet), parsed.GetValue(hourly),
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
                Limit = found.Action == FleetAction.ShowAudit ? ParseLimit(parsed.GetValue(most)) : UsualLimit,
            };
        }

        return new FleetCommandLine
        {
            Action = folder is not null && parsed.GetValue(parquet) is not null ? FleetAction.ExportParquet
                : folder is not null && parsed.GetValue(hourly) is not null ? FleetAction.ExportHourly
                : found.Action != FleetAction.Recount ? found.Action
                : ChooseRecount(parsed.GetValue(trial), parsed.GetValue(status)),
            Receipts = parsed.GetValue(receipts) is { } held ? Path.GetFullPath(held) : null,
            Recount = found.Action != FleetAction.Recount ? new() : new RecountQuery
            {
                Since = ParseMonth("--since", parsed.GetValue(since)),
                Account = parsed.GetValue(account),
                Rate = ParseRate(parsed.GetValue(rate)),
            },
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
            Exported = folder is null ? new() : new ExportQuery
            {
                Since = ParseMonth("--since", parsed.GetValue(since)),
                Until = ParseMonth("--until", parsed.GetValue(until)),
                Account = parsed.GetValue(account),
            },
            Budget = found.Action is FleetAction.SetBudget or FleetAction.CheckBudgets or FleetAction.RemoveBudgets ? CreateBudget() : null,
            QuotaFile = found.Action == FleetAction.WriteQuotas && parsed.GetValue(slurm) is { } quotas ? Path.GetFullPath(quotas) : null,
            IsJson = found.Action is FleetAction.ShowStatus or FleetAction.CheckUpgrade or FleetAction.ShowBudgets
                or FleetAction.CheckBudgets && parsed.GetValue(json),
        };

        Budget CreateBudget()
        {
            // The limit of a scope alone is not used.
            var isSet = found.Action == FleetAction.SetBudget;
            var (value, period) = isSet ? Budget.ParseLimit(parsed.GetValue(limit)!) : (new Allowance(1), BudgetPeriod.Total);
            return new Budget
            {
                Project = parsed.GetValue(project),
                Account = parsed.GetValue(account),
                User = parsed.GetValue(user),
                Limit = value,
                Period = period,
                WarnAt = isSet && parsed.GetValue(warnAt) is { } shares ? Budget.ParseWarnings(shares) : null,
            };
        }
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

    static string CheckPlace(string? ledger, string? parquet, string? hourly, string? filter) => (ledger, parquet, hourly) switch
    {
        ({ Length: > 0 }, null, null) when filter is not null =>
            throw new FormatException($"{filter} is for --parquet and --hourly: --to writes all runs."),
        ({ Length: > 0 } place, null, null) => Path.GetFullPath(place),
        (null, { Length: > 0 } place, null) => Path.GetFullPath(place),
        (null, null, { Length: > 0 } place) => Path.GetFullPath(place),
        _ => throw new FormatException(
            "give one place: --to DIR for folders of a ledger, --parquet DIR for Parquet files, or --hourly FILE for energy by the hour."),
    };

    static FleetAction ChooseRecount(bool isTrial, bool isStatus) => (isTrial, isStatus) switch
    {
        (true, true) => throw new FormatException("--dry-run and --status are two things: give one."),
        (true, _) => FleetAction.TryRecount,
        (_, true) => FleetAction.ShowRecount,
        _ => FleetAction.Recount,
    };

    static double? ParseRate(string? text) => text is null ? null
        : double.TryParse(text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text, NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1e6 ? rate
        : throw new FormatException($"--rate '{text}' is not a number of runs a second, such as 200/s.");

    static DateOnly? ParseMonth(string option, string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) ? month
        : throw new FormatException($"{option} '{text}' is not a month such as 2026-01: whole months are taken.");

    static string? CheckName(string? name) => name is not null && FleetRoutes.FindNameProblem(name) is { } problem
        ? throw new FormatException(problem + ".") : name;

    static TimeSpan ParseSeconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 60 and <= 2_592_000
        ? TimeSpan.FromSeconds(seconds) : throw new FormatException($"a code is valid for 1 minute to 30 days, not {text} s.");
}
