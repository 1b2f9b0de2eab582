namespace Tonne.Estimation.Serving;

/// <summary>A measurement: a model served in a known way, and what an output token took.</summary>
/// <param name="Model">Model as published.</param>
/// <param name="Family">What is left out together: one architecture and size, whatever its tuning and precision.</param>
/// <param name="Hardware">Accelerator as published.</param>
/// <param name="Task">What was asked of it.</param>
/// <param name="Configuration">How it was served; the prompt's length is not published and taken as <see cref="InferenceEstimator.DefaultPromptTokens"/>.</param>
/// <param name="HasEightBitWeights">Whether its weights take eight bits.</param>
/// <param name="JoulesPerToken">Energy of the accelerators per output token, J.</param>
/// <param name="IsUsedForFit">Whether it may calibrate: false where prompts are known to be long and their length is not.</param>
public sealed record ServingMeasurement(string Model, string Family, string Hardware, string Task, ServingConfiguration Configuration, bool HasEightBitWeights, double JoulesPerToken, bool IsUsedForFit)
{
    /// <summary>Kind of the model.</summary>
    public ServedModelKind Kind => GetKind(Configuration, HasEightBitWeights);

    internal static ServedModelKind GetKind(in ServingConfiguration point, bool eightBit) =>
        point.ActiveParameters >= point.Parameters ? ServedModelKind.Dense : eightBit ? ServedModelKind.EightBitMixtureOfExperts : ServedModelKind.MixtureOfExperts;
}
