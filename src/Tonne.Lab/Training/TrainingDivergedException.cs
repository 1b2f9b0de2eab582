namespace Tonne.Lab.Training;

/// <summary>Thrown when the loss is not a number any more.</summary>
/// <param name="epoch">The epoch, from 1.</param>
/// <param name="step">The step, from 0.</param>
/// <param name="learningRate">The rate of the step.</param>
public sealed class TrainingDivergedException(int epoch, long step, double learningRate)
    : Exception($"The loss is not a number any more in step {step} of epoch {epoch}, at a learning rate of {learningRate:g3}: try a smaller one.");
