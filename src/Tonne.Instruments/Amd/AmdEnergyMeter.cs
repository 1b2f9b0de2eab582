using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Amd;

/// <summary>Energy of an AMD device since its driver was loaded, in µJ, by AMD's library.</summary>
sealed class AmdEnergyMeter(AmdSmi library, nint device, MeterDescription description) : IMeter
{
    const int NotSupported = 2;
    const int NoPermission = 10;
    const int NotFound = 31;

    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <inheritdoc/>
    public Reading Read(long timestamp) =>
        library.Microjoules(device, out var status) is { } microjoules ? Reading.Of((long)microjoules) : Reading.Gap(Because(status));

    internal static string Because(int status) => status switch
    {
        -1 => Unreadable.Malformed,
        NotSupported => "the card counts no energy",
        NoPermission => Unreadable.Denied,
        NotFound => Unreadable.Gone,
        _ => Unreadable.Failed,
    };
}
