namespace Tonne.Estimation.Serving;

/// <summary>A measurement of serving: the configuration, and the energy per output token.</summary>
/// <param name="Model">Model as published.</param>
/// <param name="Family">Family, which validation leaves out as a whole: one architecture and size, with any tuning and precision.</param>
/// <param name="Hardware">Accelerator as published.</param>
/// <param name="Task">The task.</param>
/// <param name="Configuration">The serving configuration. The prompt's length is not published and assumed to be
/// <see cref="InferenceEstimator.DefaultPromptTokens"/>.</param>
/// <param name="HasEightBitWeights">Whether its weights take eight bits.</param>
/// <param name="JoulesPerToken">Energy of the accelerators per output token, J.</param>
/// <param name="IsUsedForFit">Whether it is used for the fit: false if prompts are long and their length is unknown.</param>
public sealed record ServingMeasurement(string Model, string Family, string Hardware, string Task, ServingConfiguration Configuration, bool HasEightBitWeights, double JoulesPerToken, bool IsUsedForFit)
{
    /// <summary>Kind of the model.</summary>
    public ServedModelKind Kind => GetKind(Configuration, HasEightBitWeights);

    internal static ServedModelKind GetKind(in ServingConfiguration point, bool eightBit) =>
        point.ActiveParameters >= point.Parameters ? ServedModelKind.Dense : eightBit ? ServedModelKind.EightBitMixtureOfExperts : ServedModelKind.MixtureOfExperts;
}
