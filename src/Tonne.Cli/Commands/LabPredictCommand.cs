using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Terminal;
using Tonne.Explaining;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Modelled;
using Tonne.Lab.Featurizing;
using Tonne.Lab.Networks;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab predict TEXT</c>: one prediction followed through the layers.</summary>
static class LabPredictCommand
{
    const int Repetitions = 200;

    public static Command Build(Surroundings around)
    {
        var text = new Argument<string[]>("text") { Description = "The text whose language is to be named", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string>("--model") { Description = "Weights of 'lab run'; default: lab/model.weights beside the ledger", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.prediction/1)" };
        var command = new Command("predict", "Name the class of a text, and follow the prediction through the layers: shape, time, operations, energy of each.") { text, model, json };
        command.SetAction(parsed =>
        {
            var settings = Settings.Resolve(new Dictionary<Setting, string?>(), around.Variable, around.Folder);
            var path = LabCommand.ModelOf(parsed.GetValue(model), settings);
            if (!File.Exists(path))
                throw new WrongInputException($"There are no weights at {path}. Make some first: tonne lab run");
            Network network;
            try
            {
                network = Network.Load(path);
            }
            catch (DamagedWeightsException error)
            {
                throw new WrongInputException($"{path}: {error.Message}");
            }

            var row = new float[network.Shape.Inputs];
            new NGramHashing(network.Shape.Inputs).Write(string.Join(' ', parsed.GetValue(text)!), row);
            if (Array.TrueForAll(row, value => value == 0))
                throw new WrongInputException("There is nothing to go by in that text; write some words.");
            var prediction = network.Predict(row, around.Time, Repetitions);
            using var found = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.Discovery(around.Variable));
            var watts = WattsOfAThread(found);
            if (parsed.GetValue(json))
                WriteJson(around, network, prediction, watts);
            else
                WriteText(around, network, prediction, watts);
            return 0;
        });
        return command;
    }

    static void WriteText(Surroundings around, Network network, Prediction prediction, double watts)
    {
        around.Out.WriteLine($"input: {network.Shape.Inputs} numbers, hashed from the text's runs of 1 to {NGramHashing.LongestRun} characters");
        around.Out.WriteLine();
        var table = new TextTable("LAYER", "DOES", "SHAPE", "PARAMETERS", "OPERATIONS", "TIME", "ENERGY") { Right = new HashSet<int> { 3, 4, 5, 6 }, Spare = [1] };
        foreach (var layer in prediction.Layers)
        {
            table.Add(layer.Name, layer.Does, $"{layer.Inputs} → {layer.Outputs}", Readout.Count(layer.Parameters), Readout.Count(layer.Operations),
                Microseconds(layer.Duration), Microjoules(layer.Duration, watts));
        }

        table.Add("all", "", $"{network.Shape.Inputs} → {network.Shape.Classes}", Readout.Count(network.Shape.ParameterCount), Readout.Count(prediction.Operations), Microseconds(prediction.Duration), Microjoules(prediction.Duration, watts));
        table.Write(around.Out, around.OutTerminal ? around.Width : null);
        around.Out.WriteLine();
        foreach (var index in Enumerable.Range(0, network.Classes.Length).OrderByDescending(index => prediction.Probabilities[index]).Take(3))
            around.Out.WriteLine($"{Printable.OneLine(network.Classes[index]),-10} {Readout.Percent(prediction.Probabilities[index]),8}");
        around.Out.WriteLine();
        var words = new WrappedText(around);
        words.Labelled("energy   ", string.Create(CultureInfo.InvariantCulture, $"modelled: CPU time × {watts:0.##} W of a busy thread with its part of the machine. Times are the shortest of {Repetitions} repetitions."));
        var heaviest = prediction.Layers.MaxBy(layer => layer.Operations)!;
        words.Labelled("insight  ", $"A million such predictions take {Readout.Of(prediction.Duration.TotalSeconds * watts * 1e6 / 3.6e6, "kWh")}; {heaviest.Name} alone does {Readout.Percent(heaviest.Operations / (double)prediction.Operations)} of the operations.");
    }

    static void WriteJson(Surroundings around, Network network, Prediction prediction, double watts) => around.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteString("schema", "tonne.prediction/1");
        writer.WriteString("class", network.Classes[prediction.Class]);
        writer.WriteStartArray("probabilities");
        for (var i = 0; i < network.Classes.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("class", network.Classes[i]);
            writer.WriteNumber("probability", prediction.Probabilities[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("layers");
        foreach (var layer in prediction.Layers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", layer.Name);
            writer.WriteString("does", layer.Does);
            writer.WriteNumber("inputs", layer.Inputs);
            writer.WriteNumber("outputs", layer.Outputs);
            writer.WriteNumber("parameters", layer.Parameters);
            writer.WriteNumber("operations", layer.Operations);
            writer.WriteNumber("duration_s", layer.Duration.TotalSeconds);
            writer.WriteNumber("energy_j", layer.Duration.TotalSeconds * watts);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("duration_s", prediction.Duration.TotalSeconds);
        writer.WriteNumber("operations", prediction.Operations);
        writer.WriteNumber("energy_j", prediction.Duration.TotalSeconds * watts);
        writer.WriteString("energy_quality", "modelled");
    }));

    /// <summary>Watts of a busy thread with its part of everything else, by the machine's model: a prediction is too short for any meter.</summary>
    internal static double WattsOfAThread(Discovery found) =>
        MachineModel.WholeMachine(found.Power).Rates.Where(rate => rate.Id is "cpu/busy" or "other/cpu-busy").Sum(rate => rate.Derivation.Value);

    static string Microseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.0} µs");

    static string Microjoules(TimeSpan time, double watts) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds * watts * 1e6:0.0} µJ");
}
