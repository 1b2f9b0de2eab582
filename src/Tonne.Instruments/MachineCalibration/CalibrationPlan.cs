namespace Tonne.Instruments.MachineCalibration;

/// <summary>
/// Duration of each level of load: idle, full and half, all of them twice. After each change the machine settles, then its power is read in
/// blocks.
/// </summary>
/// <param name="Total">Time of it all.</param>
public sealed record CalibrationPlan(TimeSpan Total)
{
    /// <summary>Times that each level is held: what warmth and fans change shows between them.</summary>
    public const int Rounds = 2;

    /// <summary>Blocks that a phase is read in.</summary>
    public const int Blocks = 4;

    /// <summary>The shortest time in which a plug meter that reports a value a second reports enough of them.</summary>
    public static TimeSpan Minimum { get; } = TimeSpan.FromSeconds(6);

    /// <summary>Ten minutes.</summary>
    public static CalibrationPlan Default { get; } = new(TimeSpan.FromMinutes(10));

    /// <summary>A minute, to try it.</summary>
    public static CalibrationPlan Quick { get; } = new(TimeSpan.FromMinutes(1));

    /// <summary>The levels in the order in which they are held.</summary>
    public static IReadOnlyList<CalibrationLevel> Levels { get; } = [CalibrationLevel.Idle, CalibrationLevel.Full, CalibrationLevel.Half];

    /// <summary>Time of one level, once.</summary>
    public TimeSpan PhaseDuration => Total / (Rounds * Levels.Count);

    /// <summary>Time before the first block, in which meter and fans follow: a quarter of the phase, 20 s at most.</summary>
    public TimeSpan SettlingTime => PhaseDuration / 4 < TimeSpan.FromSeconds(20) ? PhaseDuration / 4 : TimeSpan.FromSeconds(20);

    /// <summary>Time of a block.</summary>
    public TimeSpan BlockDuration => (PhaseDuration - SettlingTime) / Blocks;

    /// <summary>Time between readings: a tenth of a block, a second at most.</summary>
    public TimeSpan SamplingInterval => BlockDuration / 10 < TimeSpan.FromSeconds(1) ? BlockDuration / 10 : TimeSpan.FromSeconds(1);
}
