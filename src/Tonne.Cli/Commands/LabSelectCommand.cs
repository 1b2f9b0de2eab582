using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.LabRuns;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Lab.DataSelection;
using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Training;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab select</c>: accuracy and energy of training on a well chosen part of the rows.</summary>
static class LabSelectCommand
{
    static readonly SelectionStrategy[] _ways = Enum.GetValues<SelectionStrategy>();

    /// <summary>The command that records the work.</summary>
    public static Command BuildRecorded(CommandContext context)
    {
        var given = new Choices();
        given.Command.SetAction(parsed =>
        {
            var settings = RecordedLabCommand.ResolveSettings(parsed, context);
            _ = (given.WaysOf(parsed), given.Plan(parsed), given.Shape(parsed, 1, 2));
            given.Rows.Validate(parsed, "");
            return new RecordedLabCommand(context, settings).Run(parsed, parsed.GetValue(given.Name)!, parsed.GetValue(given.Json));
        });
        return given.Command;
    }

    /// <summary>The command that does the work.</summary>
    public static Command BuildWork(CommandContext context)
    {
        var given = new Choices();
        given.Command.SetAction(parsed =>
        {
            var asJson = parsed.GetValue(given.Json);
            var labContext = new LabContext(context, RecordedLabCommand.ResolveSettings(parsed, context), asJson);
            return labContext.Execute(() =>
            {
                var (ways, plan, estimator) = (given.WaysOf(parsed), given.Plan(parsed), labContext.CreateEstimator());
                var examples = Pipeline.Prepare(given.Rows.Plan(parsed, ""), labContext.Listener);
                var points = new SelectionCurve(new Trainer(context.Time), LabContext.GetCpuTime, estimator, labContext.Listener).Measure(
                    given.Shape(parsed, examples.Training.Width, examples.Training.Classes.Length), examples.Training, examples.Validation, examples.Test, ways, plan);
                if (asJson)
                    WriteJson(context, points, examples.Training.Classes, estimator);
                else
                    WriteText(context, points, examples.Training.Classes, estimator, examples.Test.Count, plan.Epochs);
            });
        });
        return given.Command;
    }

    static string Name(SelectionStrategy way) => way.ToString().ToLowerInvariant();

    static void WriteText(CommandContext context, IReadOnlyList<SelectionPoint> points, IReadOnlyList<string> classes, CpuTimeEstimator estimator, int rows, int epochs)
    {
        context.Out.WriteLine();
        var all = points[0];
        var allRowsEstimate = estimator.Estimate("all rows", all.TotalTime);
        var table = new TextTable("CHOSEN BY", "SHARE", "ROWS", "EPOCHS", "ACCURACY", "LOST", "WORST CLASS", "CHOOSING", "TRAINING", "ENERGY", "EMISSIONS", "") { RightAligned = new HashSet<int> { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, OptionalColumns = [10, 7, 8, 2] };
        foreach (var point in points)
        {
            var used = estimator.Estimate("training", point.TotalTime);
            table.Add(
                point.Share < 1 ? Name(point.Strategy) : "all rows", Text($"{point.Share * 100:0} %"), DisplayValue.FormatCount(point.Rows), point.Stopped ? Text($"{point.Epochs}, {(point.Epochs < epochs ? "stopped" : "no stop")}") : Text($"{point.Epochs}"),
                Text($"{point.Score.Accuracy * 100:0.00} %"), Text($"{(all.Score.Accuracy - point.Score.Accuracy) * 100:0.00}"), Text($"{point.WorstClassAccuracy * 100:0.0} %"),
                point.SelectionTime == TimeSpan.Zero ? "" : Text($"{point.SelectionTime.TotalSeconds:0.0} CPU-s"), Text($"{point.TrainingTime.TotalSeconds:0.0} CPU-s"),
                DisplayValue.Format(used.Energy.Value, "kWh", 2, allRowsEstimate.Energy.Value), DisplayValue.Format(used.Operational.Value, "kg CO2e", 2, allRowsEstimate.Operational.Value), Text($"÷ {all.TotalTime / point.TotalTime:0.0}"));
        }

        table.Write(context.Out, context.IsOutTerminal ? context.Width : null);
        context.Out.WriteLine();
        var words = new WrappedTextWriter(context);
        var best = SelectionCurve.FindBest(points);
        words.WriteLabelled("best     ", best is null
            ? "No subset uses less energy at a loss of at most one point of accuracy: these rows are not redundant, so use all of them."
            : Text($"{DescribePoint(best, epochs)}: energy ÷ {all.TotalTime / best.TotalTime:0.0}, selection included, {(best.Score.Accuracy < all.Score.Accuracy ? Text($"for {(all.Score.Accuracy - best.Score.Accuracy) * 100:0.00} points of accuracy") : "with no accuracy lost")}; {DisplayValue.Format(estimator.Estimate("best", best.TotalTime).Energy).FormatWithInterval()} instead of {DisplayValue.Format(allRowsEstimate.Energy).FormatWithInterval()}."));
        var compared = best ?? points[^1];
        var (lost, at) = all.Score.AccuracyOfClass.Zip(compared.Score.AccuracyOfClass, (before, after) => double.IsNaN(before - after) ? 0 : before - after).Select((lost, index) => (lost, index)).Max();
        words.WriteLabelled("classes  ", Text($"Each class keeps its share of the rows (at most {compared.Imbalance * 100:0.00} points off); {(lost > 0 ? Text($"\"{TextSanitizer.ToOneLine(classes[at])}\" lost most, {lost * 100:0.00} points") : "none lost accuracy")}; the worst is at {compared.WorstClassAccuracy * 100:0.0} %, with all rows at {all.WorstClassAccuracy * 100:0.0} %."));
        words.WriteLabelled("stopped  ", Text($"after {SelectionCurve.Patience} epochs with less than a tenth of the mean gain per kWh up to then; the energy includes the validation on {rows:N0} other rows after each epoch."));
        words.WriteLabelled("energy   ", Text($"{allRowsEstimate.Energy.Quality.ToString().ToLowerInvariant()}: CPU time × {DisplayValue.Format(estimator.Watts).FormatWithInterval()} of a busy thread and its share of memory, fans and supply; ratios do not depend on it. Accuracy on {rows:N0} unseen rows; one training each."));
    }

