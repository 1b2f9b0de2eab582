namespace Tonne.Cli.Benching;

/// <summary>Why a bench stopped.</summary>
enum BenchOutcome
{
    /// <summary>All pairs of commands are decided.</summary>
    Decided,

    /// <summary>All rounds were run.</summary>
    RoundsExhausted,

    /// <summary>A signal ended it.</summary>
    Interrupted,

    /// <summary>A command failed or could not be measured.</summary>
    Failed,
}
