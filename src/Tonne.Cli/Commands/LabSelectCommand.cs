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
using Tonne.Lab.Selecting;
using Tonne.Lab.Training;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne lab select</c>: what a part of the rows is good for, when it is chosen well.</summary>
static class LabSelectCommand
{
    static readonly SelectionWay[] _ways = Enum.GetValues<SelectionWay>();

    public static Command Build(Surroundings around)
    {
        var rows = new LabOptions();
        var by = new Option<string[]>("--by") { Description = "chance, varied, margin, forgetting; may be given several times; default: chance and margin", HelpName = "WAY", AllowMultipleArgumentsPerToken = true };
        var epochs = new Option<string>("--epochs") { Description = "Epochs of each training; default 10", HelpName = "N" };
        var layers = new Option<string>("--layers") { Description = "Hidden layers; default 12", HelpName = "N" };
        var width = new Option<string>("--width") { Description = "Numbers between layers; default 128", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.selection/1)" };
        var command = new Command("select", "Train on 10, 20, 30, 50, 70 and 100 % of the rows, chosen new and varied or hard, and set accuracy, of each class too, against energy. Some minutes.") { by, epochs, layers, width, json };
        foreach (var option in rows.Rows)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = Settings.Resolve(new Dictionary<Setting, string?>(), around.Variable, around.Folder);
            var ways = (parsed.GetValue(by) is { Length: > 0 } given ? given.Select(Way) : [SelectionWay.Chance, SelectionWay.Margin]).Distinct().ToList();
            var plan = new TrainingPlan { Epochs = Whole("--epochs", parsed.GetValue(epochs), 10, 10_000), InputDropout = Pipeline.InputsLeftOut };
            var asJson = parsed.GetValue(json);
            var talk = asJson ? around with { Out = TextWriter.Null } : around;
            try
            {
                var examples = Pipeline.Prepare(rows.Plan(parsed, ""), new MarkedPipeline(talk));
                var shape = new NetworkShape(examples.Training.Width, examples.Training.Classes.Length) { Layers = Whole("--layers", parsed.GetValue(layers), 12, 1_000), Width = Math.Max(2, Whole("--width", parsed.GetValue(width), 128, 8_192)) };
                using var found = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.Discovery(around.Variable));
                var place = settings.Place ?? PlaceGuess.ByTimeZone(new FileTree(settings.Sysroot), around.Variable("TZ"));
                var price = new ThreadPrice(found.Power, FactorChoice.For(place, found.Machine));
                var points = new SelectionCurve(new Trainer(around.Time), static () => Environment.CpuUsage.TotalTime).Draw(shape, examples.Training, examples.Test, ways, plan, point =>
                {
                    talk.Out.WriteLine(Text($"trained on {point.Rows:N0} rows{(point.Share < 1 ? $" by {Name(point.Way)}" : "")}: accuracy {point.Score.Accuracy:0.0000}, {point.Training.TotalSeconds:0.0} CPU-s"));
                    talk.Out.Flush();
                });
                if (asJson)
                    WriteJson(around, points, examples.Training.Classes, price);
                else
                    WriteText(around, points, examples.Training.Classes, price, examples.Test.Count);
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

    static int Whole(string option, string? text, int other, int most) => text is null ? other : (int)LabOptions.Whole(option, text, 1, most);

    static SelectionWay Way(string name) => Array.Exists(_ways, way => Name(way) == name) ? Array.Find(_ways, way => Name(way) == name)
        : throw new WrongInputException($"--by '{name}' is not known; there are {string.Join(", ", _ways.Select(Name))}.");

    static string Name(SelectionWay way) => way.ToString().ToLowerInvariant();

    static void WriteText(Surroundings around, IReadOnlyList<SelectionPoint> points, IReadOnlyList<string> classes, ThreadPrice price, int rows)
    {
        around.Out.WriteLine();
        var all = points[0];
        var like = price.KilowattHours(all.Whole).Best;
        var table = new TextTable("CHOSEN BY", "SHARE", "ROWS", "ACCURACY", "LOST", "WORST CLASS", "CHOOSING", "TRAINING", "ENERGY", "EMISSIONS", "") { Right = new HashSet<int> { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, Spare = [9, 6, 7] };
        foreach (var point in points)
        {
            table.Add(
                point.Share < 1 ? Name(point.Way) : "all rows", Text($"{point.Share * 100:0} %"), Readout.Count(point.Rows), Text($"{point.Score.Accuracy * 100:0.00} %"), Text($"{(all.Score.Accuracy - point.Score.Accuracy) * 100:0.00}"), Text($"{point.WorstClass * 100:0.0} %"),
                point.Choosing == TimeSpan.Zero ? "" : Text($"{point.Choosing.TotalSeconds:0.0} CPU-s"), Text($"{point.Training.TotalSeconds:0.0} CPU-s"),
                Readout.Of(price.KilowattHours(point.Whole).Best, "kWh", 2, like), Readout.Of(price.Kilograms(point.Whole).Best, "kg CO2e", 2, price.Kilograms(all.Whole).Best), Text($"÷ {all.Whole / point.Whole:0.0}"));
        }

        table.Write(around.Out, around.OutTerminal ? around.Width : null);
        around.Out.WriteLine();
        var words = new WrappedText(around);
        var best = points.Skip(1).Where(point => point.Score.Accuracy >= all.Score.Accuracy - 0.01 && point.Whole < all.Whole).MinBy(point => point.Whole);
        words.Labelled("best     ", best is null
            ? "No part of the rows takes less energy at no more than one point of accuracy lost: these rows are not redundant, and all of them are worth it."
            : Text($"{best.Share * 100:0} % by {Name(best.Way)}: energy ÷ {all.Whole / best.Whole:0.0}, choosing included, for {(all.Score.Accuracy - best.Score.Accuracy) * 100:0.00} points of accuracy."));
        var seen = best ?? points[^1];
        var (lost, at) = all.Score.AccuracyOfClass.Zip(seen.Score.AccuracyOfClass, (before, after) => double.IsNaN(before - after) ? 0 : before - after).Select((lost, index) => (lost, index)).Max();
        words.Labelled("classes  ", Text($"Each class keeps its share of the rows (at most {seen.Imbalance * 100:0.00} points off); \"{Printable.OneLine(classes[at])}\" lost most, {lost * 100:0.00} points; the worst is at {seen.WorstClass * 100:0.0} %, with all rows at {all.WorstClass * 100:0.0} %."));
        words.Labelled("energy   ", Text($"modelled: CPU time × {price.Watts.Best:0.0} W ({price.Watts.Low:0.0}–{price.Watts.High:0.0}) of a busy thread with what goes with it. Accuracy on {rows:N0} rows never seen; one training each."));
    }

    static void WriteJson(Surroundings around, IReadOnlyList<SelectionPoint> points, IReadOnlyList<string> classes, ThreadPrice price) => around.Out.WriteLine(JsonText.Of(writer =>
    {
        writer.WriteString("schema", "tonne.selection/1");
        writer.WriteNumber("thread_w", price.Watts.Best);
        writer.WriteString("energy_quality", "modelled");
        writer.WriteStartArray("points");
        foreach (var point in points)
        {
            writer.WriteStartObject();
            writer.WriteString("by", point.Share < 1 ? Name(point.Way) : "all");
            writer.WriteNumber("share", point.Share);
            writer.WriteNumber("rows", point.Rows);
            writer.WriteNumber("accuracy", point.Score.Accuracy);
            writer.WriteNumber("imbalance", point.Imbalance);
            writer.WriteNumber("choosing_cpu_s", point.Choosing.TotalSeconds);
            writer.WriteNumber("training_cpu_s", point.Training.TotalSeconds);
            writer.WriteNumber("energy_kwh", price.KilowattHours(point.Whole).Best);
            writer.WriteNumber("emissions_kg", price.Kilograms(point.Whole).Best);
            writer.WriteStartObject("accuracy_of_class");
            for (var index = 0; index < classes.Count; index++)
            {
                if (double.IsNaN(point.Score.AccuracyOfClass[index]))
                    writer.WriteNull(classes[index]);
                else
                    writer.WriteNumber(classes[index], point.Score.AccuracyOfClass[index]);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
