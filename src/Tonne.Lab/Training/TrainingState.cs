using System.Collections.Immutable;

namespace Tonne.Lab.Training;

/// <summary>How far training has come, but for the numbers that are trained.</summary>
sealed record TrainingState
{
    /// <summary>Mini-batches of all epochs so far.</summary>
    public long Steps { get; init; }

    /// <summary>Sum of the losses of the epoch under way.</summary>
    public double Loss { get; init; }

    /// <summary>Rows named rightly in the epoch under way.</summary>
    public int Right { get; init; }

    /// <summary>Time of the epoch under way.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Epochs that have ended.</summary>
    public ImmutableArray<EpochResult> Epochs { get; init; } = [];
}
