namespace Tonne.Lab.NeuralNetworks;

/// <summary>The work of one layer for one row.</summary>
/// <param name="Name">For example <c>layer 3</c>, <c>output</c>.</param>
/// <param name="Description">Operations, for example <c>norm, dense, relu, + input</c>.</param>
/// <param name="Inputs">Number of inputs.</param>
/// <param name="Outputs">Number of outputs.</param>
/// <param name="Parameters">Weights and biases used.</param>
/// <param name="Operations">Floating point operations, counted.</param>
/// <param name="Duration">Time, the shortest of the repetitions.</param>
/// <param name="ActiveShare">Share of its units that were above zero, 0 to 1.</param>
/// <param name="RootMeanSquare">Root mean square of the outputs.</param>
public sealed record LayerTrace(string Name, string Description, int Inputs, int Outputs, long Parameters, long Operations, TimeSpan Duration, double ActiveShare, double RootMeanSquare);
