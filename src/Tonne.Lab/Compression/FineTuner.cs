using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Compression;

/// <summary>Trains a pruned network further, or a student.</summary>
/// <param name="trainer">Trains the networks.</param>
sealed class FineTuner(Trainer trainer)
{
    /// <summary>Trains a pruned network for a few more epochs.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="train">Examples to learn from.</param>
    /// <param name="validation">Examples for validation; may be empty.</param>
    /// <param name="plan">The plan; a few epochs with a quarter of the usual learning rate are enough.</param>
    /// <param name="teacher">The network before pruning, whose outputs are learned besides the labels; or null.</param>
    public TrainingResult FineTune(Network network, IExamples train, IExamples validation, TrainingPlan plan, Network? teacher = null) =>
        trainer.Train(network, train, validation, plan with { Distillation = teacher is null ? plan.Distillation : CreateDistillation(teacher, train, plan) });

    /// <summary>Trains a small network on the outputs of a trained one (<see cref="Distillation"/>).</summary>
    /// <param name="teacher">The trained network.</param>
    /// <param name="student">Shape of the small one: same inputs and classes.</param>
    /// <param name="train">Examples to learn from.</param>
    /// <param name="validation">Examples for validation; may be empty.</param>
    /// <param name="plan">The plan. Its <see cref="TrainingPlan.Distillation"/>, if there is one, gives temperature and share.</param>
    /// <exception cref="ArgumentException">Inputs or classes differ from the teacher's.</exception>
    public TrainingResult Distil(Network teacher, NetworkShape student, IExamples train, IExamples validation, TrainingPlan plan)
    {
        if (student.Inputs != teacher.Shape.Inputs || student.Classes != teacher.Shape.Classes)
            throw new ArgumentException($"A student of {student.Inputs} inputs and {student.Classes} classes cannot learn from a teacher of {teacher.Shape.Inputs} and {teacher.Shape.Classes}.", nameof(student));
        return trainer.Train(Network.Create(student, teacher.Classes, plan.Seed), train, validation, plan with { Distillation = CreateDistillation(teacher, train, plan) });
    }

    static Distillation CreateDistillation(Network teacher, IExamples train, TrainingPlan plan)
    {
        using var team = new ThreadTeam(plan.ThreadCount);
        var said = teacher.Predict(train, team);
        return plan.Distillation is { } wish ? wish with { Probabilities = said } : new Distillation(said);
    }
}
