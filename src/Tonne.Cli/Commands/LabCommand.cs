using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Tonne.Cli.Configuration;
using Tonne.Cli.Laboratory;
using Tonne.Cli.Running;
using Tonne.Cli.Wrapping;
using Tonne.Explaining;
using Tonne.Lab.Collecting;
using Tonne.Lab.Networks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Reports;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab …</c>: the reference pipeline, from raw rows to predictions, traced stage by stage.</summary>
static class LabCommand
{
    public static Command Build(Surroundings around)
    {
        var command = new Command("lab", "The reference pipeline: raw rows are collected, cleaned and featurized, a network of 12 layers is trained on them, and every step is measured.") { Run(around), Data(around), LabPredictCommand.Build(around), LabStopCommand.Build(around), LabSelectCommand.Build(around), Work(around) };
        foreach (var shrink in LabShrinkCommand.Build(around))
            command.Subcommands.Add(shrink);
        return command;
    }

    /// <summary>Runs the pipeline in a process of its own, as any command, under the recorder that any command gets.</summary>
    static Command Run(Surroundings around)
    {
        var options = new LabOptions();
        var name = new Option<string>("--name", "-n") { Description = "Name of the run; default: lab", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.run/1) instead of the trace" };
        var command = new Command("run", "Run the whole pipeline and trace its stages. About a minute on two cores; --shape reference some more.");
        foreach (var option in options.All.Concat([.. SettingOptions.Place, name, json]))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, around, (Setting.EpochPattern, "none"));
            var model = ModelOf(parsed.GetValue(options.Model), settings);
            try
            {
                // What is wrong with the options or the data's first lines is told before anything is measured.
                _ = options.Plan(parsed, model);
            }
            catch (UnusableDataException error)
            {
                throw new WrongInputException(error.Message);
            }

            var asJson = parsed.GetValue(json);
            var session = new RunSession(around, settings);
            var code = session.Run(new RunRequest(
                [.. Own(), "lab", "work", .. options.Words(parsed), "--model", model, .. asJson ? ["--quiet"] : Array.Empty<string>()],
                parsed.GetValue(name) ?? "lab", ImmutableSortedDictionary<string, string>.Empty, null, Quiet: asJson));
            if (session.Interrupted)
                OwnEnd.ByInterrupt();
            if (code != 0 || session.Closed is not { } closed)
                return code;
            if (asJson)
            {
                around.Out.WriteLine(JsonSerializer.Serialize(RunDocument.Of(closed.Record, closed.Footprint), ReportJson.Readable.RunDocument));
                return 0;
            }

            var screen = around.OutScreen;
            PipelineTrace.Write(around.Out, closed.Record, closed.Footprint, screen);
            around.Out.WriteLine();
            around.Out.WriteLine("  next      tonne explain last · tonne learn last · tonne lab predict \"Das ist ein Test.\"");
            return 0;
        });
        return command;
    }

    /// <summary>The process that does the work.</summary>
    static Command Work(Surroundings around)
    {
        var options = new LabOptions();
        var quiet = new Option<bool>("--quiet", "-q");
        var command = new Command("work", "The pipeline itself, without a recorder.") { Hidden = true };
        foreach (var option in options.All.Append(quiet))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = Settings.Resolve(new Dictionary<Setting, string?>(), around.Variable, around.Folder);
            var told = parsed.GetValue(quiet) ? around with { Out = TextWriter.Null } : around;
            try
            {
                new Pipeline(around.Time).Run(options.Plan(parsed, ModelOf(parsed.GetValue(options.Model), settings)), new MarkedPipeline(told));
                return 0;
            }
            catch (Exception error) when (error is UnusableDataException or UnfitExamplesException or TrainingDivergedException)
            {
                around.Error.WriteLine("tonne: " + Printable.OneLine(error.Message));
                return error is TrainingDivergedException ? CommandLine.Failed : CommandLine.WrongUse;
            }
        });
        return command;
    }

    static Command Data(Surroundings around)
    {
        var rows = new Option<string>("--rows") { Description = "Made-up rows: 1 to 100,000,000; default: the .NET SDK's own messages", HelpName = "N" };
        var seed = new Option<string>("--seed") { Description = "Seed of made-up rows; default 1", HelpName = "N" };
        var output = new Option<string>("--output", "-o") { Description = "CSV to write; required", HelpName = "FILE", Required = true };
        var command = new Command("data", "Write the lab's rows as CSV: real messages in 13 languages, or made-up ones with known duplicates and irrelevant rows.") { rows, seed, output };
        command.SetAction(parsed =>
        {
            var draw = (ulong)(parsed.GetValue(seed) is { } text ? LabOptions.Whole("--seed", text, 0, int.MaxValue) : 1);
            var made = parsed.GetValue(rows) is { } number ? new SyntheticMessages(LabOptions.Whole("--rows", number, 1, 100_000_000), draw) : null;
            var rejections = new Rejections();
            var path = parsed.GetValue(output)!;
            var written = TableWriter.Write(made ?? (RowSource)SdkMessages.Find(), path, rejections);
            around.Out.WriteLine($"{Readout.Count(written)} rows written to {path}{(rejections.Total > 0 ? $"; {Readout.Count(rejections.Total)} could not be used" : "")}.");
            if (made is not null)
                around.Out.WriteLine($"Among them {Readout.Count(made.ExactDuplicates)} exact duplicates, {Readout.Count(made.NearDuplicates)} near duplicates, {Readout.Count(made.PlaceholdersOnly)} of placeholders only, {Readout.Count(made.WrongScript)} in another script than their language.");
            return 0;
        });
        return command;
    }

    /// <summary>Weights that were named, else those beside the ledger.</summary>
    internal static string ModelOf(string? given, Settings settings) => Path.GetFullPath(given ?? Path.Combine(settings.Home, "lab", "model.weights"));

    /// <summary>How this program is started again: itself, or the runtime with it.</summary>
    static IEnumerable<string> Own()
    {
        var process = Environment.ProcessPath ?? "tonne";
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.Combine(AppContext.BaseDirectory, "Tonne.Cli.dll")] : [process];
    }
}
