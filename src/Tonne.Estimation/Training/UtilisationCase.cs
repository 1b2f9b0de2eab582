using Tonne.Catalogs;

namespace Tonne.Estimation.Training;

/// <summary>A training from whose published chip-hours its utilisation follows.</summary>
/// <param name="Training">The training.</param>
/// <param name="Features">What its utilisation may depend on.</param>
/// <param name="Utilisation">Operations ÷ (chip-hours × peak at 16 bit), 0 to 1.</param>
public sealed record UtilisationCase(PublishedTraining Training, TrainingFeatures Features, double Utilisation)
{
    /// <summary>The trainings that may calibrate, in the order of the table.</summary>
    /// <exception cref="UnknownNameException">An accelerator of the table is in no catalog.</exception>
    public static IReadOnlyList<UtilisationCase> All() =>
        [.. TrainingCatalog.All.Where(row => row.CalibratesHours).Select(FromPublishedTraining).OfType<UtilisationCase>()];

    /// <summary>A training as a case; null where hours, operations, parameters or the peak of its accelerator are missing.</summary>
    public static UtilisationCase? FromPublishedTraining(PublishedTraining row) =>
        row is { ChipHours: { } hours, Operations: { } operations } && TrainingFeatures.FromPublishedTraining(row) is { } features
            ? new UtilisationCase(row, features, operations / (hours * 3600 * features.PeakTeraflops * 1e12))
            : null;
}
