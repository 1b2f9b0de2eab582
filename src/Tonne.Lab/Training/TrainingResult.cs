using System.Collections.Immutable;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>A trained network, and the course of its training.</summary>
/// <param name="Network">The network after the last epoch.</param>
/// <param name="Epochs">All epochs, including those before a resumption.</param>
/// <param name="ResumedAfter">Steps before the resumption; 0 without one.</param>
public sealed record TrainingResult(Network Network, ImmutableArray<EpochResult> Epochs, long ResumedAfter);
