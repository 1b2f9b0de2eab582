using System.CommandLine;
using Tonne.Catalogs;
using Tonne.Cli.Configuration;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.LifeCycles.Describing;

namespace Tonne.Cli.Commands;

/// <summary>The commands of <c>tonne</c>, and what each error means to the caller.</summary>
/// <remarks>Exit codes: 0 done, 1 failed at run time, 2 wrong usage or input; <c>tonne run</c> gives the child's own.</remarks>
static class CommandLine
{
    public const int Failed = 1;
    public const int WrongUse = 2;

    /// <summary>The verbs whose last words are commands to run.</summary>
    public static readonly IReadOnlyDictionary<string, (IReadOnlyList<Option> Options, string Example)> Wrapping = new Dictionary<string, (IReadOnlyList<Option> Options, string Example)>(StringComparer.Ordinal)
    {
        ["run"] = (RunCommand.Options, RunCommand.Example),
        ["bench"] = (BenchCommand.Options, BenchCommand.Example),
    };

    public static int Invoke(string[] args, Surroundings around)
    {
        var code = Answer(args, around);
        try
        {
            around.Out.Flush();
            return code;
        }
        catch (IOException error)
        {
            // A reader that went away (`tonne list | head`) is no error and never comes here; a full disk is.
            around.Error.WriteLine("tonne: the answer could not be written: " + error.Message);
            return code == 0 ? Failed : code;
        }
    }

    static int Answer(string[] args, Surroundings around)
    {
        try
        {
            // What follows `run … --` or `bench … --` is the child's, whatever it looks like: it never meets our parser.
            var (ours, childs) = ChildWords.Split(args, Wrapping);
            var root = Build(around, childs);
            if (args is ["--version"])
                return VersionCommand.Print(around);
            var parsed = root.Parse(ours, new ParserConfiguration { ResponseFileTokenReplacer = null });
            return parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples && !IsCompletion(ours)
                ? Refuse(around, root, parsed)
                : parsed.Invoke(new InvocationConfiguration { Output = around.Out, Error = around.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (SettingsException error)
        {
            foreach (var problem in error.Problems)
                around.Error.WriteLine("tonne: " + problem);
            return WrongUse;
        }
        catch (DescriptionException error)
        {
            foreach (var problem in error.Problems)
                around.Error.WriteLine("tonne: " + Printable.OneLine(problem));
            return WrongUse;
        }
        catch (Exception error) when (error is UnknownNameException or WrongInputException)
        {
            around.Error.WriteLine("tonne: " + Printable.OneLine(error.Message));
            return WrongUse;
        }
        catch (Exception error) when (error is LedgerUnavailableException or LedgerDamagedException or IOException or UnauthorizedAccessException)
        {
            around.Error.WriteLine("tonne: " + error.Message);
            return Failed;
        }
    }

    static RootCommand Build(Surroundings around, IReadOnlyList<string>? childs)
    {
        var root = new RootCommand("tonne, the carbon ledger for AI: measures, accounts and explains the energy and emissions of a model's life.\n\nFirst:  tonne run -- python train.py")
        {
            RunCommand.Build(around, childs),
            BenchCommand.Build(around, childs),
            MarkCommand.Build(around),
            ListCommand.Build(around),
            ShowCommand.Build(around),
            ExplainCommand.Build(around),
            LearnCommand.Build(around),
            CompareCommand.Build(around),
            ReportCommand.Build(around),
            FootprintCommand.Build(around),
            LedgerCommand.Build(around),
            EstimateCommand.Build(around),
            CatalogCommand.Build(around),
            LabCommand.Build(around),
            DoctorCommand.Build(around),
            CalibrateCommand.Build(around),
            ConfigCommand.Build(around),
            CompletionCommand.Build(around),
        };
        var version = root.Options.OfType<VersionOption>().FirstOrDefault();
        if (version is not null)
            root.Options.Remove(version);
        root.Options.Add(new Option<bool>("--version") { Description = "Show version, method version and factor-set hash" });
        foreach (var help in Everything(root).SelectMany(command => command.Options.OfType<System.CommandLine.Help.HelpOption>()))
        {
            help.Action = new HelpWithExamples();
            help.Aliases.Remove("/h");
            help.Aliases.Remove("/?");
        }

        return root;
    }

    static IEnumerable<Command> Everything(Command command) => command.Subcommands.SelectMany(Everything).Prepend(command);

    static bool IsCompletion(IReadOnlyList<string> words) => words.Count > 0 && words[0].StartsWith("[suggest", StringComparison.Ordinal);

    static int Refuse(Surroundings around, RootCommand root, ParseResult parsed)
    {
        var path = string.Join(' ', Path(parsed.CommandResult));
        var subcommands = parsed.CommandResult.Command.Subcommands;
        if (subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
        {
            // Half a command, such as `tonne ledger`: its help says what may follow.
            root.Parse([.. path.Split(' ').Skip(1), "--help"]).Invoke(new InvocationConfiguration { Output = around.Error, Error = around.Error });
            return WrongUse;
        }

        // Of a word that is no command, that a command is missing besides says nothing; names of our types say nothing to anyone.
        foreach (var error in parsed.Errors.Where(error => subcommands.Count == 0 || parsed.UnmatchedTokens.Any(error.Message.Contains)))
            around.Error.WriteLine("tonne: " + Printable.OneLine(error.Message.Split(" as expected type ")[0].TrimEnd('.') + "."));
        var known = subcommands.Select(command => (Spelling.Key(command.Name), command.Name));
        foreach (var word in parsed.UnmatchedTokens)
        {
            if (Spelling.Nearest(word, known, 2) is { Count: > 0 } nearest)
                around.Error.WriteLine($"Did you mean {string.Join(" or ", nearest)}?");
        }

        around.Error.WriteLine($"Try '{path} --help'.");
        return WrongUse;

        static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult? result)
        {
            var names = new Stack<string>();
            for (; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
                names.Push(result.Command is RootCommand ? "tonne" : result.Command.Name);
            return names;
        }
    }
}
