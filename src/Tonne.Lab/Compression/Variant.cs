using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Compression;

/// <summary>A form of a network, to be compared with others.</summary>
/// <param name="Name">For example <c>quantized</c>.</param>
/// <param name="Description">How the model was compressed, in a sentence.</param>
/// <param name="Classifier">The network of this form.</param>
/// <param name="CreationCpuTime">CPU time of creating it from the trained network; zero for that network itself.</param>
public sealed record Variant(string Name, string Description, Classifier Classifier, TimeSpan CreationCpuTime);
