using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Laboratory;
using Tonne.Cli.Terminal;
using Tonne.Explaining;
using Tonne.Footprints;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Places;
using Tonne.Lab.Collecting;
using Tonne.Lab.Compressing;
using Tonne.Lab.Networks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Quantities;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab prune</c>, <c>quantize</c>, <c>distill</c>: a trained network made smaller, and measured beside what it was.</summary>
static class LabShrinkCommand
{
    public static IEnumerable<Command> Build(Surroundings around) =>
    [
        Build(around, "prune", "Take out of a trained network what matters least: the smallest weights, and whole units and layers.", (shrinking, whole) => [shrinking.PruneWeights(whole), shrinking.PruneUnits(whole)]),
        Build(around, "quantize", "Turn a trained network's weights, and what goes into its layers, into 8-bit numbers.", (shrinking, whole) => [shrinking.Quantize(whole)]),
        Build(around, "distill", "Train a small network, the student, by what a trained one says of the rows.", (shrinking, whole) => [shrinking.Distil(whole)]),
    ];

    static Command Build(Surroundings around, string verb, string description, Func<Shrinking, Variant, IReadOnlyList<Variant>> ways)
    {
        var rows = new LabOptions();
        var model = new Option<string>("--model") { Description = "Weights of 'lab run'; default: lab/model.weights beside the ledger. The rows must be those of that run", HelpName = "FILE" };
        var all = new Option<bool>("--all") { Description = "Every way alone and together: distilled, then pruned, then quantized" };
        var epochs = new Option<string>("--epochs") { Description = "Epochs of training after pruning (default 3) and of a student (default 10)", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.variants/1)" };
        var command = new Command(verb, description) { model, all, epochs, json };
        foreach (var option in rows.Rows)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = Settings.Resolve(new Dictionary<Setting, string?>(), around.Variable, around.Folder);
            var path = LabCommand.ModelOf(parsed.GetValue(model), settings);
            var network = Load(path);
            var plan = new ShrinkingPlan();
            if (parsed.GetValue(epochs) is { } text)
            {
                var number = (int)LabOptions.Whole("--epochs", text, 1, 10_000);
                plan = plan with { Tuning = plan.Tuning with { Epochs = number }, Distilling = plan.Distilling with { Epochs = number } };
            }

            var asJson = parsed.GetValue(json);
            var talk = asJson ? around with { Out = TextWriter.Null } : around;
            try
            {
                var examples = Pipeline.Prepare(rows.Plan(parsed, path), new MarkedPipeline(talk));
                var shrinking = new Shrinking(new Trainer(around.Time), CpuTime, examples.Training, plan);
                var whole = Shrinking.Whole(network);
                ImmutableArray<Variant> variants = parsed.GetValue(all)
                    ? shrinking.All(network, variant => Say(talk, $"made: {variant.Name}"))
                    : [whole, .. ways(shrinking, whole)];
                using var found = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.Discovery(around.Variable));
                var place = settings.Place ?? PlaceGuess.ByTimeZone(new FileTree(settings.Sysroot), around.Variable("TZ"));
                var price = new ThreadPrice(found.Power, FactorChoice.For(place, found.Machine));
                using var team = new ThreadTeam(Environment.ProcessorCount);
                Say(talk, "measuring them side by side");
                var figures = new VariantBench(around.Time, CpuTime).Measure(variants, examples.Test, price, null, team);
                foreach (var variant in variants.Skip(1))
                    variant.Classifier.Save(FileOf(path, variant));
                if (asJson)
                    WriteJson(around, path, figures, price);
                else
                    WriteText(around, path, figures, price, examples.Test.Count);
                return 0;
            }
            catch (Exception error) when (error is UnusableDataException or UnfitExamplesException or TrainingDivergedException)
            {
                around.Error.WriteLine("tonne: " + Printable.OneLine(error.Message) + (error is UnfitExamplesException ? " Give the rows that the network was trained on: --data, --label, --text, --rows, --seed as with 'lab run'." : ""));
                return error is TrainingDivergedException ? CommandLine.Failed : CommandLine.WrongUse;
            }
        });
        return command;
    }

    static Network Load(string path)
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

    /// <summary><c>model.weights</c> becomes <c>model.distilled-quantized.weights</c>.</summary>
    static string FileOf(string path, Variant variant) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}.{variant.Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')}{Path.GetExtension(path)}");

    static void WriteText(Surroundings around, string path, ImmutableArray<VariantFigures> figures, ThreadPrice price, int rows)
    {
        around.Out.WriteLine();
        var table = new TextTable("VARIANT", "SIZE", "PACKED", "ACCURACY", "LATENCY", "ENERGY OF 1,000", "EMISSIONS", "ONE BY ONE", "BATCHES", "MAKING", "") { Right = new HashSet<int> { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, Spare = [2, 6, 9, 8], Elastic = 0 };
        foreach (var one in figures)
        {
            table.Add(
                one.Variant.Name, Size(one.FileBytes), Size(one.PackedBytes), Percent(one.Score.Accuracy), Microseconds(one.Single.LatencySeconds),
                Readout.Of(one.Single.KilowattHoursPerThousand.Best, "kWh", 2, figures[0].Single.KilowattHoursPerThousand.Best), Readout.Of(one.Single.KilogramsPerThousand.Best, "kg CO2e", 2, figures[0].Single.KilogramsPerThousand.Best),
                Ratio(one.Single.TimesLess.Value), Ratio(one.Batched.TimesLess.Value), one.Variant.Making == TimeSpan.Zero ? "" : Text($"{one.Variant.Making.TotalSeconds:0.0} CPU-s"), one.IsOnFront ? "front" : "");
        }

        table.Write(around.Out, around.OutTerminal ? around.Width : null);
        around.Out.WriteLine();
        var words = new WrappedText(around);
        var best = Best(figures);
        words.Labelled("best     ", best is null
            ? "None of them takes less energy at no more than one point of accuracy lost."
            : Text($"{best.Variant.Name} ({best.Variant.How}): energy of a prediction ÷ {best.Single.TimesLess.Value:0.0} ({best.Single.TimesLess.Low:0.0}–{best.Single.TimesLess.High:0.0}) one at a time, ÷ {best.Batched.TimesLess.Value:0.0} in batches of 64, for {Points(figures[0].Score.Accuracy - best.Score.Accuracy)} of accuracy; what making it took is made up for after {Readout.Of(best.PaysBackAfter(figures[0]) ?? 0, "", 2)} predictions."));
        if (Biased(figures[0], best ?? figures[^1]) is { } biased)
            words.Labelled("classes  ", biased);
        words.Labelled("energy   ", Text($"modelled: CPU time × {price.Watts.Best:0.0} W ({price.Watts.Low:0.0}–{price.Watts.High:0.0}) of a busy thread with what goes with it; making a row from a text is not in it. Median of {new VariantPlan().Rounds} rounds, each of which measures all of them in turn. Accuracy on {rows:N0} rows never seen."));
        if (figures.FirstOrDefault(one => one.Variant.Name == "weights pruned") is { } zeros)
            words.Labelled("zeros    ", Text($"Pruned weights pack to {zeros.PackedBytes / (double)figures[0].PackedBytes:P0} of the size, and a dense product multiplies zeros like other numbers: energy ÷ {zeros.Single.TimesLess.Value:0.00}."));
        words.Labelled("weights  ", $"beside {path}; front: no other one is at least as good in accuracy, size, latency and energy, and better in one.");
    }

    /// <summary>The least energy at no more than one point lost.</summary>
    static VariantFigures? Best(ImmutableArray<VariantFigures> figures) =>
        figures.Skip(1).Where(one => one.Score.Accuracy >= figures[0].Score.Accuracy - 0.01 && one.Single.TimesLess.Low > 1).MaxBy(one => one.Single.TimesLess.Value);

    /// <summary>The class that lost most.</summary>
    static string? Biased(VariantFigures first, VariantFigures one)
    {
        var losses = first.Score.AccuracyOfClass.Zip(one.Score.AccuracyOfClass, (before, after) => before - after).Select((lost, index) => (lost, index)).Where(pair => !double.IsNaN(pair.lost)).ToList();
        if (losses.Count == 0)
            return null;
        var (most, at) = losses.Max();
        var name = Printable.OneLine(first.Variant.Classifier.Classes[at]);
        return most <= 0 ? "No class lost accuracy." : $"\"{name}\" lost most: {Points(most)}, from {Percent(first.Score.AccuracyOfClass[at])} to {Percent(one.Score.AccuracyOfClass[at])}.";
    }

    static void WriteJson(Surroundings around, string path, ImmutableArray<VariantFigures> figures, ThreadPrice price) => around.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteString("schema", "tonne.variants/1");
        writer.WriteString("model", path);
        writer.WriteString("kernel", QuantizedNetwork.Kernel);
        Bounded("thread_w", price.Watts);
        writer.WriteString("energy_quality", "modelled");
        writer.WriteStartArray("variants");
        foreach (var one in figures)
        {
            writer.WriteStartObject();
            writer.WriteString("name", one.Variant.Name);
            writer.WriteString("how", one.Variant.How);
            writer.WriteNumber("layers", one.Variant.Classifier.Shape.Layers);
            writer.WriteNumber("width", one.Variant.Classifier.Shape.Width);
            writer.WriteNumber("file_bytes", one.FileBytes);
            writer.WriteNumber("packed_bytes", one.PackedBytes);
            writer.WriteNumber("accuracy", one.Score.Accuracy);
            writer.WriteNumber("loss", one.Score.Loss);
            writer.WriteStartObject("accuracy_of_class");
            for (var index = 0; index < one.Score.AccuracyOfClass.Length; index++)
            {
                if (double.IsNaN(one.Score.AccuracyOfClass[index]))
                    writer.WriteNull(one.Variant.Classifier.Classes[index]);
                else
                    writer.WriteNumber(one.Variant.Classifier.Classes[index], one.Score.AccuracyOfClass[index]);
            }

            writer.WriteEndObject();
            Cost("single", one.Single);
            Cost("batched", one.Batched);
            writer.WriteNumber("making_cpu_s", one.Variant.Making.TotalSeconds);
            if (one.PaysBackAfter(figures[0]) is { } after)
                writer.WriteNumber("pays_back_after_predictions", after);
            writer.WriteBoolean("on_front", one.IsOnFront);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        void Cost(string name, PredictionCost cost)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("latency_s", cost.LatencySeconds);
            writer.WriteNumber("cpu_s", cost.CpuSeconds);
            Bounded("energy_kwh_per_1000", cost.KilowattHoursPerThousand);
            Bounded("emissions_kg_per_1000", cost.KilogramsPerThousand);
            writer.WriteStartObject("times_less");
            writer.WriteNumber("value", cost.TimesLess.Value);
            if (cost.TimesLess.IsBounded)
            {
                writer.WriteNumber("low", cost.TimesLess.Low);
                writer.WriteNumber("high", cost.TimesLess.High);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        void Bounded(string name, Bounds bounds)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("value", bounds.Best);
            writer.WriteNumber("low", bounds.Low);
            writer.WriteNumber("high", bounds.High);
            writer.WriteEndObject();
        }
    }));

    static void Say(Surroundings around, string text)
    {
        around.Out.WriteLine(text);
        around.Out.Flush();
    }

    static TimeSpan CpuTime() => Environment.CpuUsage.TotalTime;

    static string Size(long bytes) => Text($"{bytes / 1000.0:N0} kB");

    static string Percent(double share) => Text($"{share * 100:0.00} %");

    static string Points(double share) => Text($"{share * 100:0.00} points");

    static string Ratio(double ratio) => Text($"÷ {ratio:0.0}");

    static string Microseconds(double seconds) => Text($"{seconds * 1e6:0.00} µs");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
