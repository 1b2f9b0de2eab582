using Tonne.Runs;

namespace Tonne.Recording.Metering;

/// <summary>One thing that can be read: a counter, a power, a usage.</summary>
public interface IMeter
{
    /// <summary>What it reads.</summary>
    MeterDescription Description { get; }

    /// <summary>Reads it now. Must not block, sleep or throw: what fails is a <see cref="Reading.FromGapReason"/>. Called by one thread.</summary>
    /// <param name="timestamp">Monotonic time of the sample in ns; meters that share a file read it once per timestamp.</param>
    Reading Read(long timestamp);
}
