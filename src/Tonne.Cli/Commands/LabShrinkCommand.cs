using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.LabRuns;
using Tonne.Cli.Terminal;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Lab.Compression;
using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary>
/// <c>tonne lab prune</c>, <c>quantize</c>, <c>distill</c>: make a trained network smaller, and measure both side by side.
/// </summary>
sealed class LabShrinkCommand
{
    /// <summary>The measured cells of a row of the table: two sizes, accuracy, latency and CPU time one by one and in batches.</summary>
    const int FiguresOfVariant = 7;

    const string DifferentRowsAdvice = " Give the rows that the network was trained on: --data, --label, --text, --rows, --seed as with 'lab run'.";

    readonly string _verb;
    readonly string _description;
    readonly Func<ModelCompressor, Variant, IReadOnlyList<Variant>> _ways;

    LabShrinkCommand(string verb, string description, Func<ModelCompressor, Variant, IReadOnlyList<Variant>> ways) => (_verb, _description, _ways) = (verb, description, ways);

    /// <summary>The three commands.</summary>
    public static IReadOnlyList<LabShrinkCommand> Verbs { get; } =
    [
        new("prune", "Remove the least important parts of a trained network: the smallest weights, and whole units and layers.", (shrinking, whole) => [shrinking.PruneWeights(whole), shrinking.PruneUnits(whole)]),
        new("quantize", "Convert the weights and activations of a trained network to 8-bit numbers.", (shrinking, whole) => [shrinking.Quantize(whole)]),
        new("distill", "Train a small network, the student, on the outputs of a trained one.", (shrinking, whole) => [shrinking.Distil(whole)]),
    ];

    /// <summary>The command that records the work.</summary>
    public Command BuildRecorded(CommandContext context)
    {
        var given = new Choices(_verb, _description);
        given.Command.SetAction(parsed =>
        {
            var settings = RecordedLabCommand.ResolveSettings(parsed, context);
            var path = LabCommand.ResolveModelPath(parsed.GetValue(given.Model), settings);
            _ = (LabCommand.Load(path), given.Plan(parsed));
            given.Rows.Validate(parsed, path);
            return new RecordedLabCommand(context, settings).Run(parsed, parsed.GetValue(given.Name)!, parsed.GetValue(given.Json));
        });
        return given.Command;
    }

    /// <summary>The command that does the work.</summary>
    public Command BuildWork(CommandContext context)
    {
        var given = new Choices(_verb, _description);
        given.Command.SetAction(parsed =>
        {
            var settings = RecordedLabCommand.ResolveSettings(parsed, context);
            var asJson = parsed.GetValue(given.Json);
            var labContext = new LabContext(context, settings, asJson);
            return labContext.Execute(
                () =>
                {
                    var path = LabCommand.ResolveModelPath(parsed.GetValue(given.Model), settings);
                    var network = LabCommand.Load(path);
                    var examples = Pipeline.Prepare(given.Rows.Plan(parsed, path), labContext.Listener);
                    var shrinking = new ModelCompressor(new Trainer(context.Time), LabContext.GetCpuTime, examples.Training, given.Plan(parsed), labContext.Listener);
                    var whole = ModelCompressor.CreateBaseline(network);
                    ImmutableArray<Variant> variants = parsed.GetValue(given.All) ? shrinking.CreateAll(network) : [whole, .. _ways(shrinking, whole)];
                    var estimator = labContext.CreateEstimator();
                    var judged = new DataShape(examples.Test.Count, examples.Test.Width);
                    labContext.Listener.BeginStage("measure", judged, null);
                    labContext.Listener.ReportMessage("measuring the variants side by side");
                    using var team = new ThreadTeam(Environment.ProcessorCount);
                    var figures = new VariantBenchmark(context.Time, LabContext.GetCpuTime).Measure(variants, examples.Test, estimator, null, team);
                    labContext.Listener.BeginStage("measure", judged, new DataShape(figures.Length, FiguresOfVariant));
                    labContext.Listener.EndStage("measure");
                    foreach (var variant in variants.Skip(1))
                        variant.Classifier.Save(GetVariantFile(path, variant));
                    if (asJson)
                        WriteJson(context, path, figures, estimator);
                    else
                        WriteText(context, path, figures, estimator, examples.Test.Count);
                },
                DifferentRowsAdvice);
        });
        return given.Command;
    }

