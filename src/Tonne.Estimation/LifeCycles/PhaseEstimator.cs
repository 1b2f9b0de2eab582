using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.LifeCycles;

/// <summary>
/// Estimates the life-cycle phases whose description asks for an estimate. It estimates IT energy and hardware only; the life cycle
/// computes the emissions at the place of the phase.
/// </summary>
public static class PhaseEstimator
{
    /// <summary>Estimates the energy and hardware of a phase.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="readModelFile">Reads a model's size from its file, given the path. Default: null, a file cannot be given.</param>
    /// <exception cref="DescriptionException">The phase cannot be estimated; the message names file and line.</exception>
    public static EstimatedUse Estimate(EstimateRequest asked, Func<string, LanguageModel>? readModelFile = null)
    {
        try
        {
            var model = FindModel(asked, readModelFile);
            return asked switch
            {
                EstimateRequest.Training training => Estimate(training, model),
                EstimateRequest.Inference inference => Estimate(inference, model),
                _ => throw new ArgumentException("Estimates are of trainings and of inference.", nameof(asked)),
            };
        }
        catch (Exception error) when (error is ArgumentException or ModelDoesNotFitException or ModelFileException or UnknownNameException)
        {
            throw new DescriptionException([$"{asked.Where}: {error.Message}"]);
        }
    }

