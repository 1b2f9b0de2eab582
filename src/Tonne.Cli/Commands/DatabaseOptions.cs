using System.CommandLine;

namespace Tonne.Cli.Commands;

/// <summary>The options that name the database of a fleet. <c>tonne-server</c> opens it; this program only passes them on.</summary>
sealed class DatabaseOptions
{
    /// <summary>The variable that <c>tonne-server</c> reads: other users see a command line, and not the variables of a process.</summary>
    public const string Variable = "TONNE_DATABASE";

    readonly Option<string> _database = new("--database")
    {
        Description = "The fleet's database; a password belongs into a file or TONNE_DATABASE",
        HelpName = "ADDRESS",
    };

    readonly Option<string> _file = new("--database-file") { Description = "A file with that address", HelpName = "FILE" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_database);
        command.Options.Add(_file);
    }

    /// <summary>Whether a database is named by an option. The variable alone does not change what a command of the ledger is
    /// about.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_database) is not null || parsed.GetValue(_file) is not null;

    /// <summary>What the server gets of them.</summary>
    /// <exception cref="InvalidInputException">Both are given.</exception>
    public (IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Variables) Read(ParseResult parsed) =>
        (parsed.GetValue(_database), parsed.GetValue(_file)) switch
    {
        ({ }, { }) => throw new InvalidInputException("--database and --database-file are two ways to name the database: give one."),
        ({ } address, null) => ([], [new(Variable, address)]),
        (null, { } file) => (["--database-file", file], []),
        _ => ([], []),
    };
}
