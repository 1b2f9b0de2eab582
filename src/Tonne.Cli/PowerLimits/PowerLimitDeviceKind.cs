namespace Tonne.Cli.PowerLimits;

/// <summary>Devices whose power is limited.</summary>
enum PowerLimitDeviceKind
{
    /// <summary>The GPUs of the run.</summary>
    Gpu,

    /// <summary>The processor packages.</summary>
    Cpu,
}
