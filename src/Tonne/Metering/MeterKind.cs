namespace Tonne.Metering;

/// <summary>What a meter's number means.</summary>
public enum MeterKind
{
    /// <summary>A cumulative energy counter in µJ that may wrap at <see cref="MeterDescription.Range"/>.</summary>
    EnergyCounter,

    /// <summary>A power in mW at the moment of reading, to be integrated.</summary>
    Power,

    /// <summary>Cumulative CPU time in ns.</summary>
    CpuTime,

    /// <summary>Bytes in use at the moment of reading.</summary>
    Memory,
}
