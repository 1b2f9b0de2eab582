using System.Collections.Immutable;
using System.CommandLine;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Cli.Wrapping;
using Tonne.Runs;

namespace Tonne.Cli.Laboratory;

/// <summary>Work of the lab done by a process of its own, as any command, under the recorder that any command gets: <c>tonne lab VERB …</c> records <c>tonne lab work VERB …</c>.</summary>
sealed class RecordedLabCommand(CommandContext context, Settings settings)
{
    /// <summary>The hidden command below which the verbs stand without a recorder.</summary>
    public const string Command = "work";

    /// <summary>The option that names the run.</summary>
    /// <param name="otherwise">Its name without.</param>
    public static Option<string> CreateNameOption(string otherwise) => new("--name", "-n") { Description = "Name of the run", HelpName = "N", DefaultValueFactory = _ => otherwise };

    /// <summary>The settings that hold for the work and its recorder. The lab marks its epochs itself, so none are looked for in its output.</summary>
    public static Settings ResolveSettings(ParseResult parsed, CommandContext context) => SettingOptions.Resolve(parsed, context, (Setting.EpochPattern, "none"));

    /// <summary>What was recorded and accounted; null if it could not be summed up.</summary>
    public (RunRecord Record, Footprint Footprint)? Result { get; private set; }

    /// <summary>Does it.</summary>
    /// <param name="parsed">The command as it was given; its words are handed on.</param>
    /// <param name="name">Name of the run.</param>
    /// <param name="quiet">Whether to leave the summary out.</param>
    /// <param name="traced">Whether the caller traces the stages itself.</param>
    /// <param name="verbose">Whether everything is printed at the end.</param>
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

    /// <summary>How this program is started again: itself, or the runtime with it.</summary>
    static IEnumerable<string> GetOwnCommand()
    {
        var process = Environment.ProcessPath ?? "tonne";
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.Combine(AppContext.BaseDirectory, "Tonne.Cli.dll")] : [process];
    }
}
