using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Terminal;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Validation;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary>
/// <c>tonne estimate validate</c>: tests the estimators on published cases that were left out of the fit, and writes the page about it.
/// </summary>
static class EstimateValidateCommand
{
    const string Measurements = "inference_measured.csv";

    public static Command Build(CommandContext context)
    {
        var data = new Option<string>("--data") { Description = $"Folder that holds {Measurements}, for the estimates of inference", HelpName = "FOLDER" };
        var page = new Option<string>("--page") { Description = "Write the page, and its pictures beside it", HelpName = "FILE.md" };
        var fit = new Option<string>("--fit") { Description = "Write the coefficients of inference fitted on --data, as the built-in table", HelpName = "FILE.csv" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.validation/1)" };
        var command = new Command("validate", "Test the estimators on published cases left out of their fit. Errors, coverage and interval scores are printed beside a baseline predictor.") { data, page, fit, json };
        command.SetAction(parsed =>
        {
            var sections = ValidationPage.CreateTrainingSections().ToList();
            if (parsed.GetValue(data) is { } folder)
            {
                var measured = Read(Path.Combine(context.CurrentDirectory, folder));
                sections.AddRange(ValidationPage.CreateInferenceSections(ServingMeasurementReader.Read(Measurements, System.Text.Encoding.UTF8.GetString(measured))));
                if (parsed.GetValue(fit) is { } table)
                    File.WriteAllText(Path.GetFullPath(table, context.CurrentDirectory), ServingCalibration.Fit(Measurements, measured).ToTable());
            }
            else if (parsed.GetValue(fit) is not null)
            {
                throw new InvalidInputException($"--fit needs --data: the folder that contains {Measurements}.");
            }

            if (parsed.GetValue(page) is { } file)
            {
                var full = Path.GetFullPath(file, context.CurrentDirectory);
                foreach (var (name, text) in ValidationPage.Write(sections, Path.GetFileName(full)))
                {
                    var target = Path.Combine(Path.GetDirectoryName(full)!, name);
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    File.WriteAllText(target, text);
                }
            }

            if (parsed.GetValue(json))
                context.Out.WriteLine(Json(sections));
            else
                Write(context, sections);
            return 0;
        });
        return command;
    }

    static byte[] Read(string folder)
    {
        var file = Path.Combine(folder, Measurements);
        return File.Exists(file) ? File.ReadAllBytes(file) : throw new InvalidInputException($"--data '{folder}' contains no {Measurements}.");
    }

    static void Write(CommandContext context, IReadOnlyList<ValidationSection> sections)
    {
        var table = new TextTable("ESTIMATED", "ESTIMATOR", "CASES", "MEAN", "MEDIAN", "COVERED", "P", "WIDTH", "SCORE") { RightAligned = new HashSet<int> { 2, 3, 4, 5, 6, 7, 8 }, FlexibleColumn = 0, OptionalColumns = [8, 6] };
        foreach (var section in sections)
        {
            Add(section.Title, "tonne", EstimateScore.ScoreEstimates([.. section.Cases]));
            Add("", section.Baseline, EstimateScore.ScoreBaseline([.. section.Cases]));
        }

        table.Write(context.Out, context.IsOutTerminal ? context.Width : null);
        context.Out.WriteLine();
        new WrappedTextWriter(context).WriteLabelled("", "MEAN, MEDIAN: absolute error relative to the truth. COVERED: truths inside the 95 % bounds; P: exact binomial test of that coverage. WIDTH: median of high ÷ low. SCORE: interval score, smaller is better. Each case was left out of the fit that estimates it.");

        void Add(string title, string estimator, EstimateScore score)
        {
            // A predictor without bounds has no coverage to test.
            var bounded = score.MedianWidth > 1;
            table.Add(
                title, estimator, Text($"{score.Cases}"), Text($"{score.MeanError * 100:0.0} %"), Text($"{score.MedianError * 100:0.0} %"), bounded ? Text($"{score.CoveredCount}") : "-", bounded ? Text($"{score.CoveragePValue:0.000}") : "-",
                bounded ? Text($"{score.MedianWidth:0.00}") : "-", bounded ? Text($"{score.IntervalScore:0.00}") : "-");
        }
    }

    static string Json(IReadOnlyList<ValidationSection> sections) => JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.validation/1");
        writer.WriteStartArray("sections");
        foreach (var section in sections)
        {
            writer.WriteStartObject();
            writer.WriteString("id", section.Id);
            writer.WriteString("title", section.Title);
            writer.WriteString("quantity", section.Quantity);
            Score("tonne", EstimateScore.ScoreEstimates([.. section.Cases]));
            writer.WriteString("baseline_rule", section.Baseline);
            Score("baseline", EstimateScore.ScoreBaseline([.. section.Cases]));
            if (section.ShowsCaseNames)
            {
                writer.WriteStartArray("cases");
                foreach (var one in section.Cases)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", one.Name);
                    writer.WriteNumber("published", one.Truth);
                    writer.WriteNumber("value", one.Estimate.Best);
                    writer.WriteNumber("low", one.Estimate.Low);
                    writer.WriteNumber("high", one.Estimate.High);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        void Score(string name, EstimateScore score)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("cases", score.Cases);
            writer.WriteNumber("mean_error", score.MeanError);
            writer.WriteNumber("median_error", score.MedianError);
            writer.WriteNumber("worst_error", score.WorstError);
            writer.WriteNumber("inside", score.CoveredCount);
            writer.WriteNumber("coverage_p", score.CoveragePValue);
            writer.WriteNumber("median_width", score.MedianWidth);
            writer.WriteNumber("interval_score", score.IntervalScore);
            writer.WriteEndObject();
        }
    });

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
