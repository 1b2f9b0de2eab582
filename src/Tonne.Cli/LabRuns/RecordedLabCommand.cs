using System.Collections.Immutable;
using System.CommandLine;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Cli.Wrapping;
using Tonne.Runs;

namespace Tonne.Cli.LabRuns;

/// <summary>
/// Runs work of the lab in a process of its own, under the same recorder as any other command: <c>tonne lab VERB …</c> records <c>tonne lab
/// work VERB …</c>.
/// </summary>
sealed class RecordedLabCommand(CommandContext context, Settings settings)
{
    /// <summary>The hidden command that does the work of the verbs without a recorder.</summary>
    public const string Command = "work";

    /// <summary>The option that names the run.</summary>
    /// <param name="otherwise">Default name.</param>
    public static Option<string> CreateNameOption(string otherwise) => new("--name", "-n") { Description = "Name of the run", HelpName = "N", DefaultValueFactory = _ => otherwise };

    /// <summary>
    /// The settings of the work and its recorder. The lab marks its epochs itself, so its output is not searched for them.
    /// </summary>
    public static Settings ResolveSettings(ParseResult parsed, CommandContext context) => SettingOptions.Resolve(parsed, context, (Setting.EpochPattern, "none"));

    /// <summary>The recorded and accounted run; null if that failed.</summary>
    public (RunRecord Record, Footprint Footprint)? Result { get; private set; }

    /// <summary>Runs and records the work.</summary>
    /// <param name="parsed">The command line; its words are passed on.</param>
    /// <param name="name">Name of the run.</param>
    /// <param name="quiet">Whether to leave the summary out.</param>
    /// <param name="traced">Whether the caller prints the stages itself.</param>
    /// <param name="verbose">Whether to print everything at the end.</param>
    /// <returns>The exit code of the work.</returns>
    public int Run(ParseResult parsed, string name, bool quiet, bool traced = false, bool verbose = false)
    {
        var session = new RunSession(context, settings);
        var words = parsed.Tokens.SkipWhile(token => token != parsed.CommandResult.IdentifierToken).Select(token => token.Value);
        var code = session.Run(new RunRequest([.. GetOwnCommand(), "lab", Command, .. words], name, ImmutableSortedDictionary<string, string>.Empty, null, quiet) { ShowTrace = traced, Verbose = verbose });
        if (session.Interrupted)
            SelfTermination.TerminateByInterrupt();
        Result = session.Result;
        return code;
    }

    /// <summary>The command that starts this program again: the executable, or the .NET runtime with the assembly.</summary>
    static IEnumerable<string> GetOwnCommand()
    {
        var process = Environment.ProcessPath ?? "tonne";
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.Combine(AppContext.BaseDirectory, "Tonne.Cli.dll")] : [process];
    }
}
