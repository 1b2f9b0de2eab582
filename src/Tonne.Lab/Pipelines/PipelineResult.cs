using Tonne.Lab.Cleaning;
using Tonne.Lab.Collecting;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.Pipelines;

/// <summary>The result of a pipeline.</summary>
/// <param name="Network">The trained network.</param>
/// <param name="Epochs">The epochs of the training.</param>
/// <param name="Test">Loss and accuracy on the test rows, measured once at the end.</param>
/// <param name="Cleaning">Report on the rows that cleaning removed.</param>
/// <param name="Rejections">Rows that could not be used.</param>
/// <param name="TrainingRows">Number of training rows.</param>
public sealed record PipelineResult(Network Network, IReadOnlyList<EpochResult> Epochs, Score Test, CleaningReport Cleaning, RejectionLog Rejections, int TrainingRows);
