namespace Tonne.Recording.EpochPatterns;

/// <summary>The kind of information about an epoch in a line of output.</summary>
enum EpochMatchKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An epoch of a given number begins.</summary>
    EpochStarted,

    /// <summary>State or result of an epoch of a given number.</summary>
    EpochProgress,

    /// <summary>State of the current epoch, without its number.</summary>
    OpenEpochProgress,

    /// <summary>An epoch of a given number has just ended; later lines add metrics, not time.</summary>
    EpochEnded,

    /// <summary>An epoch of a given number is named; it counts if a line with its losses follows directly.</summary>
    EpochMentioned,

    /// <summary>Progress of training, in epochs with a fraction.</summary>
    FractionalProgress,

    /// <summary>The training has ended, after a number of epochs with a fraction.</summary>
    TrainingEnded,
}
