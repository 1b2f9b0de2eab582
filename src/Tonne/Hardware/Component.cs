namespace Tonne.Hardware;

/// <summary>A part of a machine that uses energy. The sum of the parts is the machine at its plug.</summary>
public enum Component
{
    /// <summary>Processor packages.</summary>
    Cpu,

    /// <summary>Main memory.</summary>
    Memory,

    /// <summary>An accelerator board with its own memory.</summary>
    Gpu,

    /// <summary>Supply losses, fans, board, network, disks: everything else at the plug.</summary>
    Other,

    /// <summary>A whole machine or platform: holds the others and is never added to them.</summary>
    Platform,
}
