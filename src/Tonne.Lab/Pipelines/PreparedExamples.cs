using Tonne.Lab.Cleaning;
using Tonne.Lab.Collecting;
using Tonne.Lab.Featurizing;

namespace Tonne.Lab.Pipelines;

/// <summary>The examples for training, validation and testing.</summary>
/// <param name="Training">Training part.</param>
/// <param name="Validation">Validation part.</param>
/// <param name="Test">Test part, used once.</param>
/// <param name="Cleaning">Report on the rows that cleaning removed.</param>
/// <param name="Rejections">Rows that could not be used.</param>
public sealed record PreparedExamples(IExamples Training, IExamples Validation, IExamples Test, CleaningReport Cleaning, RejectionLog Rejections);
