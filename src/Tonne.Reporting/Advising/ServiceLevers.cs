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
                levers.Add(Create(LeverKind.Precision, $"weights in {best.Format.Name} instead of {workload.Format.Name}", best,
                    LeverEffort.Medium, WriteCommand(asked, format: best.Format.Name),
                    "The answers have to be checked again. Against the same command with the present format."));
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

        if (workload.PromptTokens is { } prompt && workload.CachedPromptTokens is null)
            unknown.Add(new($"{asked.Phase}: a cache of prompts",
                "how many prompts begin alike is not described; half of the tokens as a trial", [.. WriteCommand(asked,
                cached: prompt / 2)]));
        unknown.Add(new($"{asked.Phase}: a smaller, pruned or distilled model",
            "what it answers as well as this one is not known; half of the parameters as a trial",
            [.. WriteCommand(asked with { Model = null, ModelFile = null, Parameters = workload.Parameters / 2,
                ActiveParameters = workload.ActiveParameters / 2 })]));
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
