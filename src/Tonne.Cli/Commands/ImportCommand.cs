using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Services.Imports;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne import …</c>: runs of another tool, logs of coding agents, exports of providers.</summary>
static class ImportCommand
{
    const int SkippedShown = 5;

    public static Command Build(CommandContext context) =>
        new("import", "Import CodeCarbon's runs, coding agents' tokens, providers' usage.")
        {
            LedgerCommand.CreateCodeCarbonImport(context),
            CreateLogImport(context, new ClaudeCodeLog(), "Transcripts of Claude Code; default ~/.claude/projects",
                "Import the tokens of Claude Code's replies, each once. No text is read into the ledger.", LogFolders.GetClaudeCode),
            CreateLogImport(context, new CodexLog(), "Sessions of the Codex CLI; default ~/.codex/sessions",
                "Import the tokens of the Codex CLI's replies, each once. No text is read into the ledger.", LogFolders.GetCodex),
            CreateUsageImport(context),
        };

    static Command CreateLogImport(
        CommandContext context, ITokenLog log, string argument, string description, Func<Func<string, string?>, string, string> getFolder)
    {
        var paths = new Argument<string[]>("paths") { Description = argument, Arity = ArgumentArity.ZeroOrMore, HelpName = "FOLDER" };
        var options = new ImportOptions();
        var command = new Command(log.Service, description) { paths };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(paths) is { Length: > 0 } words
                ? words.Select(word => Path.Combine(context.CurrentDirectory, word)).ToList()
                : [getFolder(context.GetVariable, LedgerHome.GetUserFolder(context.GetVariable))];
            if (given.FirstOrDefault(path => !Path.Exists(path)) is { } missing)
                throw new InvalidInputException($"there is no folder or file '{missing}'.");
            return Import(context, parsed, options, [(log, [.. given.SelectMany(LogFolders.FindFiles).Distinct(StringComparer.Ordinal)])]);
        });
        return command;
    }

    static Command CreateUsageImport(CommandContext context)
    {
        var files = new Argument<string[]>("files")
        {
            Description = "CSV as a provider's usage page exports it", Arity = ArgumentArity.OneOrMore,
        };
        var columns = new Option<string>("--columns")
        {
            Description = "model=A,time=B,input=C,output=D, also cached, requests, project; uncached instead of input where that has no "
                + "cached tokens; C+D adds up. Default: the columns of Anthropic or OpenAI",
            HelpName = "LIST",
        };
        var options = new ImportOptions();
        var command = new Command("usage",
            "Import the tokens of a provider's usage export. Leave out what an agent's logs have too: it would count twice.")
        {
            files, columns,
        };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(files)!.Select(word => Path.Combine(context.CurrentDirectory, word)).ToList();
            if (given.FirstOrDefault(path => !File.Exists(path)) is { } missing)
                throw new InvalidInputException($"there is no file '{missing}'.");
            var named = ReadColumns(parsed.GetValue(columns));
            // Each file may be of another provider.
            return Import(
                context, parsed, options, [.. given.Select(file => ((ITokenLog)new UsageExport(named), (IReadOnlyList<string>)[file]))]);
        });
        return command;
    }

    static UsageColumns? ReadColumns(string? text)
    {
        try
        {
            return text is null ? null : UsageColumns.Parse(text);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException($"--columns: {error.Message}");
        }
    }

    static int Import(
        CommandContext context, ParseResult parsed, ImportOptions options, IReadOnlyList<(ITokenLog Log, IReadOnlyList<string> Files)> logs)
    {
        var home = LedgerSession.OpenWithoutClosing(context).Ledger.Home;
        var import = new TokenImport(home, options.Read(parsed, context), context.Time);
        var outcomes = new List<TokenImportOutcome>();
        foreach (var (log, files) in logs)
        {
            using var progress = new ProgressCounter(context, "files", files.Count);
            outcomes.Add(import.Run(log, files, progress.Report));
        }

        var isDryRun = options.IsDryRun(parsed);
        foreach (var outcome in outcomes)
            WriteProblems(context, outcome);
        if (options.IsJson(parsed))
            WriteJson(context, outcomes, isDryRun);
        else
            outcomes.ForEach(outcome => WriteText(context, outcome, isDryRun));
        return outcomes.TrueForAll(outcome => outcome.FilesRead == 0 && outcome.FilesUnchanged == 0 && outcome.SkippedCount > 0)
            || outcomes.Exists(outcome => outcome.Skipped.Any(line => line.Reason == SkipReason.MissingColumn)) ? CommandLine.Failure : 0;
    }

    static void WriteProblems(CommandContext context, TokenImportOutcome outcome)
    {
        foreach (var problem in outcome.Problems)
            context.Error.WriteLine($"tonne: {problem}");
        foreach (var line in outcome.Skipped.Take(SkippedShown))
            context.Error.WriteLine("tonne: " + TextSanitizer.ToOneLine(line.ToString()));
        if (outcome.SkippedCount > SkippedShown)
            context.Error.WriteLine($"tonne: {Count(outcome.SkippedCount - SkippedShown, "more line was", "more lines were")} not counted");
        if (outcome.Skipped.Any(line => line.Reason == SkipReason.MissingColumn))
            context.Error.WriteLine("tonne: name the columns: --columns model=A,time=B,input=C,cached=D,output=E");
    }

    static void WriteText(CommandContext context, TokenImportOutcome outcome, bool isDryRun)
    {
        var dash = context.OutCapabilities.Unicode ? "–" : "-";
        var sum = outcome.Sum;
        var completed = outcome.Completed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {outcome.Completed:N0} completed") : "";
        context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{outcome.Service}: {Count(outcome.Added, "reply", "replies")} {(isDryRun ? "would be added" : "added")}, "
            + $"{outcome.Known:N0} known already{completed}; {Count(outcome.FilesRead, "file", "files")} read, "
            + $"{outcome.FilesUnchanged:N0} unchanged"));
        if (outcome.Repeated > 0)
            context.Out.WriteLine($"{Count(outcome.Repeated, "line repeats", "lines repeat")} a reply, which counts once.");
        if (outcome.Added + outcome.Completed > 0)
        {
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Input {sum.Tokens.Input:N0} tokens, of these {sum.Tokens.CachedInput:N0} read from a cache; "
                + $"output {sum.Tokens.Output:N0}."));
            if (sum.Requests > sum.WithoutFigure || outcome.Completed > 0)
            {
                context.Out.WriteLine($"{DisplayValue.Format(sum.EnergyKwh, "kWh").FormatWithInterval(dash)} facility energy, "
                    + $"{DisplayValue.Format(sum.EmissionsKg, "kg CO2e").FormatWithInterval(dash)}: an estimate (docs/coding-agents.md).");
            }

            if (sum.WithoutFigure > 0)
                context.Out.WriteLine($"{Count(sum.WithoutFigure, "request", "requests")} of a model of unknown size: tokens only.");
        }

        if (outcome.FamilyNames.Length > 0)
        {
            context.Out.WriteLine(TextSanitizer.ToOneLine(
                $"Not in the catalog, range of its family taken: {string.Join(", ", outcome.FamilyNames)}"));
        }

        if (outcome.Before > 0)
            context.Out.WriteLine($"{Count(outcome.Before, "reply", "replies")} before --since left out.");
        if (outcome.TooOld > 0)
            context.Out.WriteLine($"{Count(outcome.TooOld, "reply", "replies")} older than {ReplyLog.KeptDays} days left out.");
    }

    static void WriteJson(CommandContext context, List<TokenImportOutcome> outcomes, bool isDryRun) =>
        context.Out.WriteLine(JsonText.Build(writer =>
        {
            writer.WriteString("schema", "tonne.import/1");
            writer.WriteBoolean("dry_run", isDryRun);
            writer.WriteStartArray("imports");
            foreach (var outcome in outcomes)
            {
                var sum = outcome.Sum;
                writer.WriteStartObject();
                writer.WriteString("service", outcome.Service);
                writer.WriteNumber("files_read", outcome.FilesRead);
                writer.WriteNumber("files_unchanged", outcome.FilesUnchanged);
                writer.WriteNumber("added", outcome.Added);
                writer.WriteNumber("completed", outcome.Completed);
                writer.WriteNumber("known", outcome.Known);
                writer.WriteNumber("repeated_lines", outcome.Repeated);
                writer.WriteNumber("before_since", outcome.Before);
                writer.WriteNumber("too_old", outcome.TooOld);
                writer.WriteNumber("requests", sum.Requests);
                writer.WriteNumber("without_figure", sum.WithoutFigure);
                writer.WriteNumber("input_tokens", sum.Tokens.Input);
                writer.WriteNumber("cached_input_tokens", sum.Tokens.CachedInput);
                writer.WriteNumber("output_tokens", sum.Tokens.Output);
                writer.WriteNumber("reasoning_tokens", sum.Tokens.Reasoning);
                WriteBounds(writer, "facility_energy_kwh", sum.EnergyKwh);
                WriteBounds(writer, "operational_kg", sum.OperationalKg);
                WriteBounds(writer, "emissions_kg", sum.EmissionsKg);
                writer.WriteNumber("skipped_lines", outcome.SkippedCount);
                writer.WriteStartArray("skipped");
                foreach (var line in outcome.Skipped)
                    writer.WriteStringValue(line.ToString());
                writer.WriteEndArray();
                writer.WriteStartArray("models_by_family");
                foreach (var name in outcome.FamilyNames)
                    writer.WriteStringValue(name);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }));

    static void WriteBounds(System.Text.Json.Utf8JsonWriter writer, string name, Quantities.Bounds bounds)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("low", bounds.Low);
        writer.WriteNumber("best", bounds.Best);
        writer.WriteNumber("high", bounds.High);
        writer.WriteEndObject();
    }

    static string Count(long number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : many)}");
}
