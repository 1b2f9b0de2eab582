namespace Tonne.Runs;

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

    /// <summary>Cumulative time in ns in which a device was at work: of the device (<see cref="MeterRole.Busy"/>) or for the job (<see cref="MeterRole.Job"/>); a share of its units counts as that share of the time.</summary>
    DeviceTime,

    /// <summary>Holders of a device at the moment of reading, processes or slices: of all (<see cref="MeterRole.Busy"/>) or of the job (<see cref="MeterRole.Job"/>).</summary>
    Holders,
}
