namespace Tonne.Hardware;

/// <summary>Kinds of machine that differ in what runs beside processor, memory and GPUs.</summary>
public enum MachineKind
{
    /// <summary>A server without GPUs, or one whose GPUs are few.</summary>
    Server,

    /// <summary>An air-cooled server built around GPUs.</summary>
    GpuServer,

    /// <summary>A desktop or workstation.</summary>
    Desktop,

    /// <summary>A laptop.</summary>
    Laptop,

    /// <summary>A single-board computer.</summary>
    Board,
}
