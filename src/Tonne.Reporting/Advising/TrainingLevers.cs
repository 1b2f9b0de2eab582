using System.Collections.Immutable;
using System.Globalization;
using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.LifeCycles;
using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.LifeCycles;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Advising;

/// <summary>Levers of a training that is estimated, or whose operations and accelerator are described: accelerator and
/// arithmetic.</summary>
static class TrainingLevers
{
    const int MostAccelerators = 1;

    /// <summary>Finds the levers of a phase.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="partShare">Emissions of the phase ÷ those of the life cycle.</param>
    /// <param name="dynamicShare">Emissions of its dynamic energy ÷ those of the phase.</param>
    /// <param name="readModelFile">Reads a model's size from its file; null if files cannot be read.</param>
    /// <param name="uncertainty">Draws.</param>
    public static IEnumerable<Lever> Find(
        AccountedPhase phase, double partShare, double dynamicShare, Func<string, LanguageModel>? readModelFile,
            UncertaintyPropagator uncertainty)
    {
        if (CreateTask(phase.Description, readModelFile) is not { } described)
            yield break;
        var (task, words) = described;
        if (task.Validate().Count > 0)
            yield break;
        var part = new Part(phase.Description.Id, partShare, dynamicShare, string.Create(
            CultureInfo.InvariantCulture, $"it acts on the dynamic energy, {dynamicShare * 100:0.#} % of the phase"));
        foreach (var lever in FindHardware(task, words, part, uncertainty))
            yield return lever;
        if (task.Precision == TrainingPrecision.Bf16 && (task with { Precision = TrainingPrecision.Fp8 }) is var fewerBits
            && fewerBits.Validate().Count == 0)
        {
            var estimator = new TrainingEstimator();
            yield return Create(LeverKind.Precision, "fp8 instead of bf16", (estimator.Estimate(fewerBits, World), estimator.Estimate(task, World)),
                LeverEffort.Medium,
                [.. words, "--hardware", task.Hardware.Name, "--precision", "fp8"], part,
                    "The quality has to be checked again. Against the same command without --precision.", uncertainty);
        }
    }

    /// <summary>What the levers are of.</summary>
    /// <param name="Name">Name of the part.</param>
    /// <param name="Share">Its share of the work.</param>
    /// <param name="ActedOn">The share of the part whose energy the levers change.</param>
    /// <param name="Note">What they act on, in words.</param>
    internal sealed record Part(string Name, double Share, double ActedOn, string Note);

    // Only energies are compared, and they do not depend on the place.
    static Place World => new("WORLD", How: PlaceOrigin.Given);

    /// <summary>Other accelerators with less energy for the same operations.</summary>
    /// <param name="task">The training on its present accelerator, which is valid.</param>
    /// <param name="words">The command that estimates it, without accelerators.</param>
    /// <param name="part">What the levers are of.</param>
    /// <param name="uncertainty">Draws.</param>
    internal static IEnumerable<Lever> FindHardware(
        TrainingTask task, ImmutableArray<string> words, Part part, UncertaintyPropagator uncertainty)
    {
        var estimator = new TrainingEstimator();
        var present = estimator.Estimate(task, World);
        return AcceleratorChoices.List(task.Hardware).Select(chip => task with { Hardware = chip }).Where(other => other.Validate().Count == 0)
            .Select(other => estimator.Estimate(other, World))
            .Where(other => other.Footprint.Energy.Value < present.Footprint.Energy.Value)
            .OrderBy(other => other.Footprint.Energy.Value).Take(MostAccelerators)
            .Select(other => Create(LeverKind.Hardware, $"{other.Task.Hardware.Name} instead of {task.Hardware.Name}", (other, present),
                LeverEffort.High,
                [.. words, "--hardware", $"{task.Hardware.Name},{other.Task.Hardware.Name}"], part,
                    "The command ranks both. Manufacturing of the other is not in the saving.", uncertainty));
    }

    static Lever Create(
        LeverKind kind, string name, (TrainingEstimate Other, TrainingEstimate Present) compared, LeverEffort effort,
        ImmutableArray<string> command, Part part, string sentence, UncertaintyPropagator uncertainty)
    {
        var energy = compared.Other.Footprint.Energy.Derivation;
        var saving = LeverMath.ComputeSaving(uncertainty, energy, compared.Present.Footprint.Energy.Derivation);
        return new Lever
        {
            Kind = kind,
            Name = name,
            Part = part.Name,
            PartShare = part.Share,
            SavingOfPart = LeverMath.Scale(saving, part.ActedOn),
            SavingByCommand = saving,
            Basis = LeverBasis.Modelled,
            BasisText = $"estimates of training, fitted on published trainings (docs/methods/estimating-training.md); {part.Note}",
            Sources = [.. energy.GetFactors().Select(factor => factor.Source).DistinctBy(source => source.Id)],
            Effort = effort,
            Command = command,
            Group = LeverGroup.Efficiency,
            Sentence = sentence,
        };
    }

    /// <summary>The training as a task without the hours of its present accelerator, and the command without accelerators; null if it is
    /// not described.</summary>
    static (TrainingTask Task, ImmutableArray<string> Words)? CreateTask(DescribedPhase phase, Func<string, LanguageModel>? readModelFile)
    {
        var words = ImmutableArray.Create("tonne", "estimate", "training");
        if (phase.Estimate is EstimateRequest.Training asked)
        {
            var task = PhaseEstimator.CreateTask(asked, PhaseEstimator.FindModel(asked, readModelFile)) with { Hours = null };
            List<string> options = [];
            Add("--model", asked.Model);
            Add("--model-file", asked.ModelFile);
            AddNumber("--parameters", asked.Parameters);
            AddNumber("--active-parameters", asked.ActiveParameters);
            AddNumber("--tokens", asked.Tokens);
            AddNumber("--flops", asked.Operations);
            AddNumber("--chips", asked.Chips);
            AddNumber("--runs", asked.Runs);
            Add("--tune", asked.Tune);
            if (asked.Precision is not null && asked.Precision != "bf16")
                Add("--precision", asked.Precision);
            if (asked.Distilled)
                options.Add("--distilled");
            return task.OperationsPerRun is null ? null : (task, [.. words, .. options]);

            void Add(string option, string? value)
            {
                if (value is not null)
                    options.AddRange([option, value]);
            }

            void AddNumber(string option, double? value) => Add(option, value is { } number ? CommandWords.FormatNumber(number) : null);
        }

        if (phase.Estimate is null && phase.Computation is { Unit.Symbol: "FLOP" } computation && phase.Chips is [var (chip, _)]
            && AcceleratorCatalog.Find(chip) is { IsFound: true } found)
        {
            return (new TrainingTask(found.Value!) { Operations = computation.Bounds.Best },
                [.. words, "--flops", CommandWords.FormatNumber(computation.Bounds.Best)]);
        }

        return null;
    }
}
