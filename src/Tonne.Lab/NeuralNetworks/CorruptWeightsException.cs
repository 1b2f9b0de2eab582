namespace Tonne.Lab.NeuralNetworks;

/// <summary>Thrown when a file is not a network, or is damaged. The message names the file and what is wrong.</summary>
/// <param name="path">The file.</param>
/// <param name="reason">What is wrong with the file.</param>
public sealed class CorruptWeightsException(string path, string reason) : Exception($"{path}: {reason}");
