namespace Tonne.Lab.Training;

/// <summary>The outputs of a trained teacher for each training row, for a student to learn from.</summary>
/// <remarks>
/// Loss = (1 − share) · cross entropy with the labels + share · T² · cross entropy of the student's with the teacher's probabilities, both at
/// temperature T. Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015.
/// </remarks>
/// <param name="Probabilities">The teacher's, [rows, classes], rows as in the examples.</param>
/// <param name="Temperature">T, at least 1. Default 2.</param>
/// <param name="Share">0 to 1. Default 0.7.</param>
public sealed record Distillation(ReadOnlyMemory<float> Probabilities, double Temperature = 2, double Share = 0.7);
