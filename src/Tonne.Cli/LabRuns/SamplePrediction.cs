using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Lab.Featurizing;
using Tonne.Ledgers;

namespace Tonne.Cli.LabRuns;

/// <summary>
/// A prediction that the network of a lab run makes after it, stored beside the run's record as <c>prediction.json</c>: the page of the run
/// shows it layer by layer.
/// </summary>
/// <remarks>Its text is tonne's own. Of a network that was trained on a user's data there is none, as it cannot be asked for
/// languages.</remarks>
static class SamplePrediction
{
    /// <summary>The text.</summary>
    public const string Text = "Das ist ein Test.";

    /// <summary>Predicts and stores; a failure is a message, not an error, as the run is complete without.</summary>
    public static void Store(CommandContext context, Settings settings, string modelPath, string runId)
    {
        try
        {
            var network = LabCommand.Load(modelPath);
            var hashing = new NGramHashing(network.Shape.Inputs);
            if (network.Shape.Inputs != new NGramHashing().Width)
                return;
            var row = new float[network.Shape.Inputs];
            hashing.Vectorize(Text, row);
            var prediction = network.Predict(row, context.Time, LabPredictCommand.Repetitions);
            var json = LabPredictCommand.CreateJson(Text, isOwn: true, network, prediction, LabContext.CreateEstimator(context, settings));
            File.WriteAllText(new LedgerHome(settings.Home).GetRunFolder(runId).PredictionPath, json + "\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidInputException)
        {
            context.Error.WriteLine($"tonne: the page of this run will have no prediction: {error.Message}");
        }
    }
}
