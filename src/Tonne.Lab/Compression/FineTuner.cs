using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Compression;

/// <summary>Training that comes after, or instead of, the first one: a student's, and a pruned network's.</summary>
/// <param name="trainer">Does it.</param>
public sealed class FineTuner(Trainer trainer)
{
    /// <summary>Trains a pruned network a little more.</summary>
    /// <param name="network">Stays as it is.</param>
    /// <param name="train">Examples to learn from.</param>
    /// <param name="validation">Examples to check on; may be empty.</param>
    /// <param name="plan">How; few epochs, and a quarter of the learning rate of a training from the beginning, do.</param>
    /// <param name="teacher">The network before pruning, whose word is taken besides the labels; or null.</param>
    public TrainingResult FineTune(Network network, IExamples train, IExamples validation, TrainingPlan plan, Network? teacher = null) =>
        trainer.Train(network, train, validation, plan with { Distillation = teacher is null ? plan.Distillation : CreateDistillation(teacher, train, plan) });

    /// <summary>Trains a small network by what a trained one says of the examples (<see cref="Distillation"/>).</summary>
    /// <param name="teacher">The trained network.</param>
    /// <param name="student">Shape of the small one: same inputs and classes.</param>
    /// <param name="train">Examples to learn from.</param>
    /// <param name="validation">Examples to check on; may be empty.</param>
    /// <param name="plan">How. Its <see cref="TrainingPlan.Distillation"/>, if there is one, says temperature and share.</param>
    /// <exception cref="ArgumentException">Inputs or classes are not the teacher's.</exception>
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
