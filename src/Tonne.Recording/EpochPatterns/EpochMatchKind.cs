namespace Tonne.Recording.EpochPatterns;

/// <summary>What a line of output says of an epoch.</summary>
enum EpochMatchKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An epoch of a given number begins.</summary>
    EpochStarted,

    /// <summary>How an epoch of a given number stands, or how it ended.</summary>
    EpochProgress,

    /// <summary>How the epoch that has begun stands, without its number.</summary>
    OpenEpochProgress,

    /// <summary>An epoch of a given number has just ended; what comes later adds metrics, not time.</summary>
    EpochEnded,

    /// <summary>How far training has come, in epochs with a fraction.</summary>
    FractionalProgress,
}
