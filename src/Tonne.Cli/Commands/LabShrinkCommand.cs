using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Laboratory;
using Tonne.Cli.Terminal;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Lab.Compressing;
using Tonne.Lab.Networks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Pricing;
using Tonne.Lab.Training;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab prune</c>, <c>quantize</c>, <c>distill</c>: a trained network made smaller, and measured beside what it was.</summary>
sealed class LabShrinkCommand
{
    /// <summary>What a row of the table of figures holds that was measured: two sizes, accuracy, latency and CPU time one by one and in batches.</summary>
    const int FiguresOfVariant = 7;

    const string OfOtherRows = " Give the rows that the network was trained on: --data, --label, --text, --rows, --seed as with 'lab run'.";

    readonly string _verb;
    readonly string _description;
    readonly Func<Shrinking, Variant, IReadOnlyList<Variant>> _ways;

    LabShrinkCommand(string verb, string description, Func<Shrinking, Variant, IReadOnlyList<Variant>> ways) => (_verb, _description, _ways) = (verb, description, ways);

    /// <summary>The three.</summary>
    public static IReadOnlyList<LabShrinkCommand> Verbs { get; } =
    [
        new("prune", "Take out of a trained network what matters least: the smallest weights, and whole units and layers.", (shrinking, whole) => [shrinking.PruneWeights(whole), shrinking.PruneUnits(whole)]),
        new("quantize", "Turn a trained network's weights, and what goes into its layers, into 8-bit numbers.", (shrinking, whole) => [shrinking.Quantize(whole)]),
        new("distill", "Train a small network, the student, by what a trained one says of the rows.", (shrinking, whole) => [shrinking.Distil(whole)]),
    ];

    /// <summary>The command, which records the work.</summary>
    public Command Recorded(Surroundings around)
    {
        var given = new Choices(_verb, _description);
        given.Command.SetAction(parsed =>
        {
            var settings = RecordedWork.Settle(parsed, around);
            var path = LabCommand.ModelOf(parsed.GetValue(given.Model), settings);
            _ = (LabCommand.Load(path), given.Plan(parsed));
            given.Rows.Check(parsed, path);
            return new RecordedWork(around, settings).Run(parsed, parsed.GetValue(given.Name)!, parsed.GetValue(given.Json));
        });
        return given.Command;
    }

    /// <summary>The work.</summary>
    public Command Work(Surroundings around)
    {
        var given = new Choices(_verb, _description);
        given.Command.SetAction(parsed =>
        {
            var settings = RecordedWork.Settle(parsed, around);
            var asJson = parsed.GetValue(given.Json);
            var desk = new Workplace(around, settings, asJson);
            return desk.Do(
                () =>
                {
                    var path = LabCommand.ModelOf(parsed.GetValue(given.Model), settings);
                    var network = LabCommand.Load(path);
                    var examples = Pipeline.Prepare(given.Rows.Plan(parsed, path), desk.Listener);
                    var shrinking = new Shrinking(new Trainer(around.Time), Workplace.CpuTime, examples.Training, given.Plan(parsed), desk.Listener);
                    var whole = Shrinking.Whole(network);
                    ImmutableArray<Variant> variants = parsed.GetValue(given.All) ? shrinking.All(network) : [whole, .. _ways(shrinking, whole)];
                    var price = desk.Price();
                    var judged = new DataShape(examples.Test.Count, examples.Test.Width);
                    desk.Listener.Stage("measure", judged, null);
                    desk.Listener.Say("measuring them side by side");
                    using var team = new ThreadTeam(Environment.ProcessorCount);
                    var figures = new VariantBench(around.Time, Workplace.CpuTime).Measure(variants, examples.Test, price, null, team);
                    desk.Listener.Stage("measure", judged, new DataShape(figures.Length, FiguresOfVariant));
                    desk.Listener.StageEnded("measure");
                    foreach (var variant in variants.Skip(1))
                        variant.Classifier.Save(FileOf(path, variant));
                    if (asJson)
                        WriteJson(around, path, figures, price);
                    else
                        WriteText(around, path, figures, price, examples.Test.Count);
                },
                OfOtherRows);
        });
        return given.Command;
    }

