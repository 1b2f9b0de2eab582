namespace Tonne.Estimation.Training;

/// <summary>The prior of the utilisation model, and the scales by which differences of features are divided. Spreads are standard
/// deviations of ln utilisation.</summary>
sealed record UtilisationPrior
{
    /// <summary>Utilisation expected before any training is known, 0 to 1.</summary>
    public required double Utilisation { get; init; }

    /// <summary>Spread of the level that all trainings share.</summary>
    public required double CommonSpread { get; init; }

    /// <summary>Spread of the effect of <see cref="TrainingFeatures.SmallModelOnFastChip"/>: of the effect that all publishers share, and
    /// of the difference of one publisher from it.</summary>
    public required double SmallModelSpread { get; init; }

    /// <summary>
    /// Active parameters whose operations take an A100 as long as the part of a step that does not depend on the size of the model, such as
    /// launching kernels, reading the data and waiting for the network; more on a faster chip, in proportion to its peak. 0 for no such part.
    /// </summary>
    public required double FixedTimeParameters { get; init; }

    /// <summary>Spread of one training, relative to the effect of the fixed part of the steps on ln utilisation.</summary>
    public required double FixedTimeSpread { get; init; }

    /// <summary>Spread of the effect of one e-fold of peak rate.</summary>
    public required double PeakSpread { get; init; }

    /// <summary>Spread of the effect of a mixture of experts.</summary>
    public required double ExpertsSpread { get; init; }

    /// <summary>Scale of the difference of ln parameters: trainings of one publisher that differ by less are similar.</summary>
    public required double SizeScale { get; init; }

    /// <summary>The same for ln peak rate of the chip.</summary>
    public required double PeakScale { get; init; }

    /// <summary>The same for ln memory of the chip.</summary>
    public required double MemoryScale { get; init; }

    /// <summary>The same for whether the model is a mixture of experts (0 or 1).</summary>
    public required double ExpertsScale { get; init; }

    /// <summary>Utilisation of a distilled training ÷ that of another one. It is below 1, because computing the outputs of the larger model
    /// takes time too.</summary>
    public required double DistilledFactor { get; init; }

    /// <summary>Spread of that factor.</summary>
    public required double DistilledSpread { get; init; }
}
