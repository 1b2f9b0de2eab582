namespace Tonne.Instruments.Nvidia;

/// <summary>Return codes of NVML with shared texts, so that a gap in every sample allocates nothing. Source: nvml.h.</summary>
static class NvmlReturn
{
    internal const int Success = 0;
    internal const int Uninitialized = 1;
    internal const int InvalidArgument = 2;
    internal const int NotSupported = 3;
    internal const int NoPermission = 4;
    internal const int NotFound = 6;
    internal const int InsufficientSize = 7;
    internal const int DriverNotLoaded = 9;
    internal const int FunctionNotFound = 13;
    internal const int GpuIsLost = 15;
    internal const int ResetRequired = 16;
    internal const int OperatingSystem = 17;
    internal const int VersionMismatch = 18;

    /// <summary>The answer in words.</summary>
    internal static string Describe(int code) => code switch
    {
        Success => "success",
        Uninitialized => "the driver's library was shut down",
        InvalidArgument => "the driver refuses the question",
        NotSupported => "not supported by this card or driver",
        NoPermission => "permission denied",
        NotFound => "not found",
        InsufficientSize => "more than fits",
        8 => "an external power cable is missing",
        DriverNotLoaded => "the driver is not loaded",
        10 => "the driver did not answer in time",
        11 => "the kernel found an interrupt problem with the GPU",
        12 => "a library of the driver is missing",
        FunctionNotFound => "this driver's library does not have the function",
        14 => "the card's own settings memory is corrupted",
        GpuIsLost => "the GPU has fallen off the bus",
        ResetRequired => "the GPU must be reset",
        OperatingSystem => "the operating system blocks the GPU (a device control group, a container)",
        VersionMismatch => "the driver in the kernel and its library are of different versions",
        19 => "the GPU is in use",
        20 => "the driver lacks memory",
        21 => "the driver has no data",
        27 => "the GPU is not ready",
        28 => "the GPU is not there",
        999 => "the driver gives no reason",
        _ => "the driver answered with a code that is not known",
    };

    /// <summary>Whether asking again in this run is of no use: the GPU or the driver has gone.</summary>
    internal static bool IsPermanent(int code) => code is Uninitialized or DriverNotLoaded or GpuIsLost or ResetRequired or VersionMismatch or 28;
}
