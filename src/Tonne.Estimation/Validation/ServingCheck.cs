using System.Globalization;
using Tonne.Catalogs;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>
/// Measurements of serving by another study than the fitted ones, as tokens of both kinds (prompt and output) per joule of the accelerators.
/// </summary>
/// <remarks>They have no mean batch, so the largest one is taken; two points whose memory was full of weights are left out.</remarks>
public static class ServingCheck
{
    const string Table = "serving_checks.csv";

    // The study appeared in 2026.
    const int SoftwareYear = 2025;

    /// <summary>The cases on hardware whose generation the fit includes.</summary>
    public static IReadOnlyList<ScoredCase> ScoreFittedHardware() =>
        Score(accelerator => AcceleratorGenerationLookup.GetGeneration(accelerator) != AcceleratorGeneration.Cdna3);

    /// <summary>
    /// The cases on MI300X, estimated as if it had never been measured: from its data sheet, with the bounds of unmeasured hardware.
    /// </summary>
    public static IReadOnlyList<ScoredCase> ScoreHardwareLeftOut() =>
        Score(accelerator => AcceleratorGenerationLookup.GetGeneration(accelerator) == AcceleratorGeneration.Cdna3);

    static List<ScoredCase> Score(Func<Accelerator, bool> isWanted)
    {
        var cases = new List<(string Name, double Truth, Bounds Estimate)>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(Training.TrainingCatalog).Assembly),
            "model,parameters_billion,hardware,gpus,batch,prompt_tokens,output_tokens,tokens_per_joule,source");
        var estimator = new InferenceEstimator();
        while (rows.Read())
        {
            var accelerator = AcceleratorCatalog.Find(rows.GetText(2)).ValueOrThrow;
            if (!isWanted(accelerator))
                continue;
            var (prompt, output) = (rows.GetNumber(5), rows.GetNumber(6));
            var configuration = InferenceEstimator.CreateConfiguration(accelerator, WeightFormat.Bf16)!.Value with
            {
                Parameters = rows.GetNumber(1) * 1e9,
                ActiveParameters = rows.GetNumber(1) * 1e9,
                Gpus = rows.GetInteger(3),
                Batch = rows.GetNumber(4),
                PromptTokens = prompt,
                OutputTokens = output,
                UnfittedRatio = null,
            };
            var name = string.Create(CultureInfo.InvariantCulture,
                $"{rows.GetText(0)}, {configuration.Gpus:0} x {accelerator.Name}, batch {configuration.Batch:0}");
            var perOutputToken = estimator.PredictFromDatasheet(configuration, accelerator, SoftwareYear);
            cases.Add((name, 1 / rows.GetNumber(7), perOutputToken * (output / (prompt + output))));
        }

        return
        [
            .. cases.Select((one, index) => new ScoredCase(one.Name, one.Truth, one.Estimate,
                BaselinePredictor.Predict([.. cases.Where((_, other) => other != index).Select(other => other.Truth)]))),
        ];
    }
}
