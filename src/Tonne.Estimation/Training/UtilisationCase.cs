using Tonne.Catalogs;

namespace Tonne.Estimation.Training;

/// <summary>A published training with its utilisation, computed from its chip-hours.</summary>
/// <param name="Training">The training.</param>
/// <param name="Features">Features of the training.</param>
/// <param name="Utilisation">Operations ÷ (chip-hours × peak at 16 bit), 0 to 1. If the hours are an upper bound, it is a lower bound, and
/// the reverse.</param>
public sealed record UtilisationCase(PublishedTraining Training, TrainingFeatures Features, double Utilisation)
{
    /// <summary>Whether the utilisation is a value and not only a bound, so that an estimate can be compared with it.</summary>
    public bool IsPoint => Training.HoursBound == HoursBound.None;

    /// <summary>The trainings used for the fit, in the order of the table, bounds included.</summary>
    /// <exception cref="UnknownNameException">An accelerator of the table is not in the catalog.</exception>
    public static IReadOnlyList<UtilisationCase> All() =>
        [.. TrainingCatalog.All.Where(row => row.CalibratesHours).Select(FromPublishedTraining).OfType<UtilisationCase>()];

    /// <summary>Creates the case of a training; null if hours, operations, parameters or the peak of its accelerator are missing.</summary>
    public static UtilisationCase? FromPublishedTraining(PublishedTraining row) =>
        row is { ChipHours: { } hours, Operations: { } operations } && TrainingFeatures.FromPublishedTraining(row) is { } features
            ? new UtilisationCase(row, features, operations / (hours.Value * 3600 * features.PeakTeraflops * 1e12))
            : null;
}
