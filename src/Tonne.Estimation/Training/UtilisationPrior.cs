namespace Tonne.Estimation.Training;

/// <summary>What the utilisation model holds before it has seen a training, and how far trainings inform one another.</summary>
/// <param name="Utilisation">Utilisation of an unknown training.</param>
/// <param name="CommonSpread">Spread of the level that all trainings share, natural logarithm.</param>
/// <param name="SizeScale">How many e-folds of parameters apart two trainings still inform each other.</param>
/// <param name="TokensScale">The same of tokens.</param>
/// <param name="PeakScale">The same of the peak of a chip.</param>
/// <param name="MemoryScale">The same of its memory.</param>
/// <param name="ExpertsScale">The same of being a mixture of experts or not (0 or 1).</param>
/// <param name="DistilledFactor">Utilisation of a distilled training over one that is not: the larger model's outputs cost too.</param>
/// <param name="DistilledSpread">Spread of that factor, natural logarithm.</param>
sealed record UtilisationPrior(
    double Utilisation, double CommonSpread, double SizeScale, double TokensScale, double PeakScale, double MemoryScale, double ExpertsScale, double DistilledFactor, double DistilledSpread);
