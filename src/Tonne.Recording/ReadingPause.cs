namespace Tonne.Recording;

/// <summary>How long to wait before the figures of a run are read again, where a reading goes through its whole trace.</summary>
/// <remarks>
/// Readings take at most 1 % of one processor, but figures are never older than a tenth of the run: the first readings cost what compiling their code costs,
/// and any of them what a busy machine makes of it, which says nothing about the next. With a pause of a tenth of the run there are about ten readings
/// while it becomes 2.7 times as long, however much one costs.
/// </remarks>
public static class ReadingPause
{
    const int MaxCostShare = 100;
    const int MaxAgeShare = 10;
    static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);

    /// <summary>The pause after a reading; at least 1 s.</summary>
    /// <param name="cost">Time that the reading took.</param>
    /// <param name="elapsed">Time since the run began.</param>
    public static TimeSpan Get(TimeSpan cost, TimeSpan elapsed)
    {
        var pause = cost * MaxCostShare < elapsed / MaxAgeShare ? cost * MaxCostShare : elapsed / MaxAgeShare;
        return pause > _shortest ? pause : _shortest;
    }
}
