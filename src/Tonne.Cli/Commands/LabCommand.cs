using System.CommandLine;
using System.Text.Json;
using Tonne.Cli.Configuration;
using Tonne.Cli.LabRuns;
using Tonne.Formatting;
using Tonne.Lab.Collecting;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Pipelines;
using Tonne.Reporting.Json;
using Tonne.Reporting.Teaching;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab …</c>: the reference pipeline, from raw rows to predictions, traced stage by stage.</summary>
static class LabCommand
{
    public static Command Build(CommandContext context)
    {
        var command = new Command("lab", "Run a small training to learn from, measured step by step. Rows are collected, cleaned and featurized; a network of 12 layers is trained on them.") { Run(context), LabPredictCommand.Build(context), Data(context) };
        var work = new Command(RecordedLabCommand.Command, "Do the work of the lab commands without recording it.") { Hidden = true };
        work.Subcommands.Add(Work(context));
        foreach (var verb in LabShrinkCommand.Verbs)
        {
            command.Subcommands.Add(verb.BuildRecorded(context));
            work.Subcommands.Add(verb.BuildWork(context));
        }

        command.Subcommands.Add(LabSelectCommand.BuildRecorded(context));
        work.Subcommands.Add(LabSelectCommand.BuildWork(context));
        command.Subcommands.Add(LabStopCommand.Build(context));
        command.Subcommands.Add(work);
        return command;
    }

    /// <summary>Runs the pipeline in a process of its own, under the same recorder as any other command.</summary>
    static Command Run(CommandContext context)
    {
        var (command, options, name, json, verbose) = RunOptions();
        command.SetAction(parsed =>
        {
            var settings = RecordedLabCommand.ResolveSettings(parsed, context);

            // Wrong options and unreadable first lines of the data are reported before anything is measured.
            options.Validate(parsed, ResolveModelPath(parsed.GetValue(options.Model), settings));
            var asJson = parsed.GetValue(json);
            var work = new RecordedLabCommand(context, settings);
            var code = work.Run(parsed, parsed.GetValue(name)!, asJson, traced: true, parsed.GetValue(verbose));
            if (code != 0 || work.Result is not { } closed)
                return code;
            if (!options.HasOwnData(parsed))
                SamplePrediction.Store(context, settings, ResolveModelPath(parsed.GetValue(options.Model), settings), closed.Record.Opening.Id);
            if (asJson)
            {
                context.Out.WriteLine(JsonSerializer.Serialize(RunDocument.From(closed.Record, closed.Footprint), ReportJson.Readable.RunDocument));
                return 0;
            }

            PipelineTrace.Write(context.Out, closed.Record, closed.Footprint, context.OutCapabilities);
            context.Out.WriteLine();
            context.Out.WriteLine("  next      tonne explain last · tonne learn last · tonne lab predict \"Das ist ein Test.\"");
            return 0;
        });
        return command;
    }

    /// <summary>The process that does the work.</summary>
    static Command Work(CommandContext context)
    {
        var (command, options, _, json, _) = RunOptions();
        command.SetAction(parsed =>
        {
            var settings = RecordedLabCommand.ResolveSettings(parsed, context);
            var labContext = new LabContext(context, settings, parsed.GetValue(json));
            return labContext.Execute(() => new Pipeline(context.Time).Run(options.Plan(parsed, ResolveModelPath(parsed.GetValue(options.Model), settings)), labContext.Listener));
        });
        return command;
    }

    static (Command Command, LabOptions Options, Option<string> Name, Option<bool> Json, Option<bool> Verbose) RunOptions()
    {
        var options = new LabOptions();
        var name = RecordedLabCommand.CreateNameOption("lab");
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.run/1) instead of the trace" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Print everything at the end, as 'tonne show' does" };
        var command = new Command("run", "Run the whole pipeline and trace its stages. It takes about a minute on two cores, more with --shape reference.");
        foreach (var option in options.All.Concat([.. SettingOptions.Place, name, json, verbose]))
            command.Options.Add(option);
        return (command, options, name, json, verbose);
    }

    static Command Data(CommandContext context)
    {
        var rows = new Option<string>("--rows") { Description = "Synthetic rows, 1 to 100,000,000; default: SDK messages", HelpName = "N" };
        var seed = new Option<string>("--seed") { Description = "Seed of synthetic rows; default 1", HelpName = "N" };
        var output = new Option<string>("--output", "-o") { Description = "CSV file to write; required", HelpName = "FILE", Required = true };
        var command = new Command("data", "Write the rows of the lab as CSV. They are messages in 13 languages, or synthetic rows with known duplicates.") { rows, seed, output };
        command.SetAction(parsed =>
        {
            var draw = (ulong)(parsed.GetValue(seed) is { } text ? LabOptions.ParseWholeNumber("--seed", text, 0, int.MaxValue) : 1);
            var made = parsed.GetValue(rows) is { } number ? new SyntheticMessages(LabOptions.ParseWholeNumber("--rows", number, 1, 100_000_000), draw) : null;
            var rejections = new RejectionLog();
            var path = parsed.GetValue(output)!;
            var written = TableWriter.Write(made ?? (RowSource)SdkMessages.Find(), path, rejections);
            context.Out.WriteLine($"{DisplayValue.FormatCount(written)} rows written to {path}{(rejections.Total > 0 ? $"; {DisplayValue.FormatCount(rejections.Total)} could not be used" : "")}.");
            if (made is not null)
                context.Out.WriteLine($"Among them {DisplayValue.FormatCount(made.ExactDuplicates)} exact duplicates, {DisplayValue.FormatCount(made.NearDuplicates)} near duplicates, {DisplayValue.FormatCount(made.PlaceholdersOnly)} of placeholders only, {DisplayValue.FormatCount(made.WrongScript)} in another script than their language.");
            return 0;
        });
        return command;
    }

    /// <summary>Path of the weights: the given one, or the default beside the ledger.</summary>
    internal static string ResolveModelPath(string? given, Settings settings) => Path.GetFullPath(given ?? Path.Combine(settings.Home, "lab", "model.weights"));

    /// <summary>Trained weights.</summary>
    /// <exception cref="InvalidInputException">The file is missing or damaged.</exception>
    internal static Network Load(string path)
    {
        if (!File.Exists(path))
            throw new InvalidInputException($"There are no weights at {path}. Create them first: tonne lab run");
        try
        {
            return Network.Load(path);
        }
        catch (CorruptWeightsException error)
        {
            throw new InvalidInputException(error.Message);
        }
    }
}
