namespace Tonne.Lab.NeuralNetworks;

/// <summary>A file that holds no network, or one that is not as it was written. The message names the file and what is wrong.</summary>
/// <param name="path">The file.</param>
/// <param name="reason">What is wrong.</param>
public sealed class CorruptWeightsException(string path, string reason) : Exception($"{path}: {reason}");
