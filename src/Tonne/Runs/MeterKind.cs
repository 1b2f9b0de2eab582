namespace Tonne.Runs;

/// <summary>The kind of value that a meter returns.</summary>
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

    /// <summary>
    /// Cumulative busy time of a device in ns: in all (<see cref="MeterRole.Busy"/>) or for the job (<see cref="MeterRole.Job"/>). A busy
    /// share of its units counts as that share of the time.
    /// </summary>
    DeviceTime,

    /// <summary>
    /// Number of holders of a device at the moment of reading (processes or slices): all (<see cref="MeterRole.Busy"/>) or those of the
    /// job (<see cref="MeterRole.Job"/>).
    /// </summary>
    Holders,
}
