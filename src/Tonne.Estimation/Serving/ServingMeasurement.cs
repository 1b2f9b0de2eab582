namespace Tonne.Estimation.Serving;

/// <summary>A measurement of serving: the configuration, and the energy per output token.</summary>
/// <param name="Model">Model as published.</param>
/// <param name="Family">Family, which validation leaves out as a whole: one architecture and size, with any tuning and precision.</param>
/// <param name="Hardware">Accelerator as published.</param>
/// <param name="Task">The task.</param>
/// <param name="Configuration">The serving configuration, with the published layers, attention cache and experts of the model. The
/// prompt's length is not published and assumed to be <see cref="InferenceEstimator.DefaultPromptTokens"/>.</param>
/// <param name="Format">Number format of the weights.</param>
/// <param name="JoulesPerToken">Energy of the accelerators per output token, J.</param>
/// <param name="IsUsedForFit">Whether it is used for the fit: false if prompts are long (images, video, a code base) and their length is
/// unknown.</param>
public sealed record ServingMeasurement(
    string Model, string Family, string Hardware, string Task, ServingConfiguration Configuration, WeightFormat Format,
    double JoulesPerToken, bool IsUsedForFit)
{
    /// <summary>Kind of the model.</summary>
    public ServedModelKind Kind => GetKind(Configuration, Format.IsEightBit);

    /// <summary>The configuration as a user knows it who knows the size of the model only.</summary>
    public ServingConfiguration ConfigurationFromSize =>
        Configuration with { GivenLayers = null, GivenCacheBytesPerToken = null, GivenExpertShare = null };

    /// <summary>
    /// The line of models (LLAMA, QWEN, GEMMA …) with all its sizes and generations, which validation by lines leaves out as a whole.
    /// </summary>
    public string Line
    {
        get
        {
            var letters = string.Concat(Family.TakeWhile(char.IsLetter)).ToUpperInvariant();
            return letters.StartsWith("CODE", StringComparison.Ordinal) ? letters[4..] : letters;
        }
    }

    internal static ServedModelKind GetKind(in ServingConfiguration point, bool eightBit) =>
        point.ActiveParameters >= point.Parameters ? ServedModelKind.Dense
        : eightBit ? ServedModelKind.EightBitMixtureOfExperts
        : ServedModelKind.MixtureOfExperts;
}
