namespace Tonne.Estimation.Training;

/// <summary>The prior of the utilisation model, and the scales over which trainings inform each other.</summary>
/// <param name="Utilisation">Utilisation of an unknown training.</param>
/// <param name="CommonSpread">Spread of the common level of all trainings, natural logarithm.</param>
/// <param name="SizeScale">Length scale in the natural logarithm of parameters over which trainings inform each other.</param>
/// <param name="TokensScale">The same for tokens.</param>
/// <param name="PeakScale">The same for the peak of a chip.</param>
/// <param name="MemoryScale">The same for its memory.</param>
/// <param name="ExpertsScale">The same for whether the model is a mixture of experts (0 or 1).</param>
/// <param name="DistilledFactor">Utilisation of a distilled training over that of another one, because computing the larger model's
/// outputs takes time too.</param>
/// <param name="DistilledSpread">Spread of that factor, natural logarithm.</param>
sealed record UtilisationPrior(
    double Utilisation, double CommonSpread, double SizeScale, double TokensScale, double PeakScale, double MemoryScale, double ExpertsScale, double DistilledFactor, double DistilledSpread);
