using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.LabRuns;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab predict TEXT</c>: a prediction, shown layer by layer.</summary>
static class LabPredictCommand
{
    internal const int Repetitions = 200;
    const int Named = 5;
    const int LongestName = 24;
    const int LongestBar = 24;

    public static Command Build(CommandContext context)
    {
        var text = new Argument<string[]>("text") { Description = "The text", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string>("--model") { Description = "Weights of 'lab run'; default: lab/model.weights", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.prediction/1)" };
        var command = new Command("predict", "Predict the language of a text, layer by layer. Each layer has its shape, time, operations and energy.") { text, model };
        foreach (var option in SettingOptions.Place.Append(json))
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            var network = LabCommand.Load(LabCommand.ResolveModelPath(parsed.GetValue(model), settings));
            if (network.Shape.Inputs != new NGramHashing().Width)
                throw new InvalidInputException($"This network has {network.Shape.Inputs} inputs, and a text becomes {new NGramHashing().Width} numbers: it was not trained on texts.");
            var row = new float[network.Shape.Inputs];
            var words = string.Join(' ', parsed.GetValue(text)!);
            new NGramHashing(network.Shape.Inputs).Vectorize(words, row);
            if (Array.TrueForAll(row, value => value == 0))
                throw new InvalidInputException("That text has no letters to predict from; write some words.");
            var prediction = network.Predict(row, context.Time, Repetitions);
            var estimator = LabContext.CreateEstimator(context, settings);
            if (parsed.GetValue(json))
                context.Out.WriteLine(CreateJson(words, isOwn: false, network, prediction, estimator));
            else
                WriteText(context, network, prediction, estimator);
            return 0;
        });
        return command;
    }

    static void WriteText(CommandContext context, Network network, Prediction prediction, CpuTimeEstimator estimator)
    {
        context.Out.WriteLine($"input: {network.Shape.Inputs} numbers, hashed from the text's runs of 1 to {NGramHashing.MaxNGramLength} characters");
        context.Out.WriteLine();
        var table = new TextTable("LAYER", "DOES", "SHAPE", "PARAMETERS", "OPERATIONS", "TIME", "ENERGY") { RightAligned = new HashSet<int> { 3, 4, 5, 6 }, OptionalColumns = [1, 3] };
        foreach (var layer in prediction.Layers)
        {
            table.Add(layer.Name, layer.Description, $"{layer.Inputs} → {layer.Outputs}", DisplayValue.FormatCount(layer.Parameters), DisplayValue.FormatCount(layer.Operations),
                Microseconds(layer.Duration), Microjoules(layer.Duration, estimator));
        }

        table.Add("all", "", $"{network.Shape.Inputs} → {network.Shape.Classes}", DisplayValue.FormatCount(network.Shape.ParameterCount), DisplayValue.FormatCount(prediction.Operations), Microseconds(prediction.Duration), Microjoules(prediction.Duration, estimator));
        table.Write(context.Out, context.IsOutTerminal ? context.Width : null);
        context.Out.WriteLine();
        Softmax(context, network, prediction);
        context.Out.WriteLine();
        var words = new WrappedTextWriter(context);
        var (one, million) = (estimator.Estimate("a prediction", prediction.Duration), estimator.Estimate("a million predictions", prediction.Duration * 1_000_000));
        words.WriteLabelled("energy   ", string.Create(CultureInfo.InvariantCulture,
            $"{DisplayValue.Format(one.Energy.Bounds * Energy.JoulesPerKilowattHour, "J").FormatWithInterval()} at the plug, {Word(one.Energy.Quality)}: CPU time × {DisplayValue.Format(estimator.Watts).FormatWithInterval()} of a busy thread and its share of memory, fans and supply; the energy of the layers likewise. Times are the shortest of {Repetitions} repetitions."));
        words.WriteLabelled("carbon   ", $"{DisplayValue.Format(million.Operational).FormatWithInterval()} for a million predictions, operational, location-based: {DisplayValue.Format(million.Energy).Text} × PUE {DisplayValue.FormatFactor(million.Factors.Pue).FormatWithInterval()} × {DisplayValue.FormatFactor(million.Factors.Grid.Intensity).FormatWithInterval()} ({TextSanitizer.ToOneLine(million.Factors.Grid.Intensity.Label)}).");
        var heaviest = prediction.Layers.MaxBy(layer => layer.Operations)!;
        words.WriteLabelled("insight  ", $"{heaviest.Name} alone does {DisplayValue.FormatPercent(heaviest.Operations / (double)prediction.Operations)} of the operations and takes {DisplayValue.FormatPercent(heaviest.Duration / prediction.Duration)} of the time.");
    }

    /// <summary>Writes the output of the last layer: the probability of each class, the likeliest with their names.</summary>
    static void Softmax(CommandContext context, Network network, Prediction prediction)
    {
        context.Out.WriteLine($"softmax: a probability for each of {network.Classes.Length} classes, together 1");
        var order = Enumerable.Range(0, network.Classes.Length).OrderByDescending(index => prediction.Probabilities[index]).ToList();
        var shown = order.Take(order.Count <= Named + 1 ? order.Count : Named).ToList();
        var rows = shown.Select(index => (Name: TextSanitizer.FitToColumns(TextSanitizer.ToOneLine(network.Classes[index]), LongestName).TrimEnd(), Probability: (double)prediction.Probabilities[index])).ToList();
        if (order.Count > shown.Count)
            rows.Add((string.Create(CultureInfo.InvariantCulture, $"{order.Count - shown.Count} others"), order.Skip(shown.Count).Sum(index => (double)prediction.Probabilities[index])));
        var columns = rows.Max(row => TextSanitizer.CountColumns(row.Name));
        foreach (var (name, probability) in rows)
            context.Out.WriteLine($"  {name}{new string(' ', columns - TextSanitizer.CountColumns(name))}  {DisplayValue.FormatPercent(probability),8}  {new string(context.Unicode ? '█' : '#', (int)Math.Round(probability * LongestBar))}".TrimEnd());
    }

    /// <summary>A prediction as JSON, schema <c>tonne.prediction/1</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isOwn">Whether the text is tonne's, else the user's.</param>
    /// <param name="network">The network.</param>
    /// <param name="prediction">The prediction.</param>
    /// <param name="estimator">Estimates the energy of its processor time.</param>
    internal static string CreateJson(string text, bool isOwn, Network network, Prediction prediction, CpuTimeEstimator estimator) => JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.prediction/1");
        writer.WriteString("text", text);
        writer.WriteString("text_of", isOwn ? "tonne" : "user");
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
            writer.WriteString("does", layer.Description);
            writer.WriteNumber("inputs", layer.Inputs);
            writer.WriteNumber("outputs", layer.Outputs);
            writer.WriteNumber("parameters", layer.Parameters);
            writer.WriteNumber("operations", layer.Operations);
            writer.WriteNumber("duration_s", layer.Duration.TotalSeconds);
            writer.WriteQuantity("energy_kwh", estimator.Estimate(layer.Name, layer.Duration).Energy);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("duration_s", prediction.Duration.TotalSeconds);
        writer.WriteNumber("operations", prediction.Operations);
        var all = estimator.Estimate("a prediction", prediction.Duration);
        writer.WriteQuantity("thread_w", estimator.Watts);
        writer.WriteQuantity("energy_kwh", all.Energy);
        writer.WriteQuantity("emissions_kg", all.Operational);
    });

    static string Microseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.0} µs");

    static string Microjoules(TimeSpan time, CpuTimeEstimator estimator) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds * estimator.Watts.Value * 1e6:0.0} µJ");

    static string Word(Quality quality) => EnumWords.Format(quality);
}
