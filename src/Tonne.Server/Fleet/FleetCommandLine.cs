using System.CommandLine;
using System.Globalization;

namespace Tonne.Server.Fleet;

/// <summary>
/// The command line of <c>tonne-server fleet</c>: the commands of <c>tonne fleet</c> that need the database, which describes them.
/// </summary>
sealed record FleetCommandLine
{
    /// <summary>The first word.</summary>
    public const string Verb = "fleet";

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
        var to = new Option<string>("--to") { Required = true };
        var node = new Argument<string>("node");
        var commands = new Dictionary<string, (FleetAction Action, Command Command)>(StringComparer.Ordinal)
        {
            ["init"] = (FleetAction.Init, new Command("init")),
            ["code"] = (FleetAction.CreateCode, new Command("code") { name, valid }),
            ["status"] = (FleetAction.ShowStatus, new Command("status") { json }),
            ["revoke"] = (FleetAction.Revoke, new Command("revoke") { node }),
            ["upgrade-check"] = (FleetAction.CheckUpgrade, new Command("upgrade-check") { json }),
            ["export"] = (FleetAction.Export, new Command("export") { to }),
        };
        var fleet = new Command(Verb) { file };
        foreach (var (_, command) in commands.Values)
            fleet.Subcommands.Add(command);
        var parsed = new RootCommand { fleet }.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 || !commands.TryGetValue(parsed.CommandResult.Command.Name, out var found))
            throw new FormatException(
                string.Join('\n', parsed.Errors.Select(error => error.Message).DefaultIfEmpty("this is started by 'tonne fleet'.")));
        return new FleetCommandLine
        {
            Action = found.Action,
            DatabaseFile = parsed.GetValue(file),
            Node = CheckName(found.Action switch
            {
                FleetAction.Revoke => parsed.GetValue(node),
                FleetAction.CreateCode => parsed.GetValue(name),
                _ => null,
            }),
            Valid = found.Action == FleetAction.CreateCode && parsed.GetValue(valid) is { } text ? ParseSeconds(text)
                : FleetRoutes.UsuallyValid,
            Folder = found.Action == FleetAction.Export ? Path.GetFullPath(parsed.GetValue(to)!) : null,
            IsJson = found.Action is FleetAction.ShowStatus or FleetAction.CheckUpgrade && parsed.GetValue(json),
        };
    }

    static string? CheckName(string? name) => name is not null && FleetRoutes.FindNameProblem(name) is { } problem
        ? throw new FormatException(problem + ".") : name;

    static TimeSpan ParseSeconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 60 and <= 2_592_000
        ? TimeSpan.FromSeconds(seconds) : throw new FormatException($"a code is valid for 1 minute to 30 days, not {text} s.");
}
