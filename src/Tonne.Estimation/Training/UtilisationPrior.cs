namespace Tonne.Estimation.Training;

/// <summary>The prior of the utilisation model, and the scales by which differences of features are divided.</summary>
/// <param name="Utilisation">Utilisation expected before any training is known, 0 to 1.</param>
/// <param name="CommonSpread">Standard deviation of the level that all trainings share, in ln utilisation.</param>
/// <param name="SizeScale">Scale of the difference of ln parameters: trainings that differ by less are similar.</param>
/// <param name="TokensScale">The same for ln tokens.</param>
/// <param name="PeakScale">The same for ln peak rate of the chip.</param>
/// <param name="MemoryScale">The same for ln memory of the chip.</param>
/// <param name="ExpertsScale">The same for whether the model is a mixture of experts (0 or 1).</param>
/// <param name="DistilledFactor">Utilisation of a distilled training ÷ that of another one. It is below 1, because computing the outputs
/// of the larger model takes time too.</param>
/// <param name="DistilledSpread">Standard deviation of the natural logarithm of that factor.</param>
sealed record UtilisationPrior(
    double Utilisation,
    double CommonSpread,
    double SizeScale,
    double TokensScale,
    double PeakScale,
    double MemoryScale,
    double ExpertsScale,
    double DistilledFactor,
    double DistilledSpread);
