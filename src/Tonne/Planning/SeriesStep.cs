namespace Tonne.Planning;

/// <summary>Checks the steps of a series: a whole part of a day, at edges counted from midnight UTC.</summary>
static class SeriesStep
{
    internal static void Require(DateTimeOffset start, TimeSpan step)
    {
        if (step <= TimeSpan.Zero || TimeSpan.TicksPerDay % step.Ticks != 0)
            throw new ArgumentOutOfRangeException(nameof(step), step, "The step of a series must divide a day, for example 1 h or 15 min.");
        if (start.UtcTicks % step.Ticks != 0)
        {
            throw new ArgumentException(
                $"The series starts at {start.UtcDateTime:HH:mm:ss} UTC, which is not at the edge of a step of {step}.", nameof(start));
        }
    }
}
