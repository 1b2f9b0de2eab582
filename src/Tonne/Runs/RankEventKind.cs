namespace Tonne.Runs;

/// <summary>What happened to a rank of a run.</summary>
public enum RankEventKind
{
    /// <summary>The rank takes part in the run from here on, and its meters follow in each block of rank values.</summary>
    Joined,

    /// <summary>The command of the rank has ended, or is not followed any more.</summary>
    Left,

    /// <summary>Another process records the run from here on, because the former one has ended.</summary>
    Recorder,
}