    /// <summary>The model that a request names; null if it gives sizes.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="readModelFile">Reads a model's size from its file, given the path. Null: a file cannot be given.</param>
    /// <exception cref="ArgumentException">A file is given, and cannot be read here.</exception>
    /// <exception cref="UnknownNameException">No catalog has the name.</exception>
    public static LanguageModel? FindModel(EstimateRequest asked, Func<string, LanguageModel>? readModelFile)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return asked.ModelFile is { } file ? (readModelFile ?? throw new ArgumentException("a 'model_file' cannot be read here", nameof(readModelFile)))(file)
            : asked.Model is { } name ? LanguageModelCatalog.Find(name).ValueOrThrow : null;
    }

    static EstimatedUse Estimate(EstimateRequest.Training asked, LanguageModel? model)
    {
        var task = CreateTask(asked, model);
        // The place of the estimate is not used: energy and hardware do not depend on it.
        var estimate = new TrainingEstimator().Estimate(task, new Place("WORLD", How: PlaceOrigin.Given));
        var operations = task.OperationsPerRun * task.Runs;
        return new EstimatedUse(
            estimate.Footprint.Energy.Derivation, null, estimate.Footprint.Embodied!.Derivation, task.Hardware.Name, estimate.ChipHours.Derivation,
            operations is { } count ? new Factor($"estimate/{asked.Phase}/computation", "floating-point operations", "FLOP", Bounds.FromExact(count), Quality.Modelled,
                new Source("GIVEN", "Given in the description"), asked.Operations is null ? string.Create(
                    CultureInfo.InvariantCulture, $"{task.OperationsPerParameterAndToken:0.##} × active parameters × tokens") : null) : null,
            [], [.. estimate.Assumptions.Where(one => one.Topic != AssumptionTopic.Place).Select(one => $"{asked.Phase}, estimated: {one.Text}")]);
    }

    /// <summary>The training that a request describes.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="model">The model, if it is known by name or from its files.</param>
    /// <exception cref="ArgumentException">A value is wrong.</exception>
    /// <exception cref="UnknownNameException">No catalog has the accelerator.</exception>
    public static TrainingTask CreateTask(EstimateRequest.Training asked, LanguageModel? model)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var task = new TrainingTask(AcceleratorCatalog.FindWithSlice(asked.Hardware).ValueOrThrow)
        {
            Parameters = asked.Parameters,
            ActiveParameters = asked.ActiveParameters,
            Tokens = asked.Tokens,
            Operations = asked.Operations,
            Chips = RequireInteger(asked.Chips, "chips"),
            Hours = asked.Hours,
            Precision = asked.Precision is { } word ? PrecisionOf(word) : default,
            Distilled = asked.Distilled,
            Tuning = asked.Tune switch { "lora" => TrainingTuning.Lora, "full" => TrainingTuning.Full, _ => TrainingTuning.None },
            Runs = RequireInteger(asked.Runs, "runs") ?? 1,
        };
        if (model is not null)
            task = task.WithModel(model);
        return task;
    }

    static EstimatedUse Estimate(EstimateRequest.Inference asked, LanguageModel? model)
    {
        var workload = CreateWorkload(asked, model);
        var estimate = new InferenceEstimator().Estimate(workload, asked.Factors);
        var requests = new Derivation.Count("requests", "1", asked.Requests);
        // Without a rate the energy at the plug is that of serving, with idle capacity where the load is unknown.
        Derivation serving = estimate.IdleEnergy is null
            ? estimate.ItEnergy.Derivation
            : new Derivation.Sum("a request while it is served, at the plug", "Wh",
                [estimate.GpuEnergy.Derivation, new Derivation.Product("other parts of the machines", "Wh", [estimate.GpuEnergy.Derivation,
                    new Derivation.FactorNode(OtherPower.FractionOverGpus())])]);
        return new EstimatedUse(
            Thousandth("serving", "kWh", requests, serving), estimate.IdleEnergy is { } waiting ? Thousandth("waiting for requests", "kWh", requests, waiting.Derivation) : null,
            Thousandth("embodied emissions", "kg CO2e", requests, estimate.Embodied.Derivation), asked.Hardware, null, null,
            [Unit("request", asked.Requests), Unit("token", asked.Requests * estimate.Configuration.OutputTokens)], [.. estimate.Assumptions.Where(one => one.Topic != AssumptionTopic.Place).Select(one => $"{asked.Phase}, estimated: {one.Text}")]);

        FunctionalUnit Unit(string name, double count) => new(name, new Factor($"estimate/{asked.Phase}/{name}", $"number of {name}s", "1", Bounds.FromExact(count), Quality.Assumed, new Source("GIVEN", "Given in the description")));
    }

    /// <summary>The service that a request describes.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="model">The model, if it is known by name or from its files.</param>
    /// <exception cref="ArgumentException">A value is wrong.</exception>
    /// <exception cref="UnknownNameException">No catalog has the accelerator or the number format.</exception>
    public static ServingWorkload CreateWorkload(EstimateRequest.Inference asked, LanguageModel? model)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var workload = new ServingWorkload
        {
            Accelerator = AcceleratorCatalog.FindWithSlice(asked.Hardware).ValueOrThrow,
            Parameters = asked.Parameters ?? 0,
            ActiveParameters = asked.ActiveParameters,
            Gpus = RequireInteger(asked.Gpus, "gpus"),
            Batch = asked.Batch,
            Format = asked.Precision is { } format ? WeightFormat.Find(format).ValueOrThrow : WeightFormat.Bf16,
            PromptTokens = asked.PromptTokens,
            CachedPromptTokens = asked.CachedTokens,
            OutputTokens = asked.OutputTokens,
            ReasoningTokens = asked.ReasoningTokens,
            Layers = asked.Layers,
            KvCacheBytesPerToken = asked.CacheBytesPerToken,
            ExpertShare = asked.ExpertShare,
            SoftwareYear = RequireInteger(asked.SoftwareYear, "software"),
            RequestsPerDay = asked.RequestsPerDay,
        };
        if (model is not null)
            workload = workload.WithModel(model) with { Format = asked.Precision is null && model.Format is { } own ? WeightFormat.Find(own).ValueOrThrow : workload.Format };
        return workload;
    }

    static Derivation.Product Thousandth(string label, string unit, Derivation count, Derivation one) => new(label, unit, [count, one], 1 / 1000d);

    static int? RequireInteger(double? number, string what) => number is not { } given ? null
        : given == Math.Floor(given) && given <= int.MaxValue ? (int)given : throw new ArgumentException($"'{what}' must be a whole number.");

    static TrainingPrecision PrecisionOf(string word) => Enum.TryParse<TrainingPrecision>(word, ignoreCase: true, out var precision) && Enum.IsDefined(precision) && !char.IsAsciiDigit(word[0]) ? precision
        : throw new ArgumentException($"the precision '{word}' is unknown; there are {string.Join(", ", Enum.GetNames<TrainingPrecision>().Select(name => name.ToLowerInvariant()))}.");
}
