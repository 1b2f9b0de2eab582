using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Replaying;

/// <summary>A counter that rises evenly with the recorder's clock.</summary>
sealed class SteadyMeter(MeterDescription description, double perSecond) : IMeter
{
    public MeterDescription Description => description;

    public Reading Read(long timestamp) => Reading.FromValue((long)(timestamp * (decimal)perSecond / 1_000_000_000));
}
