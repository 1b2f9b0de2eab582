using System.CommandLine;
using System.Text.Json;
using Tonne.Cli.Configuration;
using Tonne.Cli.Laboratory;
using Tonne.Formatting;
using Tonne.Lab.Collecting;
using Tonne.Lab.Networks;
using Tonne.Lab.Pipelines;
using Tonne.Reporting.Json;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab …</c>: the reference pipeline, from raw rows to predictions, traced stage by stage.</summary>
static class LabCommand
{
    public static Command Build(Surroundings around)
    {
        var command = new Command("lab", "The reference pipeline: raw rows are collected, cleaned and featurized, a network of 12 layers is trained on them, and every step is measured.") { Run(around), LabPredictCommand.Build(around), Data(around) };
        var work = new Command(RecordedWork.Command, "The same without a recorder: what 'lab run' and the others record.") { Hidden = true };
        work.Subcommands.Add(Work(around));
        foreach (var verb in LabShrinkCommand.Verbs)
        {
            command.Subcommands.Add(verb.Recorded(around));
            work.Subcommands.Add(verb.Work(around));
        }

        command.Subcommands.Add(LabSelectCommand.Recorded(around));
        work.Subcommands.Add(LabSelectCommand.Work(around));
        command.Subcommands.Add(LabStopCommand.Build(around));
        command.Subcommands.Add(work);
        return command;
    }

    /// <summary>Runs the pipeline in a process of its own, as any command, under the recorder that any command gets.</summary>
    static Command Run(Surroundings around)
    {
        var (command, options, name, json) = RunOptions();
        command.SetAction(parsed =>
        {
            var settings = RecordedWork.Settle(parsed, around);

            // What is wrong with the options or the data's first lines is told before anything is measured.
            options.Check(parsed, ModelOf(parsed.GetValue(options.Model), settings));
            var asJson = parsed.GetValue(json);
            var work = new RecordedWork(around, settings);
            var code = work.Run(parsed, parsed.GetValue(name)!, asJson, traced: true);
            if (code != 0 || work.Closed is not { } closed)
                return code;
            if (asJson)
            {
                around.Out.WriteLine(JsonSerializer.Serialize(RunDocument.Of(closed.Record, closed.Footprint), ReportJson.Readable.RunDocument));
                return 0;
            }

            var screen = new Screen { Width = around.Width, Colour = around.Colour(around.OutTerminal), Unicode = around.Unicode };
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
        var (command, options, _, json) = RunOptions();
        command.SetAction(parsed =>
        {
            var settings = RecordedWork.Settle(parsed, around);
            var desk = new Workplace(around, settings, parsed.GetValue(json));
            return desk.Do(() => new Pipeline(around.Time).Run(options.Plan(parsed, ModelOf(parsed.GetValue(options.Model), settings)), desk.Listener));
        });
        return command;
    }

    static (Command Command, LabOptions Options, Option<string> Name, Option<bool> Json) RunOptions()
    {
        var options = new LabOptions();
        var name = RecordedWork.Name("lab");
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.run/1) instead of the trace" };
        var command = new Command("run", "Run the whole pipeline and trace its stages. About a minute on two cores; --shape reference some more.");
        foreach (var option in options.All.Concat([.. SettingOptions.Place, name, json]))
            command.Options.Add(option);
        return (command, options, name, json);
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

    /// <summary>Trained weights.</summary>
    /// <exception cref="WrongInputException">There are none, or they are damaged.</exception>
    internal static Network Load(string path)
    {
        if (!File.Exists(path))
            throw new WrongInputException($"There are no weights at {path}. Make some first: tonne lab run");
        try
        {
            return Network.Load(path);
        }
        catch (DamagedWeightsException error)
        {
            throw new WrongInputException(error.Message);
        }
    }
}
