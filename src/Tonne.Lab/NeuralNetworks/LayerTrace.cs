namespace Tonne.Lab.NeuralNetworks;

/// <summary>What one layer did with one row.</summary>
/// <param name="Name">For example <c>layer 3</c>, <c>output</c>.</param>
/// <param name="Description">In words, for example <c>norm, dense, relu, + input</c>.</param>
/// <param name="Inputs">Numbers that went in.</param>
/// <param name="Outputs">Numbers that came out.</param>
/// <param name="Parameters">Weights and biases used.</param>
/// <param name="Operations">Floating point operations, counted.</param>
/// <param name="Duration">Time, the shortest of the repetitions.</param>
/// <param name="ActiveShare">Share of its units that were above zero, 0 to 1.</param>
/// <param name="RootMeanSquare">Of the numbers that came out.</param>
public sealed record LayerTrace(string Name, string Description, int Inputs, int Outputs, long Parameters, long Operations, TimeSpan Duration, double ActiveShare, double RootMeanSquare);
