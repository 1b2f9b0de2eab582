using Tonne.Runs;

namespace Tonne.Recording.Metering;

/// <summary>A reading of a meter: a value, or a gap with its reason. A gap is never zero.</summary>
public readonly record struct Reading
{
    Reading(long value, string? reason) => (Value, Reason) = (value, reason);

    /// <summary>The raw value, in the meter's unit (<see cref="MeterDescription.Kind"/>); 0 for a gap.</summary>
    public long Value { get; }

    /// <summary>Reason why there is no value; null if there is one.</summary>
    public string? Reason { get; }

    /// <summary>Whether there is no value.</summary>
    public bool IsGap => Reason is not null;

    /// <summary>Creates a reading with a value.</summary>
    public static Reading FromValue(long value) => new(value, null);

    /// <summary>Creates a gap with its reason.</summary>
    public static Reading FromGapReason(string reason) => new(0, reason);
}
