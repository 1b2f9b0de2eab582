using Tonne.Lab.Cleaning;
using Tonne.Lab.Collecting;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Pipelines;

/// <summary>What a pipeline came to.</summary>
/// <param name="Network">The trained network.</param>
/// <param name="Epochs">Its epochs.</param>
/// <param name="Test">Loss and accuracy on rows that training never saw; not looked at before the end.</param>
/// <param name="Cleaning">What cleaning removed.</param>
/// <param name="Rejections">What could not be read.</param>
/// <param name="TrainingRows">Rows learned from.</param>
public sealed record PipelineResult(Network Network, IReadOnlyList<EpochResult> Epochs, Score Test, CleaningReport Cleaning, RejectionLog Rejections, int TrainingRows);