    static string DescribePoint(SelectionPoint point, int epochs) =>
        Text($"{(point.Share < 1 ? Text($"{point.Share * 100:0} % by {Name(point.Strategy)}") : "all rows")}{(point.Stopped && point.Epochs < epochs ? Text($", stopped after {point.Epochs} of {epochs} epochs") : "")}");

    static void WriteJson(CommandContext context, IReadOnlyList<SelectionPoint> points, IReadOnlyList<string> classes, CpuTimeEstimator estimator) => context.Out.WriteLine(JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.selection/1");
        writer.WriteQuantity("thread_w", estimator.Watts);
        writer.WriteStartArray("points");
        foreach (var point in points)
        {
            writer.WriteStartObject();
            writer.WriteString("by", point.Share < 1 ? Name(point.Strategy) : "all");
            writer.WriteNumber("share", point.Share);
            writer.WriteNumber("rows", point.Rows);
            writer.WriteNumber("epochs", point.Epochs);
            writer.WriteBoolean("stopped", point.Stopped);
            writer.WriteNumber("accuracy", point.Score.Accuracy);
            writer.WriteNumber("imbalance", point.Imbalance);
            writer.WriteNumber("choosing_cpu_s", point.SelectionTime.TotalSeconds);
            writer.WriteNumber("training_cpu_s", point.TrainingTime.TotalSeconds);
            var used = estimator.Estimate("training", point.TotalTime);
            writer.WriteQuantity("energy_kwh", used.Energy);
            writer.WriteQuantity("emissions_kg", used.Operational);
            writer.WriteAccuracyOfClass(point.Score, classes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The options of the command.</summary>
    sealed class Choices
    {
        readonly Option<string[]> _by = new("--by") { Description = "chance, varied, margin, forgetting; default: chance, margin", HelpName = "WAY", AllowMultipleArgumentsPerToken = true };
        readonly Option<string> _epochs = new("--epochs") { Description = "Epochs of each training; default 10", HelpName = "N" };
        readonly Option<string> _layers = new("--layers") { Description = "Hidden layers; default 12", HelpName = "N" };
        readonly Option<string> _width = new("--width") { Description = "Units per layer; default 128", HelpName = "N" };

        public Choices()
        {
            Command = new Command("select", "Compare accuracy and energy of training on part of the rows. Subsets of 10 to 100 % are chosen by novelty, variety or difficulty. It takes some minutes and is recorded as a run.") { _by, _epochs, _layers, _width };
            foreach (var option in Rows.Rows.Concat([.. SettingOptions.Place, Name, Json]))
                Command.Options.Add(option);
        }

        public Command Command { get; }

        public LabOptions Rows { get; } = new();

        public Option<string> Name { get; } = RecordedLabCommand.CreateNameOption("lab-select");

        public Option<bool> Json { get; } = new("--json") { Description = "One JSON document (schema tonne.selection/1)" };

        public IReadOnlyList<SelectionStrategy> WaysOf(ParseResult parsed) =>
            [.. (parsed.GetValue(_by) is { Length: > 0 } given ? given.Select(Way) : [SelectionStrategy.Chance, SelectionStrategy.Margin]).Distinct()];

        public TrainingPlan Plan(ParseResult parsed) => new() { Epochs = ParseWholeNumberOrDefault("--epochs", parsed.GetValue(_epochs), 10, 1, 10_000), InputDropout = Pipeline.InputDropoutRate };

        public NetworkShape Shape(ParseResult parsed, int inputs, int classes) => new(inputs, classes) { Layers = ParseWholeNumberOrDefault("--layers", parsed.GetValue(_layers), 12, 1, 1_000), Width = ParseWholeNumberOrDefault("--width", parsed.GetValue(_width), 128, 2, 8_192) };

        static int ParseWholeNumberOrDefault(string option, string? text, int defaultValue, int minimum, int maximum) => text is null ? defaultValue : (int)LabOptions.ParseWholeNumber(option, text, minimum, maximum);

        static SelectionStrategy Way(string name) => Array.Exists(_ways, way => LabSelectCommand.Name(way) == name) ? Array.Find(_ways, way => LabSelectCommand.Name(way) == name)
            : throw new InvalidInputException($"--by '{name}' is not known; there are {string.Join(", ", _ways.Select(LabSelectCommand.Name))}.");
    }
}
