using System.Globalization;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.LifeCycles;
using Tonne.Estimation.Serving;
using Tonne.LifeCycles;
using Tonne.Quantities;

namespace Tonne.Reporting.Advising;

/// <summary>Levers of a model that is served: number format, batch, accelerator. Each is estimated as its command estimates it.</summary>
static class ServiceLevers
{
    const int MostAccelerators = 1;
    const double BatchFactor = 4;

    // Measured ÷ estimated ratio of the energy in fp8 to that in bf16, largest of the pairs with batches of 8 and 16, and of 32 to 256
    // (docs/methods/advice.md): kernels for fewer bits can be slower, which the estimate does not know.
    const double SmallBatchError = 1.71;
    const double LargeBatchError = 1.24;
    const double LeastLargeBatch = 32;

    static readonly string[] _eightBit = ["fp8", "int8"];
    static readonly string[] _fourBit = ["mxfp4", "int4"];

    /// <summary>Finds the levers of a phase that is an estimate of inference and nothing else.</summary>
    /// <param name="asked">The request of the phase.</param>
    /// <param name="partShare">Emissions of the phase ÷ those of the life cycle.</param>
    /// <param name="readModelFile">Reads a model's size from its file; null if files cannot be read.</param>
    /// <param name="uncertainty">Draws.</param>
    /// <param name="unknown">Receives the ways without a number.</param>
    public static IEnumerable<Lever> Find(
        EstimateRequest.Inference asked, double partShare, Func<string, LanguageModel>? readModelFile, UncertaintyPropagator uncertainty,
            List<UnknownLever> unknown)
    {
        var model = PhaseEstimator.FindModel(asked, readModelFile);
        var workload = PhaseEstimator.CreateWorkload(asked, model);
        var estimator = new InferenceEstimator();
        var present = estimator.Estimate(workload, asked.Factors);
        var levers = new List<Lever>();
        foreach (var formats in new[] { _eightBit, _fourBit })
        {
            var best = formats.Select(name => WeightFormat.Find(name).ValueOrThrow).Where(format =>
                format.BytesPerParameter < workload.Format.BytesPerParameter)
                .Select(format => Try(workload with { Format = format })).OfType<InferenceEstimate>().MinBy(one => one.Operational.Value);
            if (best is not null)
            {
                levers.Add(Widen(best.Configuration.Batch, Create(LeverKind.Precision,
                    $"weights in {best.Format.Name} instead of {workload.Format.Name}", best, LeverEffort.Medium, WriteCommand(asked, format: best.Format.Name),
                    "The answers have to be checked again. Against the same command with the present format.")));
            }
        }

        if (workload.RequestsPerDay is null && workload.Batch is { } batch
            && Try(workload with { Batch = batch * BatchFactor }) is { } larger)
        {
            levers.Add(Create(LeverKind.Batch, string.Create(CultureInfo.InvariantCulture,
                $"a batch of {batch * BatchFactor:0.##} instead of {batch:0.##}"), larger, LeverEffort.Low,
                WriteCommand(asked, batch: batch * BatchFactor),
                    "Each answer takes longer. Against the same command with the present batch."));
        }
        else if (workload.Batch is null && workload.RequestsPerDay is null)
        {
            unknown.Add(new($"{asked.Phase}: a larger batch", "the present batch is not described", [.. WriteCommand(asked, batch: 128)]));
        }

        if (asked.RepeatedTokens is { } repeated && repeated > (workload.CachedPromptTokens ?? 0)
            && Try(workload with { CachedPromptTokens = repeated }) is { } cached)
        {
            levers.Add(Create(LeverKind.Cache, string.Create(CultureInfo.InvariantCulture,
                $"a cache of prompts: {repeated:#,0.##} of {workload.PromptTokens:#,0.##} tokens"), cached, LeverEffort.Low,
                WriteCommand(asked, cached: repeated),
                "Against the same command with the present cache. Storage of the cache is not in the saving.")
                with
                {
                    BasisText = "estimate of inference; a cached token takes the share of a computed one that was measured over 4,096 tokens: 262.3 to 37.5 J (Qwen3-32B), 47.1 to 17.2 J (DeepSeek-V2-Lite), 45.2 to 15.3 J (DeepSeek-MoE-16B), arXiv 2605.05696",
                    Group = LeverGroup.Amount,
                });
        }
        else if (workload.PromptTokens is { } prompt && workload.CachedPromptTokens is null)
            unknown.Add(new($"{asked.Phase}: a cache of prompts",
                "how many prompts begin alike is not described; half of the tokens as a trial", [.. WriteCommand(asked,
                cached: prompt / 2)]));
        var smaller = asked with
        {
            Model = null,
            ModelFile = null,
            Parameters = asked.SmallerParameters ?? (workload.Parameters / 2),
            ActiveParameters = asked.SmallerParameters is null ? workload.ActiveParameters / 2 : null,
            Layers = null,
            CacheBytesPerToken = null,
            ExpertShare = null,
        };
        if (asked.SmallerParameters is { } count && count < workload.Parameters
            && Try(PhaseEstimator.CreateWorkload(smaller, null) with { Format = workload.Format }) is { } small)
        {
            levers.Add(Create(LeverKind.SmallerModel, string.Create(CultureInfo.InvariantCulture,
                $"a pruned or distilled model of {count / 1e9:0.###} billion parameters instead of {workload.Parameters / 1e9:0.###}"), small,
                LeverEffort.Medium, WriteCommand(smaller, format: workload.Format.Name),
                "The answers have to be checked again, and making the smaller model takes energy once. Against the same command with the present model."));
        }
        else
        {
            unknown.Add(new($"{asked.Phase}: a smaller, pruned or distilled model",
                "what it answers as well as this one is not known: name its size as 'smaller_parameters'; half of the parameters as a trial", [.. WriteCommand(smaller)]));
        }

        var others = AcceleratorChoices.List(workload.Accelerator).Select(chip => Try(workload with { Accelerator = chip }))
            .OfType<InferenceEstimate>()
            .Where(one => one.Operational.Value < present.Operational.Value).OrderBy(one => one.Operational.Value).Take(MostAccelerators);
        levers.AddRange(others.Select(other => Create(LeverKind.Hardware,
            $"{other.Accelerator.Name} instead of {workload.Accelerator.Name}", other, LeverEffort.High,
            WriteCommand(asked, hardware: $"{workload.Accelerator.Name},{other.Accelerator.Name}"),
                "The command ranks both. Manufacturing of the other is not in the saving.")));
        return levers;

        InferenceEstimate? Try(ServingWorkload other)
        {
            try
            {
                return estimator.Estimate(other, asked.Factors);
            }
            catch (Exception error) when (error is ModelDoesNotFitException or ArgumentException)
            {
                return null;
            }
        }

        Lever Create(LeverKind kind, string name, InferenceEstimate other, LeverEffort effort, IEnumerable<string> command,
            string sentence) => new()
        {
            Kind = kind,
            Name = name,
            Part = asked.Phase,
            PartShare = partShare,
            SavingOfPart = LeverMath.ComputeSaving(uncertainty, other.Operational.Derivation, present.Operational.Derivation),
            Basis = LeverBasis.Modelled,
            BasisText = "estimate of inference, fitted on published measurements (docs/methods/estimating-inference.md)",
            Sources = [.. other.GetSources()],
            Effort = effort,
            Command = [.. command],
            Group = LeverGroup.Efficiency,
            Sentence = sentence,
        };
    }

