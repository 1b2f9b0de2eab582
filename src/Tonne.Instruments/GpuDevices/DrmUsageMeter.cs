using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.GpuDevices;

/// <summary>One figure of the use of a device. All meters of one look share it.</summary>
sealed class DrmUsageMeter(DrmProcessUsage owner, MeterDescription description, Func<Reading> read) : IMeter
{
    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <inheritdoc/>
    public bool CountsFromOpening => description.Kind == MeterKind.DeviceTime;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        owner.Refresh(timestamp);
        return read();
    }
}
