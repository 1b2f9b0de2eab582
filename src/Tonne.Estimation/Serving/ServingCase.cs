namespace Tonne.Estimation.Serving;

/// <summary>A measurement: a model served in a known way, and what an output token took.</summary>
/// <param name="Model">Model as published.</param>
/// <param name="Family">What is left out together: one architecture and size, whatever its tuning and precision.</param>
/// <param name="Hardware">Accelerator as published.</param>
/// <param name="Task">What was asked of it.</param>
/// <param name="Point">How it was served; the prompt's length is not published and taken as <see cref="InferenceEstimator.UnstatedPrompt"/>.</param>
/// <param name="EightBit">Whether its weights take eight bits.</param>
/// <param name="JoulesPerToken">Energy of the accelerators per output token, J.</param>
/// <param name="Calibrates">Whether it may calibrate: false where prompts are known to be long and their length is not.</param>
public sealed record ServingCase(string Model, string Family, string Hardware, string Task, ServingPoint Point, bool EightBit, double JoulesPerToken, bool Calibrates)
{
    /// <summary>Kind of the model.</summary>
    public ServingKind Kind => KindOf(Point, EightBit);

    internal static ServingKind KindOf(in ServingPoint point, bool eightBit) =>
        point.ActiveParameters >= point.Parameters ? ServingKind.Dense : eightBit ? ServingKind.EightBitExperts : ServingKind.Experts;
}
