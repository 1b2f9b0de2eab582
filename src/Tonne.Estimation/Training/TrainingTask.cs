using Tonne.Estimation.LanguageModels;
using Tonne.Hardware;

namespace Tonne.Estimation.Training;

/// <summary>A planned training, the input of an estimate.</summary>
/// <param name="Hardware">The accelerator.</param>
public sealed record TrainingTask(Accelerator Hardware)
{
    /// <summary>Number of all parameters; null if only operations are known.</summary>
    public double? Parameters { get; init; }

    /// <summary>Number of parameters that one token uses; null for all of them (a dense model).</summary>
    public double? ActiveParameters { get; init; }

    /// <summary>Number of training tokens; null if operations are given.</summary>
    public double? Tokens { get; init; }

    /// <summary>Number of floating-point operations of one run; null for 6 × active parameters × tokens.</summary>
    public double? Operations { get; init; }

    /// <summary>Number of accelerators; null if not decided.</summary>
    public int? Chips { get; init; }

    /// <summary>
    /// Duration of one run, h. If <see cref="Chips"/> is given too, the chip-hours are known; otherwise they are estimated.
    /// </summary>
    public double? Hours { get; init; }

    /// <summary>Number format of the arithmetic. Default bf16.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>Whether the model learns from the outputs of a larger model. Default no.</summary>
    public bool Distilled { get; init; }

    /// <summary>
    /// A published training whose setup this one repeats: the same publisher, series, software and kind of hardware. It narrows the bounds.
    /// Null for an unknown publisher, the default.
    /// </summary>
    public PublishedTraining? Sibling { get; init; }

    /// <summary>Whether a trained model is tuned, and how. Default not.</summary>
    public TrainingTuning Tuning { get; init; }

    /// <summary>Number of runs of a campaign, for example of a search for hyper-parameters. Default 1.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>The model whose sizes these are; null if the sizes were given alone. One of undisclosed size widens the bounds.</summary>
    public LanguageModel? Model { get; init; }

    /// <summary>The task with the sizes of a model, and the tokens it was trained on where none are given and nothing is tuned.</summary>
    /// <param name="model">The model.</param>
    public TrainingTask WithModel(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return this with
        {
            Model = model,
            Parameters = model.Parameters,
            ActiveParameters = model.ActiveParameters,
            Tokens = Tokens ?? (Operations is null && Tuning == TrainingTuning.None ? model.TrainingTokens : null),
        };
    }

    /// <summary>Lists what is wrong with the task; empty if it can be estimated.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        Check("parameters", Parameters);
        Check("active parameters", ActiveParameters);
        Check("tokens", Tokens);
        Check("operations", Operations);
        Check("hours", Hours);
        problems.AddRange(new[] { CountQuestion.Ask("parameters", Parameters), CountQuestion.Ask("active parameters", ActiveParameters), CountQuestion.Ask("tokens", Tokens) }
            .OfType<string>());
        if (Chips is < 1)
            problems.Add("the number of chips must be at least 1");
        if (Runs < 1)
            problems.Add("the number of runs must be at least 1");
        if (Parameters < ActiveParameters)
            problems.Add("active parameters are part of all parameters and cannot be more");
        if (ActiveParameters is not null && Parameters is null)
            problems.Add("active parameters need the number of all parameters too");
        if (!HasGivenHours && Operations is null && (Parameters is null || Tokens is null))
            problems.Add("an estimate needs parameters and tokens, or operations, or chips and hours");
        if (!HasGivenHours && TrainingFeatures.FindPeakTeraflops(Hardware) is null)
            problems.Add($"no peak of {Hardware.Name} is published, so its hours cannot be estimated; give chips and hours");
        else if (!HasGivenHours && Precision == TrainingPrecision.Fp32 && AcceleratorDatasheet.Find(Hardware) is { Fp32Teraflops: null })
            problems.Add($"no rate of {Hardware.Name} at 32 bit is published, so its hours at fp32 cannot be estimated; "
                + "where its matrix units do the work that is --precision bf16, else give chips and hours");
        // Recomputed activations, long contexts and shared experts change 6 × parameters × tokens by less than that.
        if (problems.Count == 0 && Operations is { } given && Parameters is not null && Tokens is not null
            && (this with { Operations = null }).OperationsPerRun is { } counted && (given / counted is < 0.3 or > 3))
            problems.Add(System.FormattableString.Invariant(
                $"{given:g3} operations contradict the parameters and tokens, which come to {counted:g3}: leave the one that is wrong out"));
        // 4-bit arithmetic, the fastest there is, has at most four times the 16-bit peak.
        if (problems.Count == 0 && ComputeImpliedUtilisation() is > 4 and var implied)
            problems.Add(System.FormattableString.Invariant(
                $"so many operations on {Chips} × {Hardware.Name} in {Hours:0.###} hours would be {implied:0.#} times their 16-bit peak: ")
                + "size, tokens, chips and hours cannot all be right");
        return problems;

        void Check(string name, double? value)
        {
            if (value is { } number && !(number > 0 && double.IsFinite(number)))
                problems.Add($"{name} must be above 0");
        }
    }

    /// <summary>Operations ÷ (chips × hours × 16-bit peak); null if one of them is unknown.</summary>
    double? ComputeImpliedUtilisation() =>
        HasGivenHours && OperationsPerRun is { } operations && TrainingFeatures.FindPeakTeraflops(Hardware) is { } peakTeraflops
            ? operations / (Chips!.Value * Hours!.Value * 3600 * peakTeraflops * 1e12)
            : null;

    internal bool HasGivenHours => Chips is not null && Hours is not null;

    /// <summary>Number of operations of one run, given or from parameters and tokens; null if neither is given.</summary>
    public double? OperationsPerRun => Operations
        ?? (Parameters is { } parameters && Tokens is { } tokens
            ? OperationsPerParameterAndToken * (ActiveParameters ?? parameters) * tokens
            : null);

    /// <summary>Floating-point operations for each active parameter and token: 6, or those of LoRA.</summary>
    internal double OperationsPerParameterAndToken => Tuning == TrainingTuning.Lora
        ? TrainingEstimator.LoraOperations.Bounds.Best
        : TrainingFeatures.OperationsPerParameterAndToken;

    /// <summary>The features by which the utilisation is predicted; null if the operations or the peak are not known.</summary>
    internal TrainingFeatures? CreateFeatures()
    {
        if (OperationsPerRun is not { } operations || TrainingFeatures.FindPeakTeraflops(Hardware) is not { } peak)
            return null;
        var parametersTimesTokens = operations / OperationsPerParameterAndToken;
        // If only operations are given, the size is unknown. For given operations, the loss is lowest with about 20 tokens per parameter
        // (Hoffmann et al., arXiv 2203.15556, table 3).
        var active = ActiveParameters ?? Parameters
            ?? (Tokens is { } tokens ? parametersTimesTokens / tokens : Math.Sqrt(parametersTimesTokens / TokensPerParameter));
        var mixture = TrainingFeatures.GetMixtureDegree(Parameters ?? active, active);
        return new TrainingFeatures(
            active, peak, TrainingFeatures.GetMemoryGigabytes(Hardware), mixture, Distilled);
    }

    const double TokensPerParameter = 20;
}
