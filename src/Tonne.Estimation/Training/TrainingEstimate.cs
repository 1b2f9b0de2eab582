using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>An estimate of a training: chip-hours, energy and emissions with bounds and derivations, and the assumptions.</summary>
/// <param name="Task">The training.</param>
/// <param name="ChipHours">Accelerator-hours of all runs.</param>
/// <param name="Footprint">Energy and emissions of all runs.</param>
/// <param name="Utilisation">Share of the 16-bit peak with its bounds; null where hours were given and operations are not known.</param>
/// <param name="MostSimilarTrainings">The published trainings most similar in size, hardware and kind, most similar first.</param>
/// <param name="Assumptions">Assumptions, in sentences.</param>
/// <param name="Sources">Sources of every factor, once each, by id.</param>
public sealed record TrainingEstimate(
    TrainingTask Task,
    Figure ChipHours,
    PhaseFootprint Footprint,
    Bounds? Utilisation,
    IReadOnlyList<(UtilisationCase Case, double Similarity)> MostSimilarTrainings,
    IReadOnlyList<Assumption> Assumptions,
    IReadOnlyList<Source> Sources)
{
    /// <summary>All figures, in the order of reading.</summary>
    public IEnumerable<Figure> GetFigures() => Footprint.GetFigures().Prepend(ChipHours);

    /// <summary>Accelerators that finish one run in the hours that were given; null unless hours were given without chips.</summary>
    public Bounds? ChipsPerRun => Task is { Chips: null, Hours: { } hours } ? ChipHours.Bounds * (1 / hours / Task.Runs) : null;

    /// <summary>Hours on the clock of one run with its bounds; null unless chips were given.</summary>
    public Bounds? HoursPerRun => Task.Chips is { } chips ? ChipHours.Bounds * (1d / chips / Task.Runs) : null;
}
