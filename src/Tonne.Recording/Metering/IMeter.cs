using Tonne.Runs;

namespace Tonne.Recording.Metering;

/// <summary>A meter: a counter, a power or a usage that can be read.</summary>
public interface IMeter
{
    /// <summary>Description of the meter.</summary>
    MeterDescription Description { get; }

    /// <summary>
    /// Whether its counter begins at 0 when the meter is opened, rather than in the kernel or the device: another process that continues a
    /// trace then continues from the last value. Default: no.
    /// </summary>
    bool CountsFromOpening => false;

    /// <summary>
    /// Reads it now. Must not block, sleep or throw; a failure is returned as <see cref="Reading.FromGapReason"/>. Called by one thread.
    /// </summary>
    /// <param name="timestamp">Monotonic time of the sample in ns; meters that share a file read it once per timestamp.</param>
    Reading Read(long timestamp);
}
