namespace Tonne.Reporting.Html.Predictions;

/// <summary>A prediction of the trained network, layer by layer. It was made after the run, and its energy is not the run's.</summary>
/// <param name="Finding">What it shows, in one sentence.</param>
/// <param name="Note">When it was made, and how its energy is known.</param>
/// <param name="Text">The text; null if it is of the user's data and details were not asked for.</param>
/// <param name="Layers">The layers from input to output.</param>
/// <param name="Classes">The classes, the likeliest first; those left over as one.</param>
/// <param name="EnergyText">Energy of a prediction as text.</param>
sealed record ReportPrediction(
    string Finding, string Note, string? Text, IReadOnlyList<ReportPrediction.PredictionLayer> Layers,
    IReadOnlyList<ReportPrediction.PredictedClass> Classes, string EnergyText)
{
    /// <summary>A layer.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Does">What it does.</param>
    /// <param name="Shape">Inputs and outputs as text.</param>
    /// <param name="Operations">Floating-point operations.</param>
    /// <param name="OperationsText">The same as text.</param>
    /// <param name="TimeText">Time as text.</param>
    /// <param name="EnergyText">Energy as text.</param>
    /// <param name="Share">Part of the prediction's time and energy, 0 to 1.</param>
    public sealed record PredictionLayer(
        string Name, string Does, string Shape, long Operations, string OperationsText, string TimeText, string EnergyText, double Share);

    /// <summary>A class.</summary>
    /// <param name="Name">Name; of several, how many.</param>
    /// <param name="Probability">0 to 1.</param>
    /// <param name="Text">The same as text.</param>
    public sealed record PredictedClass(string Name, double Probability, string Text);
}
