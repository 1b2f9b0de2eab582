using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>An epoch that has ended.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Loss">Mean loss of the training rows, in nats, each at the time of its mini-batch.</param>
/// <param name="Accuracy">Share of correctly classified training rows, each at the time of its mini-batch, 0 to 1.</param>
/// <param name="Validation">Loss and accuracy on the validation rows after the epoch; null without such rows.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Steps">Mini-batches so far, of all epochs.</param>
/// <param name="Duration">Time of training, validation not included.</param>
/// <param name="ValidationDuration">Time of validation.</param>
public sealed record EpochResult(int Number, double Loss, double Accuracy, Score? Validation, double LearningRate, long Steps, TimeSpan Duration, TimeSpan ValidationDuration);
