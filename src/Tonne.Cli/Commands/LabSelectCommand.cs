using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Laboratory;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Lab.Networks;
using Tonne.Lab.Pipelines;
using Tonne.Lab.Pricing;
using Tonne.Lab.Selecting;
using Tonne.Lab.Training;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab select</c>: what a part of the rows is good for, when it is chosen well.</summary>
static class LabSelectCommand
{
    static readonly SelectionWay[] _ways = Enum.GetValues<SelectionWay>();

    /// <summary>The command, which records the work.</summary>
    public static Command Recorded(Surroundings around)
    {
        var given = new Choices();
        given.Command.SetAction(parsed =>
        {
            var settings = RecordedWork.Settle(parsed, around);
            _ = (given.WaysOf(parsed), given.Plan(parsed), given.Shape(parsed, 1, 2));
            given.Rows.Check(parsed, "");
            return new RecordedWork(around, settings).Run(parsed, parsed.GetValue(given.Name)!, parsed.GetValue(given.Json));
        });
        return given.Command;
    }

    /// <summary>The work.</summary>
    public static Command Work(Surroundings around)
    {
        var given = new Choices();
        given.Command.SetAction(parsed =>
        {
            var asJson = parsed.GetValue(given.Json);
            var desk = new Workplace(around, RecordedWork.Settle(parsed, around), asJson);
            return desk.Do(() =>
            {
                var (ways, plan, price) = (given.WaysOf(parsed), given.Plan(parsed), desk.Price());
                var examples = Pipeline.Prepare(given.Rows.Plan(parsed, ""), desk.Listener);
                var points = new SelectionCurve(new Trainer(around.Time), Workplace.CpuTime, price, desk.Listener).Draw(
                    given.Shape(parsed, examples.Training.Width, examples.Training.Classes.Length), examples.Training, examples.Validation, examples.Test, ways, plan);
                if (asJson)
                    WriteJson(around, points, examples.Training.Classes, price);
                else
                    WriteText(around, points, examples.Training.Classes, price, examples.Test.Count, plan.Epochs);
            });
        });
        return given.Command;
    }

    static string Name(SelectionWay way) => way.ToString().ToLowerInvariant();

    static void WriteText(Surroundings around, IReadOnlyList<SelectionPoint> points, IReadOnlyList<string> classes, ThreadPrice price, int rows, int epochs)
    {
        around.Out.WriteLine();
        var all = points[0];
        var like = price.Of("all rows", all.Whole);
        var table = new TextTable("CHOSEN BY", "SHARE", "ROWS", "EPOCHS", "ACCURACY", "LOST", "WORST CLASS", "CHOOSING", "TRAINING", "ENERGY", "EMISSIONS", "") { Right = new HashSet<int> { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, Spare = [10, 7, 8, 2] };
        foreach (var point in points)
        {
            var used = price.Of("training", point.Whole);
            table.Add(
                point.Share < 1 ? Name(point.Way) : "all rows", Text($"{point.Share * 100:0} %"), Readout.Count(point.Rows), point.Stopped ? Text($"{point.Epochs}, {(point.Epochs < epochs ? "stopped" : "no stop")}") : Text($"{point.Epochs}"),
                Text($"{point.Score.Accuracy * 100:0.00} %"), Text($"{(all.Score.Accuracy - point.Score.Accuracy) * 100:0.00}"), Text($"{point.WorstClass * 100:0.0} %"),
                point.Choosing == TimeSpan.Zero ? "" : Text($"{point.Choosing.TotalSeconds:0.0} CPU-s"), Text($"{point.Training.TotalSeconds:0.0} CPU-s"),
                Readout.Of(used.Energy.Value, "kWh", 2, like.Energy.Value), Readout.Of(used.Operational.Value, "kg CO2e", 2, like.Operational.Value), Text($"÷ {all.Whole / point.Whole:0.0}"));
        }

        table.Write(around.Out, around.OutTerminal ? around.Width : null);
        around.Out.WriteLine();
        var words = new WrappedText(around);
        var best = SelectionCurve.Best(points);
        words.Labelled("best     ", best is null
            ? "Nothing here takes less energy at no more than one point of accuracy lost: these rows are not redundant, and all of them are worth it."
            : Text($"{What(best, epochs)}: energy ÷ {all.Whole / best.Whole:0.0}, choosing included, {(best.Score.Accuracy < all.Score.Accuracy ? Text($"for {(all.Score.Accuracy - best.Score.Accuracy) * 100:0.00} points of accuracy") : "with no accuracy lost")}; {Readout.Of(price.Of("best", best.Whole).Energy).Full()} in place of {Readout.Of(like.Energy).Full()}."));
        var seen = best ?? points[^1];
        var (lost, at) = all.Score.AccuracyOfClass.Zip(seen.Score.AccuracyOfClass, (before, after) => double.IsNaN(before - after) ? 0 : before - after).Select((lost, index) => (lost, index)).Max();
        words.Labelled("classes  ", Text($"Each class keeps its share of the rows (at most {seen.Imbalance * 100:0.00} points off); {(lost > 0 ? Text($"\"{Printable.OneLine(classes[at])}\" lost most, {lost * 100:0.00} points") : "none lost accuracy")}; the worst is at {seen.WorstClass * 100:0.0} %, with all rows at {all.WorstClass * 100:0.0} %."));
        words.Labelled("stopped  ", Text($"after {SelectionCurve.Patience} epochs that brought less than a tenth of the mean gain per kWh so far, by what was known then; looking on {rows:N0} other rows after each epoch is in its energy."));
        words.Labelled("energy   ", Text($"{like.Energy.Quality.ToString().ToLowerInvariant()}: CPU time × {Readout.Of(price.Watts).Full()} of a busy thread with what goes with it; ratios do not depend on it. Accuracy on {rows:N0} rows never seen; one training each."));
    }