    /// <summary><c>model.weights</c> becomes <c>model.distilled-quantized.weights</c>.</summary>
    static string FileOf(string path, Variant variant) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}.{variant.Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')}{Path.GetExtension(path)}");

    static void WriteText(Surroundings around, string path, ImmutableArray<VariantFigures> figures, ThreadPrice price, int rows)
    {
        around.Out.WriteLine();
        var first = figures[0].Single.Thousand;
        var table = new TextTable("VARIANT", "SIZE", "PACKED", "ACCURACY", "LATENCY", "OF 1,000", "EMISSIONS", "ENERGY, ONE BY ONE", "BATCHES", "MAKING", "PAID BACK AFTER", "") { Right = new HashSet<int> { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, Spare = [2, 9, 6, 5, 8, 4, 10, 1], Elastic = 0, LeastElastic = 28 };
        foreach (var one in figures)
        {
            table.Add(
                one.Variant.Name, Size(one.FileBytes), Size(one.PackedBytes), Percent(one.Score.Accuracy), Microseconds(one.Single.LatencySeconds),
                Readout.Of(one.Single.Thousand.Energy.Value, "kWh", 2, first.Energy.Value), Readout.Of(one.Single.Thousand.Operational.Value, "kg CO2e", 2, first.Operational.Value),
                Ratio(one.Single.TimesLess), Text($"÷ {one.Batched.TimesLess.Value:0.0}"), one.Variant.Making == TimeSpan.Zero ? "" : Text($"{one.Variant.Making.TotalSeconds:0.0} CPU-s"), PaidBack(one, figures[0]), one.IsOnFront ? "front" : "");
        }

        table.Write(around.Out, around.OutTerminal ? around.Width : null);
        around.Out.WriteLine();
        var words = new WrappedText(around);
        var best = Best(figures);
        words.Labelled("best     ", best is null
            ? "None of them takes less energy at no more than one point of accuracy lost."
            : Text($"{best.Variant.Name} ({best.Variant.How}): energy of a prediction ÷ {best.Single.TimesLess.Value:0.0} ({best.Single.TimesLess.Low:0.0}–{best.Single.TimesLess.High:0.0}) one at a time, ÷ {best.Batched.TimesLess.Value:0.0} in batches of 64, {Given(figures[0].Score.Accuracy - best.Score.Accuracy)}{(best.PaysBackAfter(figures[0]) is { } after ? $"; what making it took is made up for after {Predictions(after)} predictions" : "")}."));
        if (Biased(figures[0], best ?? figures[^1]) is { } biased)
            words.Labelled("classes  ", biased);
        words.Labelled("energy   ", Text($"of 1,000 as trained {Readout.Of(first.Energy).Full()} and {Readout.Of(first.Operational).Full()}, {first.Energy.Quality.ToString().ToLowerInvariant()}: CPU time × {Readout.Of(price.Watts).Full()} of a busy thread with what goes with it; making a row from a text is not in it. Ratios do not depend on it. Median of {new VariantPlan().Rounds} rounds, each of which measures all of them in turn. Accuracy on {rows:N0} rows never seen."));
        if (figures.FirstOrDefault(one => one.Variant.Name == "weights pruned") is { } zeros)
            words.Labelled("zeros    ", Text($"Pruned weights pack to {zeros.PackedBytes / (double)figures[0].PackedBytes:P0} of the size, and a dense product multiplies zeros like other numbers: energy ÷ {zeros.Single.TimesLess.Value:0.00}."));
        words.Labelled("making   ", Text($"is in the run that this has become: tonne show last. A variant made of another carries that one's making too."));
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
        writer.WriteQuantity("thread_w", price.Watts);
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
            writer.WriteAccuracyOfClass(one.Score, one.Variant.Classifier.Classes);
            Cost("single", one.Single);
            Cost("batched", one.Batched);
            writer.WriteNumber("making_cpu_s", one.Variant.Making.TotalSeconds);
            writer.WriteQuantity("making_energy_kwh", price.Of("making", one.Variant.Making).Energy);
            writer.WriteBounds("pays_back_after_predictions", one.PaysBackAfter(figures[0]));
            writer.WriteBoolean("on_front", one.IsOnFront);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        void Cost(string name, PredictionCost cost)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("latency_s", cost.LatencySeconds);
            writer.WriteBounds("cpu_s", cost.CpuSeconds);
            writer.WriteQuantity("energy_kwh_per_1000", cost.Thousand.Energy);
            writer.WriteQuantity("emissions_kg_per_1000", cost.Thousand.Operational);
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
    }));

    static string Size(long bytes) => Text($"{bytes / 1000.0:N0} kB");

    static string Percent(double share) => Text($"{share * 100:0.00} %");

    static string Points(double share) => Text($"{share * 100:0.00} points");

    static string Given(double lost) => lost > 0 ? $"for {Points(lost)} of accuracy" : "with no accuracy lost";

    static string Ratio(RatioInterval ratio) => ratio is { IsBounded: true } and not { Low: 1, High: 1 } ? Text($"÷ {ratio.Value:0.0} ({ratio.Low:0.0}–{ratio.High:0.0})") : Text($"÷ {ratio.Value:0.0}");

    static string PaidBack(VariantFigures one, VariantFigures first) =>
        one.Variant.Making == TimeSpan.Zero ? "" : one.PaysBackAfter(first) is { } after ? Predictions(after) : "not seen to save";

    static string Predictions(Bounds after) => after.Best < 1e5 ? Readout.Of(after, "").Full() : Readout.Of(after * 1e-6, "M").Full();

    static string Microseconds(double seconds) => Text($"{seconds * 1e6:0.00} µs");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What such a command can be given.</summary>
    sealed class Choices
    {
        readonly Option<string> _epochs = new("--epochs") { Description = "Epochs of training after pruning (default 3) and of a student (default 10)", HelpName = "N" };

        public Choices(string verb, string description)
        {
            Name = RecordedWork.Name("lab-" + verb);
            Command = new Command(verb, description + " Recorded as a run.") { Model, All, _epochs };
            foreach (var option in Rows.Rows.Concat([.. SettingOptions.Place, Name, Json]))
                Command.Options.Add(option);
        }

        public Command Command { get; }

        public LabOptions Rows { get; } = new();

        public Option<string> Name { get; }

        public Option<string> Model { get; } = new("--model") { Description = "Weights of 'lab run'; default: lab/model.weights beside the ledger. The rows must be those of that run", HelpName = "FILE" };

        public Option<bool> All { get; } = new("--all") { Description = "Every way alone and together: distilled, then pruned, then quantized" };

        public Option<bool> Json { get; } = new("--json") { Description = "One JSON document (schema tonne.variants/1)" };

        public ShrinkingPlan Plan(ParseResult parsed)
        {
            var plan = new ShrinkingPlan();
            if (parsed.GetValue(_epochs) is not { } text)
                return plan;
            var number = (int)LabOptions.Whole("--epochs", text, 1, 10_000);
            return plan with { Tuning = plan.Tuning with { Epochs = number }, Distilling = plan.Distilling with { Epochs = number } };
        }
    }
}
