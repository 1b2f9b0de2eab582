using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using Tonne.Formatting;

namespace Tonne.Cli.Commands.Help;

/// <summary>Writes the help of a command on one screen: usage, purpose, commands in groups, options, examples.</summary>
/// <remarks>
/// A screen has at most 40 lines of 80 columns. If the options need more, each is shortened to the clauses that fit one line.
/// </remarks>
sealed class HelpScreen(CommandContext context) : SynchronousCommandLineAction
{
    /// <summary>Most lines of a screen.</summary>
    public const int MaxLines = 40;

    /// <summary>Most columns of a line.</summary>
    public const int MaxColumns = 80;

    const int MaxTermColumns = 26;

    public override int Invoke(ParseResult parseResult)
    {
        var path = GetPath(parseResult.CommandResult);
        var command = parseResult.CommandResult.Command;
        var screen = Render(command, path, isShort: false);
        if (screen.Count(c => c == '\n') > MaxLines)
            screen = Render(command, path, isShort: true);
        parseResult.InvocationConfiguration.Output.Write(screen);
        return 0;
    }

    string Render(Command command, string path, bool isShort)
    {
        var screen = new StringBuilder();
        // The list of all commands needs the lines.
        if (command is RootCommand)
            screen.Append("Usage: ").Append(FormatUsage(command, path)).Append("     Example: ").Append(HelpExamples.Find(path)![0]).Append(
                '\n');
        else
            WriteHeading(screen, "Usage:");
        if (command is not RootCommand)
            screen.Append("  ").Append(FormatUsage(command, path)).Append("\n\n");
        foreach (var line in Wrap(command.Description ?? "", MaxColumns))
            screen.Append(line).Append('\n');
        if (command is RootCommand)
            WriteGroups(screen, command);
        else
            WriteTerms(screen, "Commands:", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, GetSummary(sub))), isShort);
        WriteTerms(screen, "Arguments:", command.Arguments.Where(argument => !argument.Hidden && !WrapsCommand(path)).Select(argument => (FormatArgument(argument), argument.Description ?? "")), isShort);
        if (command is not RootCommand)
            WriteTerms(screen, "Options:", ListOptions(command, path), isShort);
        if (command is not RootCommand && HelpExamples.Find(path) is { } examples)
        {
            screen.Append('\n');
            WriteHeading(screen, "Examples:");
            foreach (var example in examples)
                screen.Append("  ").Append(example).Append('\n');
        }

        if (command.Subcommands.Any(sub => !sub.Hidden))
            screen.Append(path.Length == 0 ? "More about a command: tonne COMMAND --help     Version: tonne --version\n" : $"\nMore about a command: tonne {path} COMMAND --help\n");
        return screen.ToString();
    }

    /// <summary>The commands, the name of each group beside its first.</summary>
    static void WriteGroups(StringBuilder screen, Command root)
    {
        var groupColumns = HelpGroups.All.Max(group => group.Name.Length) + 2;
        var verbColumns = HelpGroups.All.SelectMany(group => group.Verbs).Max(verb => verb.Length) + 2;
        // The name of a group parts it from the one before: the screen has 40 lines.
        screen.Append('\n');
        foreach (var (name, verbs) in HelpGroups.All)
        {
            foreach (var (i, verb) in verbs.Index())
            {
                var summary = HelpGroups.SharedSummaries.GetValueOrDefault(verb) ?? GetSummary(root.Subcommands.First(command => command.Name == verb));
                screen.Append((i == 0 ? name : "").PadRight(groupColumns)).Append(verb.PadRight(verbColumns))
                    .Append(Shorten(summary, MaxColumns - groupColumns - verbColumns)).Append('\n');
            }
        }
    }

    void WriteTerms(StringBuilder screen, string heading, IEnumerable<(string Term, string Text)> terms, bool isShort)
    {
        var all = terms.ToList();
        if (all.Count == 0)
            return;
        screen.Append('\n');
        WriteHeading(screen, heading);
        var columns = Math.Min(MaxTermColumns, all.Max(one => TextSanitizer.CountColumns(one.Term))) + 2;
        foreach (var (term, text) in all)
            WriteTerm(screen, columns, term, text, isShort);
    }

    static void WriteTerm(StringBuilder screen, int columns, string term, string text, bool isShort)
    {
        var maxColumns = MaxColumns - columns - 2;
        var used = TextSanitizer.CountColumns(term);
        var lines = isShort ? [Shorten(text, Math.Min(maxColumns, MaxColumns - 4 - used))] : Wrap(text, maxColumns);
        screen.Append("  ").Append(term);
        if (used + 2 > columns && !isShort)
            screen.Append('\n').Append(' ', columns + 2);
        else
            screen.Append(' ', Math.Max(2, columns - used));
        screen.AppendJoin("\n" + new string(' ', columns + 2), lines).Append('\n');
    }

    /// <summary>The options of a command, those of one line together.</summary>
    static IEnumerable<(string Term, string Text)> ListOptions(Command command, string path)
    {
        var lines = HelpOptionGroups.Find(path);
        foreach (var option in command.Options.Where(option => !option.Hidden && option is not HelpOption))
        {
            if (lines.FirstOrDefault(line => line.Names.Contains(option.Name, StringComparer.Ordinal)) is not { } shared)
                yield return (FormatOption(option), option.Description ?? "");
            else if (shared.Names[0] == option.Name)
                yield return (shared.Term, shared.Text);
        }
    }

    void WriteHeading(StringBuilder screen, string text) =>
        screen.Append(context.UsesColour(context.IsOutTerminal) ? $"\e[1m{text}\e[0m\n" : text + "\n");

    static string FormatUsage(Command command, string path) => path switch
    {
        "" => "tonne COMMAND [options]",
        "total" => "tonne total [options], or tonne total month MONTH [options]",
        "run" => "tonne run [options] -- COMMAND ARG…",
        "bench" => "tonne bench [options] -- COMMAND ::: COMMAND [::: …]",
        "service run" => "tonne service run --name NAME [options] -- COMMAND ARG…",
        _ => string.Join(' ', ((string[])[
            "tonne", path,
            .. command.Subcommands.Any(sub => !sub.Hidden) ? ["COMMAND"] : (string[])[],
            .. command.Arguments.Where(argument => !argument.Hidden).Select(FormatArgument),
            "[options]"])),
    };

    static bool WrapsCommand(string path) => path is "run" or "bench" or "service run";

    /// <summary>An argument as it is typed: <c>RUN</c>, <c>[FILE]</c>, <c>RUN…</c>.</summary>
    static string FormatArgument(Argument argument)
    {
        var name = argument.HelpName ?? argument.Name.ToUpperInvariant();
        var arity = argument.Arity;
        if (arity.MaximumNumberOfValues > 1)
            name = arity.MinimumNumberOfValues > 1 && name.EndsWith('S') ? $"{name[..^1]} {name[..^1]}…" : name.TrimEnd('S') + "…";
        return arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    /// <summary>An option as it is typed: <c>-n, --name N</c>.</summary>
    static string FormatOption(Option option)
    {
        var names = option.Aliases.Where(alias => alias != option.Name).OrderBy(alias => alias.Length).Append(option.Name);
        var value = option.ValueType == typeof(bool) ? "" : " " + (option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant());
        return string.Join(", ", names) + (option.Arity.MinimumNumberOfValues == 0 && value.Length > 0 ? $" [{value[1..]}]" : value);
    }

    /// <summary>The first sentence of a command's description.</summary>
    static string GetSummary(Command command)
    {
        var text = command.Description ?? "";
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }

    /// <summary>Returns the text if it fits, otherwise as many of its clauses as fit.</summary>
    static string Shorten(string text, int maxColumns)
    {
        if (TextSanitizer.CountColumns(text) <= maxColumns)
            return text;
        var end = Enumerable.Range(0, text.Length).LastOrDefault(i => text[i] is ';' or ',' or ':' or '.' && i + 1 < text.Length && text[i + 1] == ' ' && TextSanitizer.CountColumns(text[..i]) <= maxColumns);
        if (end > 0)
            return text[..end];
        var words = Wrap(text, maxColumns - 1)[0];
        return words + "…";
    }

    static List<string> Wrap(string text, int maxColumns)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && TextSanitizer.CountColumns(line.ToString()) + 1 + TextSanitizer.CountColumns(word) > maxColumns)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        lines.Add(line.ToString());
        return lines;
    }

    /// <summary>The path of a command below the program: <c>lab run</c>.</summary>
    static string GetPath(System.CommandLine.Parsing.CommandResult? result)
    {
        var names = new Stack<string>();
        for (; result?.Parent is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(result.Command.Name);
        return string.Join(' ', names);
    }
}