    static string What(SelectionPoint point, int epochs) =>
        Text($"{(point.Share < 1 ? Text($"{point.Share * 100:0} % by {Name(point.Way)}") : "all rows")}{(point.Stopped && point.Epochs < epochs ? Text($", stopped after {point.Epochs} of {epochs} epochs") : "")}");

    static void WriteJson(Surroundings around, IReadOnlyList<SelectionPoint> points, IReadOnlyList<string> classes, ThreadPrice price) => around.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteString("schema", "tonne.selection/1");
        writer.WriteQuantity("thread_w", price.Watts);
        writer.WriteStartArray("points");
        foreach (var point in points)
        {
            writer.WriteStartObject();
            writer.WriteString("by", point.Share < 1 ? Name(point.Way) : "all");
            writer.WriteNumber("share", point.Share);
            writer.WriteNumber("rows", point.Rows);
            writer.WriteNumber("epochs", point.Epochs);
            writer.WriteBoolean("stopped", point.Stopped);
            writer.WriteNumber("accuracy", point.Score.Accuracy);
            writer.WriteNumber("imbalance", point.Imbalance);
            writer.WriteNumber("choosing_cpu_s", point.Choosing.TotalSeconds);
            writer.WriteNumber("training_cpu_s", point.Training.TotalSeconds);
            var used = price.Of("training", point.Whole);
            writer.WriteQuantity("energy_kwh", used.Energy);
            writer.WriteQuantity("emissions_kg", used.Operational);
            writer.WriteAccuracyOfClass(point.Score, classes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the command can be given.</summary>
    sealed class Choices
    {
        readonly Option<string[]> _by = new("--by") { Description = "chance, varied, margin, forgetting; may be given several times; default: chance and margin", HelpName = "WAY", AllowMultipleArgumentsPerToken = true };
        readonly Option<string> _epochs = new("--epochs") { Description = "Epochs of each training; default 10", HelpName = "N" };
        readonly Option<string> _layers = new("--layers") { Description = "Hidden layers; default 12", HelpName = "N" };
        readonly Option<string> _width = new("--width") { Description = "Numbers between layers; default 128", HelpName = "N" };

        public Choices()
        {
            Command = new Command("select", "Train on 10, 20, 30, 50, 70 and 100 % of the rows, chosen new and varied or hard, then stop the best when it gains too little; set accuracy, of each class too, against energy. Some minutes. Recorded as a run.") { _by, _epochs, _layers, _width };
            foreach (var option in Rows.Rows.Concat([.. SettingOptions.Place, Name, Json]))
                Command.Options.Add(option);
        }

        public Command Command { get; }

        public LabOptions Rows { get; } = new();

        public Option<string> Name { get; } = RecordedWork.Name("lab-select");

        public Option<bool> Json { get; } = new("--json") { Description = "One JSON document (schema tonne.selection/1)" };

        public IReadOnlyList<SelectionWay> WaysOf(ParseResult parsed) =>
            [.. (parsed.GetValue(_by) is { Length: > 0 } given ? given.Select(Way) : [SelectionWay.Chance, SelectionWay.Margin]).Distinct()];

        public TrainingPlan Plan(ParseResult parsed) => new() { Epochs = Whole("--epochs", parsed.GetValue(_epochs), 10, 1, 10_000), InputDropout = Pipeline.InputsLeftOut };

        public NetworkShape Shape(ParseResult parsed, int inputs, int classes) => new(inputs, classes) { Layers = Whole("--layers", parsed.GetValue(_layers), 12, 1, 1_000), Width = Whole("--width", parsed.GetValue(_width), 128, 2, 8_192) };

        static int Whole(string option, string? text, int otherwise, int least, int most) => text is null ? otherwise : (int)LabOptions.Whole(option, text, least, most);

        static SelectionWay Way(string name) => Array.Exists(_ways, way => LabSelectCommand.Name(way) == name) ? Array.Find(_ways, way => LabSelectCommand.Name(way) == name)
            : throw new WrongInputException($"--by '{name}' is not known; there are {string.Join(", ", _ways.Select(LabSelectCommand.Name))}.");
    }
}
