using Tonne.Lab.Cleaning;
using Tonne.Lab.Collecting;
using Tonne.Lab.Featurizing;

namespace Tonne.Lab.Pipelines;

/// <summary>Examples as training gets them.</summary>
/// <param name="Training">To learn from.</param>
/// <param name="Validation">To look at while learning.</param>
/// <param name="Test">To judge by, once.</param>
/// <param name="Cleaning">What cleaning removed.</param>
/// <param name="Rejections">What could not be read.</param>
public sealed record PreparedExamples(IExamples Training, IExamples Validation, IExamples Test, CleaningReport Cleaning, RejectionLog Rejections);
