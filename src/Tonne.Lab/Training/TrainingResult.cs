using System.Collections.Immutable;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>A trained network and how it came to be.</summary>
/// <param name="Network">As it is after the last epoch.</param>
/// <param name="Epochs">Each epoch, those before a checkpoint included.</param>
/// <param name="ResumedAfter">Steps that a checkpoint had done already; 0 without one.</param>
public sealed record TrainingResult(Network Network, ImmutableArray<EpochResult> Epochs, long ResumedAfter);
