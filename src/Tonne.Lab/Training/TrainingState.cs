using System.Collections.Immutable;

namespace Tonne.Lab.Training;

/// <summary>The progress of a training, without the trained numbers.</summary>
sealed record TrainingState
{
    /// <summary>Mini-batches of all epochs so far.</summary>
    public long Steps { get; init; }

    /// <summary>Sum of the losses of the current epoch.</summary>
    public double Loss { get; init; }

    /// <summary>Correctly classified rows of the current epoch.</summary>
    public int Right { get; init; }

    /// <summary>Time of the current epoch.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Epochs that have ended.</summary>
    public ImmutableArray<EpochResult> Epochs { get; init; } = [];
}
