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
        var estimator = new TrainingEstimator();
        // Only energies are compared, and they do not depend on the place.
        var world = new Place("WORLD", How: PlaceOrigin.Given);
        var present = estimator.Estimate(task, world);
        var others = AcceleratorChoices.List(task.Hardware).Select(chip => task with { Hardware = chip }).Where(other => other.Validate()
            .Count == 0)
            .Select(other => estimator.Estimate(other, world))
            .Where(other => other.Footprint.Energy.Value < present.Footprint.Energy.Value)
            .OrderBy(other => other.Footprint.Energy.Value).Take(MostAccelerators);
        foreach (var other in others)
        {
            yield return Create(LeverKind.Hardware, $"{other.Task.Hardware.Name} instead of {task.Hardware.Name}", other, LeverEffort.High,
                [.. words, "--hardware", $"{task.Hardware.Name},{other.Task.Hardware.Name}"],
                    "The command ranks both. Manufacturing of the other is not in the saving.");
        }

        if (task.Precision == TrainingPrecision.Bf16 && (task with { Precision = TrainingPrecision.Fp8 }) is var fewerBits
            && fewerBits.Validate().Count == 0)
        {
            yield return Create(LeverKind.Precision, "fp8 instead of bf16", estimator.Estimate(fewerBits, world), LeverEffort.Medium,
                [.. words, "--hardware", task.Hardware.Name, "--precision", "fp8"],
                    "The quality has to be checked again. Against the same command without --precision.");
        }

        Lever Create(LeverKind kind, string name, TrainingEstimate other, LeverEffort effort, ImmutableArray<string> command,
            string sentence)
        {
            var saving = LeverMath.ComputeSaving(uncertainty, other.Footprint.Energy.Derivation, present.Footprint.Energy.Derivation);
            return new Lever
            {
                Kind = kind,
                Name = name,
                Part = phase.Description.Id,
                PartShare = partShare,
                SavingOfPart = LeverMath.Scale(saving, dynamicShare),
                SavingByCommand = saving,
                Basis = LeverBasis.Modelled,
                BasisText = string.Create(CultureInfo.InvariantCulture,
                    $"estimates of training, fitted on published trainings (docs/methods/estimating-training.md); it acts on the dynamic energy, {dynamicShare * 100:0.#} % of the phase"),
                Sources = [.. other.Footprint.Energy.Derivation.GetFactors().Select(factor => factor.Source).DistinctBy(source =>
                    source.Id)],
                Effort = effort,
                Command = command,
                Group = LeverGroup.Efficiency,
                Sentence = sentence,
            };
        }
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
