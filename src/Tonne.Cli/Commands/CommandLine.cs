using System.CommandLine;
using Tonne.Catalogs;
using Tonne.Cli.Commands.Help;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Formatting;
using Tonne.Instruments.PowerLimits;
using Tonne.Instruments.Processes;
using Tonne.Ledgers;
using Tonne.LifeCycles.YamlDescriptions;

namespace Tonne.Cli.Commands;

/// <summary>Builds and runs the commands of <c>tonne</c>; gives each error its message and exit code.</summary>
/// <remarks>Exit codes: 0 done, 1 failed at run time, 2 wrong usage or input; <c>tonne run</c> gives the child's own.</remarks>
static class CommandLine
{
    public const int Failure = 1;
    public const int UsageError = 2;

    // `tonne run` could not start the command.
    const int NotStarted = 125;

    /// <summary>The verbs whose last words are commands to run.</summary>
    public static readonly IReadOnlyDictionary<string, (IReadOnlyList<Option> Options, string Example)> WrappingVerbs = new Dictionary<string, (IReadOnlyList<Option> Options, string Example)>(StringComparer.Ordinal)
    {
        ["run"] = (RunCommand.Options, RunCommand.Example),
        ["bench"] = (BenchCommand.Options, BenchCommand.Example),
        ["service run"] = (ServiceRunCommand.Options, ServiceRunCommand.Example),
    };

    public static int Invoke(string[] args, CommandContext context)
    {
        var code = Execute(args, context);
        try
        {
            context.Out.Flush();
            return code;
        }
        catch (IOException error)
        {
            // A closed pipe (`tonne list | head`) is no error and does not come here; a full disk does.
            context.Error.WriteLine("tonne: the output could not be written: " + error.Message);
            return code == 0 ? Failure : code;
        }
    }