    /// <summary>Returns the file name of a variant: <c>model.weights</c> becomes <c>model.distilled-quantized.weights</c>.</summary>
    static string GetVariantFile(string path, Variant variant) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}.{variant.Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')}{Path.GetExtension(path)}");

    static void WriteText(CommandContext context, string path, ImmutableArray<VariantMeasurements> figures, CpuTimeEstimator estimator, int rows)
    {
        context.Out.WriteLine();
        var first = figures[0].Single.PerThousand;
        var table = new TextTable("VARIANT", "SIZE", "PACKED", "ACCURACY", "LATENCY", "OF 1,000", "EMISSIONS", "ENERGY, ONE BY ONE", "BATCHES", "CREATION", "BREAK-EVEN", "") { RightAligned = new HashSet<int> { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, OptionalColumns = [2, 9, 6, 5, 8, 4, 10, 1], FlexibleColumn = 0, MinFlexibleWidth = 28 };
        foreach (var one in figures)
        {
            table.Add(
                one.Variant.Name, Size(one.FileBytes), Size(one.PackedBytes), Percent(one.Score.Accuracy), Microseconds(one.Single.LatencySeconds),
                DisplayValue.Format(one.Single.PerThousand.Energy.Value, "kWh", 2, first.Energy.Value), DisplayValue.Format(one.Single.PerThousand.Operational.Value, "kg CO2e", 2, first.Operational.Value),
                Ratio(one.Single.EnergyRatio), Text($"÷ {one.Batched.EnergyRatio.Value:0.0}"), one.Variant.CreationCpuTime == TimeSpan.Zero ? "" : Text($"{one.Variant.CreationCpuTime.TotalSeconds:0.0} CPU-s"), FormatBreakEven(one, figures[0]), one.IsParetoOptimal ? "front" : "");
        }

        table.Write(context.Out, context.IsOutTerminal ? context.Width : null);
        context.Out.WriteLine();
        var words = new WrappedTextWriter(context);
        var best = Best(figures);
        words.WriteLabelled("best     ", best is null
            ? "No variant uses less energy at no more than one point of accuracy lost."
            : Text($"{best.Variant.Name} ({best.Variant.Description}): energy of a prediction ÷ {best.Single.EnergyRatio.Value:0.0} ({best.Single.EnergyRatio.Low:0.0}–{best.Single.EnergyRatio.High:0.0}) one at a time, ÷ {best.Batched.EnergyRatio.Value:0.0} in batches of 64, {FormatAccuracyLoss(figures[0].Score.Accuracy - best.Score.Accuracy)}{(best.ComputeBreakEven(figures[0]) is { } after ? $"; the energy to create it is saved after {Predictions(after)} predictions" : "")}."));
        if (DescribeBias(figures[0], best ?? figures[^1]) is { } biased)
            words.WriteLabelled("classes  ", biased);
        words.WriteLabelled("energy   ", Text($"of 1,000 as trained {DisplayValue.Format(first.Energy).FormatWithInterval()} and {DisplayValue.Format(first.Operational).FormatWithInterval()}, {first.Energy.Quality.ToString().ToLowerInvariant()}: CPU time × {DisplayValue.Format(estimator.Watts).FormatWithInterval()} of a busy thread and its share of memory, fans and supply, without the conversion of texts to rows. Ratios do not depend on it. Median of {new VariantPlan().Rounds} rounds, each of which measures all variants in turn. Accuracy on {rows:N0} unseen rows."));
        if (figures.FirstOrDefault(one => one.Variant.Name == "weights pruned") is { } zeros)
            words.WriteLabelled("zeros    ", Text($"Pruned weights compress to {zeros.PackedBytes / (double)figures[0].PackedBytes:P0} of the size, and a dense product multiplies zeros like other numbers: energy ÷ {zeros.Single.EnergyRatio.Value:0.00}."));
        words.WriteLabelled("creation ", Text($"is part of the recorded run: tonne show last. A variant made from another includes the energy of that one."));
        words.WriteLabelled("weights  ", $"beside {path}; front: no other variant is at least as good in accuracy, size, latency and energy, and better in one.");
    }

    /// <summary>The variant with the least energy that loses at most one point of accuracy.</summary>
    static VariantMeasurements? Best(ImmutableArray<VariantMeasurements> figures) =>
        figures.Skip(1).Where(one => one.Score.Accuracy >= figures[0].Score.Accuracy - 0.01 && one.Single.EnergyRatio.Low > 1).MaxBy(one => one.Single.EnergyRatio.Value);

    /// <summary>The class that lost most accuracy.</summary>
    static string? DescribeBias(VariantMeasurements first, VariantMeasurements one)
    {
        var losses = first.Score.AccuracyOfClass.Zip(one.Score.AccuracyOfClass, (before, after) => before - after).Select((lost, index) => (lost, index)).Where(pair => !double.IsNaN(pair.lost)).ToList();
        if (losses.Count == 0)
            return null;
        var (most, at) = losses.Max();
        var name = TextSanitizer.ToOneLine(first.Variant.Classifier.Classes[at]);
        return most <= 0 ? "No class lost accuracy." : $"\"{name}\" lost most: {Points(most)}, from {Percent(first.Score.AccuracyOfClass[at])} to {Percent(one.Score.AccuracyOfClass[at])}.";
    }

    static void WriteJson(CommandContext context, string path, ImmutableArray<VariantMeasurements> figures, CpuTimeEstimator estimator) => context.Out.WriteLine(JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.variants/1");
        writer.WriteString("model", path);
        writer.WriteString("kernel", QuantizedNetwork.Kernel);
        writer.WriteQuantity("thread_w", estimator.Watts);
        writer.WriteStartArray("variants");
        foreach (var one in figures)
        {
            writer.WriteStartObject();
            writer.WriteString("name", one.Variant.Name);
            writer.WriteString("how", one.Variant.Description);
            writer.WriteNumber("layers", one.Variant.Classifier.Shape.Layers);
            writer.WriteNumber("width", one.Variant.Classifier.Shape.Width);
            writer.WriteNumber("file_bytes", one.FileBytes);
            writer.WriteNumber("packed_bytes", one.PackedBytes);
            writer.WriteNumber("accuracy", one.Score.Accuracy);
            writer.WriteNumber("loss", one.Score.Loss);
            writer.WriteAccuracyOfClass(one.Score, one.Variant.Classifier.Classes);
            Cost("single", one.Single);
            Cost("batched", one.Batched);
            writer.WriteNumber("making_cpu_s", one.Variant.CreationCpuTime.TotalSeconds);
            writer.WriteQuantity("making_energy_kwh", estimator.Estimate("making", one.Variant.CreationCpuTime).Energy);
            writer.WriteBounds("pays_back_after_predictions", one.ComputeBreakEven(figures[0]));
            writer.WriteBoolean("on_front", one.IsParetoOptimal);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        void Cost(string name, PredictionCost cost)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("latency_s", cost.LatencySeconds);
            writer.WriteBounds("cpu_s", cost.CpuSeconds);
            writer.WriteQuantity("energy_kwh_per_1000", cost.PerThousand.Energy);
            writer.WriteQuantity("emissions_kg_per_1000", cost.PerThousand.Operational);
            writer.WriteStartObject("times_less");
            writer.WriteNumber("value", cost.EnergyRatio.Value);
            if (cost.EnergyRatio.IsBounded)
            {
                writer.WriteNumber("low", cost.EnergyRatio.Low);
                writer.WriteNumber("high", cost.EnergyRatio.High);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }
    }));

    static string Size(long bytes) => Text($"{bytes / 1000.0:N0} kB");

    static string Percent(double share) => Text($"{share * 100:0.00} %");

    static string Points(double share) => Text($"{share * 100:0.00} points");

    static string FormatAccuracyLoss(double lost) => lost > 0 ? $"for {Points(lost)} of accuracy" : "with no accuracy lost";

    static string Ratio(RatioInterval ratio) => ratio is { IsBounded: true } and not { Low: 1, High: 1 } ? Text($"÷ {ratio.Value:0.0} ({ratio.Low:0.0}–{ratio.High:0.0})") : Text($"÷ {ratio.Value:0.0}");

    static string FormatBreakEven(VariantMeasurements one, VariantMeasurements first) =>
        one.Variant.CreationCpuTime == TimeSpan.Zero ? "" : one.ComputeBreakEven(first) is { } after ? Predictions(after) : "no saving seen";

    static string Predictions(Bounds after) => after.Best < 1e5 ? DisplayValue.Format(after, "").FormatWithInterval() : DisplayValue.Format(after * 1e-6, "M").FormatWithInterval();

    static string Microseconds(double seconds) => Text($"{seconds * 1e6:0.00} µs");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The options of these commands.</summary>
    sealed class Choices
    {
        readonly Option<string> _epochs = new("--epochs") { Description = "Epochs after pruning (default 3), of a student (default 10)", HelpName = "N" };

        public Choices(string verb, string description)
        {
            Name = RecordedLabCommand.CreateNameOption("lab-" + verb);
            Command = new Command(verb, description + " Recorded as a run.") { Model, All, _epochs };
            foreach (var option in Rows.Rows.Concat([.. SettingOptions.Place, Name, Json]))
                Command.Options.Add(option);
        }

        public Command Command { get; }

        public LabOptions Rows { get; } = new();

        public Option<string> Name { get; }

        public Option<string> Model { get; } = new("--model") { Description = "Weights of 'lab run'; default: lab/model.weights", HelpName = "FILE" };

        public Option<bool> All { get; } = new("--all") { Description = "All methods, alone and combined" };

        public Option<bool> Json { get; } = new("--json") { Description = "One JSON document (schema tonne.variants/1)" };

        public CompressionPlan Plan(ParseResult parsed)
        {
            var plan = new CompressionPlan();
            if (parsed.GetValue(_epochs) is not { } text)
                return plan;
            var number = (int)LabOptions.ParseWholeNumber("--epochs", text, 1, 10_000);
            return plan with { FineTuning = plan.FineTuning with { Epochs = number }, StudentTraining = plan.StudentTraining with { Epochs = number } };
        }
    }
}
