namespace Tonne.Hardware;

/// <summary>Kinds of machine, which differ in the power of parts other than processor, memory and GPUs.</summary>
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