    static int Execute(string[] args, CommandContext context)
    {
        RootCommand? root = null;
        try
        {
            // What follows `run … --` or `bench … --` belongs to the child: the parser of tonne does not see it.
            var (ours, childs) = ArgumentSplitter.Split(args, WrappingVerbs);
            if (context.HostSystem is { } system)
                OtherSystem.Check(args, system.Name);
            root = Build(context, childs);
            if (args is ["--version"])
                return VersionCommand.Print(context);
            if (args is ["help", .. var topic])
                return Execute([.. topic, "--help"], context);
            var parsed = root.Parse(ours, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (FindEmptyArgument(parsed) is { } empty)
                throw new InvalidInputException($"the {empty} is empty: give one, or check the variable that it comes from.");
            if (!IsCompletion(ours) && FindOptionWithoutValue(parsed, ours) is { } option)
                throw new InvalidInputException($"{option.Name} needs a value, and '{option.Next}' after it is another option.");
            if (parsed.Errors.Count == 0 && FindUnknownOption(parsed) is { } unknown)
                return ReportUnknownOption(context, parsed, unknown);
            return parsed.Errors.Count > 0 && parsed.Action is not HelpScreen && !IsCompletion(ours)
                ? ReportUsageError(context, root, parsed)
                : parsed.Invoke(new InvocationConfiguration { Output = context.Out, Error = context.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (SettingsException error)
        {
            foreach (var problem in error.Problems)
                context.Error.WriteLine("tonne: " + problem);
            return UsageError;
        }
        catch (DescriptionException error)
        {
            foreach (var problem in error.Problems)
                context.Error.WriteLine("tonne: " + TextSanitizer.ToOneLine(problem));
            return UsageError;
        }
        catch (Exception error) when (error is UnknownNameException or InvalidInputException or ProcessEndedException)
        {
            context.Error.WriteLine("tonne: " + TextSanitizer.ToOneLine(error.Message));
            return UsageError;
        }
        catch (Exception error) when (error is LedgerUnavailableException or LedgerDamagedException or PowerLimitException or IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine("tonne: " + error.Message);
            return Failure;
        }
#pragma warning disable CA1031 // A defect must end in a message and an exit code, not in a crash that kills a shell script half-way.
        catch (Exception error)
#pragma warning restore CA1031
        {
            context.Error.WriteLine($"tonne: internal error ({error.GetType().Name}: {TextSanitizer.ToOneLine(error.Message)}). Please report it with the command; the ledger is not affected.");
            context.Error.WriteLine(error.StackTrace);
            return args is ["run", ..] ? NotStarted : Failure;
        }
        finally
        {
            if (root is not null)
                Detach(root);
        }
    }

    /// <summary>Takes a tree apart. Some options are of every tree, and keep a list of all commands that they were added to, which is read for each
    /// further one: of a process that executes many commands, such as a test, each would take longer than the one before.</summary>
    static void Detach(Command command)
    {
        foreach (var subcommand in command.Subcommands)
            Detach(subcommand);
        command.Options.Clear();
        command.Arguments.Clear();
    }

    internal static RootCommand Build(CommandContext context, IReadOnlyList<string>? childArguments)
    {
        var root = new RootCommand("The carbon ledger for AI: energy and emissions of a model's life.")
        {
            RunCommand.Build(context, childArguments),
            BenchCommand.Build(context, childArguments),
            MarkCommand.Build(context),
            WatchCommand.Build(context),
            AttachCommand.Build(context),
            ListCommand.Build(context),
            TotalCommand.Build(context),
            CallsCommand.Build(context),
            ServiceCommand.Build(context, childArguments),
            AgentCommand.Build(context),
            BudgetCommand.Build(context),
            ShowCommand.Build(context),
            ExplainCommand.Build(context),
            LearnCommand.Build(context),
            CompareCommand.Build(context),
            ReconcileCommand.Build(context),
            ReportCommand.Build(context),
            FootprintCommand.Build(context),
            PlanCommand.Build(context),
            AdviseCommand.Build(context),
            GridCommand.Build(context),
            ServeCommand.Build(context),
            FleetCommand.Build(context),
            ProxyCommand.Build(context),
            McpCommand.Build(context),
            LedgerCommand.Build(context),
            ImportCommand.Build(context),
            StatusLineCommand.Build(context),
            SlurmCommand.Build(context),
            EstimateCommand.Build(context),
            CatalogCommand.Build(context),
            LabCommand.Build(context),
            DoctorCommand.Build(context),
            CalibrateCommand.Build(context),
            ConfigCommand.Build(context),
            CompletionCommand.Build(context),
        };
        var version = root.Options.OfType<VersionOption>().FirstOrDefault();
        if (version is not null)
            root.Options.Remove(version);
        root.Options.Add(new Option<bool>("--version") { Description = "Show version, method version and factor-set hash" });
        foreach (var help in EnumerateCommands(root).SelectMany(command => command.Options.OfType<System.CommandLine.Help.HelpOption>()))
        {
            help.Action = new HelpScreen(context);
            help.Aliases.Remove("/h");
            help.Aliases.Remove("/?");
        }

        return root;
    }

    static IEnumerable<Command> EnumerateCommands(Command command) => command.Subcommands.SelectMany(EnumerateCommands).Prepend(command);

    /// <summary>Name of an argument that is an empty text, as from a variable of a script that is not set; null if there is none.</summary>
    static string? FindEmptyArgument(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>()
            .FirstOrDefault(result => result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))?.Argument.Name;

    /// <summary>An option that took the name of the next one for its value; null if there is none.</summary>
    static (string Name, string Next)? FindOptionWithoutValue(ParseResult parsed, IReadOnlyList<string> words)
    {
        var names = parsed.CommandResult.Command.Options.SelectMany(static option => option.Aliases.Prepend(option.Name))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var result in parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.OptionResult>())
        {
            // As --name=--json it is meant, and no word of its own.
            if (result.Tokens.FirstOrDefault(token => names.Contains(token.Value) && words.Contains(token.Value)) is { } next)
                return (result.Option.Name, next.Value);
        }

        return null;
    }

    /// <summary>A word such as --pdf that was taken for one of several arguments; null if there is none. After -- every word is an argument.</summary>
    static string? FindUnknownOption(ParseResult parsed)
    {
        var words = parsed.Tokens.TakeWhile(token => token.Type != System.CommandLine.Parsing.TokenType.DoubleDash).Select(token => token.Value).ToHashSet(StringComparer.Ordinal);
        return parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>().SelectMany(result => result.Tokens).Select(token => token.Value)
            .FirstOrDefault(word => word.Length > 2 && word.StartsWith("--", StringComparison.Ordinal) && !word.Any(char.IsWhiteSpace) && words.Contains(word));
    }

    static int ReportUnknownOption(CommandContext context, ParseResult parsed, string word)
    {
        var path = string.Join(' ', Path(parsed.CommandResult));
        context.Error.WriteLine(TextSanitizer.ToOneLine($"tonne: '{word}' is not an option of {path}. A name or text that begins so follows --."));
        SuggestOptions(context, parsed, [word]);
        context.Error.WriteLine($"Try '{path} --help'.");
        return UsageError;
    }

    static bool IsCompletion(IReadOnlyList<string> words) => words.Count > 0 && words[0].StartsWith("[suggest", StringComparison.Ordinal);

    static int ReportUsageError(CommandContext context, RootCommand root, ParseResult parsed)
    {
        var path = string.Join(' ', Path(parsed.CommandResult));
        // A command that does something by itself, such as `tonne total`, has options that may be meant.
        IReadOnlyList<Command> subcommands = parsed.CommandResult.Command is { Action: null } group ? [.. group.Subcommands] : [];
        if (subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
        {
            // For an incomplete command, such as `tonne ledger`, print its help: it lists what may follow.
            root.Parse([.. path.Split(' ').Skip(1), "--help"]).Invoke(new InvocationConfiguration { Output = context.Error, Error = context.Error });
            return UsageError;
        }

        if (subcommands.Count > 0)
        {
            var word = parsed.UnmatchedTokens[0];
            var what = word.StartsWith('-') ? "an option" : "a command";
            var names = subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToList();
            var suggestions = VerbSuggestions.Find(word, path, names);
            context.Error.WriteLine(TextSanitizer.ToOneLine(
                $"tonne: '{word}' is not {what} of {path}.{(suggestions.Count > 0 ? $" Did you mean '{string.Join("' or '", suggestions)}'?" : "")}"));
        }
        else
        {
            // The names of .NET types do not help the user.
            foreach (var error in parsed.Errors)
                context.Error.WriteLine("tonne: " + TextSanitizer.ToOneLine(error.Message.Split(" as expected type ")[0].TrimEnd('.') + "."));
            SuggestOptions(context, parsed, parsed.UnmatchedTokens);
        }

        context.Error.WriteLine($"Try '{path} --help'.");
        return UsageError;
    }

    static void SuggestOptions(CommandContext context, ParseResult parsed, IEnumerable<string> unknown)
    {
        var known = parsed.CommandResult.Command.Options.Where(option => !option.Hidden).Select(option => (NameMatching.ToKey(option.Name), option.Name)).ToList();
        foreach (var word in unknown.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
        {
            if (NameMatching.FindNearest(word, known, 1) is [var nearest])
                context.Error.WriteLine($"Did you mean '{nearest}'?");
        }
    }

    static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult? result)
    {
        var names = new Stack<string>();
        for (; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(result.Command is RootCommand ? "tonne" : result.Command.Name);
        return names;
    }
}