    /// <summary>
    /// The interval of fewer bits with the error of the estimated ratio on published pairs: one model in both formats on the same accelerators.
    /// </summary>
    static Lever Widen(double batch, Lever lever) => lever with
    {
        SavingOfPart = lever.SavingOfPart with
        {
            Low = 1 - ((1 - lever.SavingOfPart.Low) * (batch < LeastLargeBatch ? SmallBatchError : LargeBatchError)),
        },
        BasisText = $"{lever.BasisText}, with its error on Qwen3-235B-A22B in fp8 over bf16 on 8 H100, measured 1.56 times the energy at a batch of 8, 0.88 at 64 and 0.87 at 256 (ML.ENERGY v3)",
        Sources = [.. lever.Sources.Append(Catalogs.SourceList.Find("ML-ENERGY-V3")).DistinctBy(source => source.Id)],
    };

    static List<string> WriteCommand(EstimateRequest.Inference asked, string? format = null, double? batch = null, double? cached = null,
        string? hardware = null)
    {
        List<string> words = ["tonne", "estimate", "inference"];
        Add("--model", asked.Model);
        Add("--model-file", asked.ModelFile);
        AddNumber("--parameters", asked.Parameters);
        AddNumber("--active-parameters", asked.ActiveParameters);
        Add("--hardware", hardware ?? asked.Hardware);
        AddNumber("--gpus", asked.Gpus);
        AddNumber("--batch", batch ?? asked.Batch);
        Add("--precision", format ?? asked.Precision);
        AddNumber("--prompt-tokens", asked.PromptTokens);
        AddNumber("--cached-tokens", cached ?? asked.CachedTokens);
        AddNumber("--output-tokens", asked.OutputTokens);
        AddNumber("--reasoning-tokens", asked.ReasoningTokens);
        AddNumber("--requests-per-day", asked.RequestsPerDay);
        AddNumber("--layers", asked.Layers);
        AddNumber("--kv-bytes-per-token", asked.CacheBytesPerToken);
        Add("--experts", asked.ExpertShare is { } share ? FormatShare(share) : null);
        AddNumber("--software", asked.SoftwareYear);
        return words;

        void Add(string option, string? value)
        {
            if (value is not null)
                words.AddRange([option, value]);
        }

        void AddNumber(string option, double? value) => Add(option, value is { } number ? CommandWords.FormatNumber(number) : null);
    }

    /// <summary>A share of experts as N/M, with the fewest experts that give it.</summary>
    static string FormatShare(double share)
    {
        const int mostExperts = 4096;
        var experts = Enumerable.Range(1, mostExperts).FirstOrDefault(count =>
            Math.Abs((share * count) - Math.Round(share * count)) < 1e-9 * count, mostExperts);
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(share * experts)):0}/{experts}");
    }
}
