using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Laboratory;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Lab.Featurizing;
using Tonne.Lab.Networks;
using Tonne.Lab.Pricing;
using Tonne.Quantities;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab predict TEXT</c>: one prediction followed through the layers.</summary>
static class LabPredictCommand
{
    const int Repetitions = 200;
    const int Named = 5;
    const int LongestName = 24;
    const int LongestBar = 24;

    public static Command Build(Surroundings around)
    {
        var text = new Argument<string[]>("text") { Description = "The text whose language is to be named", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string>("--model") { Description = "Weights of 'lab run'; default: lab/model.weights beside the ledger", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.prediction/1)" };
        var command = new Command("predict", "Name the class of a text, and follow the prediction through the layers: shape, time, operations, energy of each, emissions.") { text, model };
        foreach (var option in SettingOptions.Place.Append(json))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, around);
            var network = LabCommand.Load(LabCommand.ModelOf(parsed.GetValue(model), settings));
            if (network.Shape.Inputs != new NGramHashing().Width)
                throw new WrongInputException($"This network takes {network.Shape.Inputs} numbers, and a text becomes {new NGramHashing().Width}: it was not trained on texts.");
            var row = new float[network.Shape.Inputs];
            new NGramHashing(network.Shape.Inputs).Write(string.Join(' ', parsed.GetValue(text)!), row);
            if (Array.TrueForAll(row, value => value == 0))
                throw new WrongInputException("There is nothing to go by in that text; write some words.");
            var prediction = network.Predict(row, around.Time, Repetitions);
            var price = Workplace.PriceAt(around, settings);
            if (parsed.GetValue(json))
                WriteJson(around, network, prediction, price);
            else
                WriteText(around, network, prediction, price);
            return 0;
        });
        return command;
    }

    static void WriteText(Surroundings around, Network network, Prediction prediction, ThreadPrice price)
    {
        around.Out.WriteLine($"input: {network.Shape.Inputs} numbers, hashed from the text's runs of 1 to {NGramHashing.LongestRun} characters");
        around.Out.WriteLine();
        var table = new TextTable("LAYER", "DOES", "SHAPE", "PARAMETERS", "OPERATIONS", "TIME", "ENERGY") { Right = new HashSet<int> { 3, 4, 5, 6 }, Spare = [1, 3] };
        foreach (var layer in prediction.Layers)
        {
            table.Add(layer.Name, layer.Does, $"{layer.Inputs} → {layer.Outputs}", Readout.Count(layer.Parameters), Readout.Count(layer.Operations),
                Microseconds(layer.Duration), Microjoules(layer.Duration, price));
        }

        table.Add("all", "", $"{network.Shape.Inputs} → {network.Shape.Classes}", Readout.Count(network.Shape.ParameterCount), Readout.Count(prediction.Operations), Microseconds(prediction.Duration), Microjoules(prediction.Duration, price));
        table.Write(around.Out, around.OutTerminal ? around.Width : null);
        around.Out.WriteLine();
        Softmax(around, network, prediction);
        around.Out.WriteLine();
        var words = new WrappedText(around);
        var (one, million) = (price.Of("a prediction", prediction.Duration), price.Of("a million predictions", prediction.Duration * 1_000_000));
        words.Labelled("energy   ", string.Create(CultureInfo.InvariantCulture,
            $"{Readout.Of(one.Energy.Bounds * Energy.JoulesPerKilowattHour, "J").Full()} at the plug, {Word(one.Energy.Quality)}: CPU time × {Readout.Of(price.Watts).Full()} of a busy thread with what goes with it; the layers' energies alike. Times are the shortest of {Repetitions} repetitions."));
        words.Labelled("carbon   ", $"{Readout.Of(million.Operational).Full()} for a million of them, from electricity, location-based: {Readout.Of(million.Energy).Text} × PUE {Readout.OfFactor(million.Factors.Pue).Full()} × {Readout.OfFactor(million.Factors.Grid.Intensity).Full()} ({Printable.OneLine(million.Factors.Grid.Intensity.Label)}).");
        var heaviest = prediction.Layers.MaxBy(layer => layer.Operations)!;
        words.Labelled("insight  ", $"{heaviest.Name} alone does {Readout.Percent(heaviest.Operations / (double)prediction.Operations)} of the operations and takes {Readout.Percent(heaviest.Duration / prediction.Duration)} of the time.");
    }

    /// <summary>What the last layer says: a probability for each class, the likeliest by name.</summary>
    static void Softmax(Surroundings around, Network network, Prediction prediction)
    {
        around.Out.WriteLine($"softmax: a probability for each of {network.Classes.Length} classes, together 1");
        var order = Enumerable.Range(0, network.Classes.Length).OrderByDescending(index => prediction.Probabilities[index]).ToList();
        var shown = order.Take(order.Count <= Named + 1 ? order.Count : Named).ToList();
        var rows = shown.Select(index => (Name: Printable.Fit(Printable.OneLine(network.Classes[index]), LongestName).TrimEnd(), Probability: (double)prediction.Probabilities[index])).ToList();
        if (order.Count > shown.Count)
            rows.Add((string.Create(CultureInfo.InvariantCulture, $"{order.Count - shown.Count} others"), order.Skip(shown.Count).Sum(index => (double)prediction.Probabilities[index])));
        var columns = rows.Max(row => Printable.Columns(row.Name));
        foreach (var (name, probability) in rows)
            around.Out.WriteLine($"  {name}{new string(' ', columns - Printable.Columns(name))}  {Readout.Percent(probability),8}  {new string(around.Unicode ? '█' : '#', (int)Math.Round(probability * LongestBar))}".TrimEnd());
    }

    static void WriteJson(Surroundings around, Network network, Prediction prediction, ThreadPrice price) => around.Out.WriteLine(JsonText.Of(writer =>
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
            writer.WriteQuantity("energy_kwh", price.Of(layer.Name, layer.Duration).Energy);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("duration_s", prediction.Duration.TotalSeconds);
        writer.WriteNumber("operations", prediction.Operations);
        var all = price.Of("a prediction", prediction.Duration);
        writer.WriteQuantity("thread_w", price.Watts);
        writer.WriteQuantity("energy_kwh", all.Energy);
        writer.WriteQuantity("emissions_kg", all.Operational);
    }));

    static string Microseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.0} µs");

    static string Microjoules(TimeSpan time, ThreadPrice price) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds * price.Watts.Value * 1e6:0.0} µJ");

    static string Word(Quality quality) => quality.ToString().ToLowerInvariant();
}
