using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Nvidia;

/// <summary>One number of one GPU as a meter.</summary>
sealed class GpuMeter(MeterDescription description, Func<long, Reading> read) : IMeter
{
    /// <inheritdoc/>
    public MeterDescription Description { get; } = description;

    /// <inheritdoc/>
    public bool CountsFromOpening => Description.Kind == MeterKind.DeviceTime;

    /// <inheritdoc/>
    public Reading Read(long timestamp) => read(timestamp);
}
