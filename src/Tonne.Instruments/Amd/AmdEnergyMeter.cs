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
        library.ReadMicrojoules(device, out var status) is { } microjoules ? Reading.FromValue((long)microjoules) : Reading.FromGapReason(DescribeStatus(status));

    internal static string DescribeStatus(int status) => status switch
    {
        -1 => ReadFailure.Malformed,
        NotSupported => "the card counts no energy",
        NoPermission => ReadFailure.Denied,
        NotFound => ReadFailure.Gone,
        _ => ReadFailure.Failed,
    };
}
