using Tonne.Runs;

namespace Tonne.Recording.Metering;

/// <summary>A meter whose first reading is the last one of the run before, so that what was counted between the two runs is not lost.</summary>
sealed class TakenOverMeter(IMeter meter, Reading last) : IMeter
{
    bool _isRead;

    /// <inheritdoc/>
    public MeterDescription Description => meter.Description;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (_isRead)
            return meter.Read(timestamp);
        _isRead = true;
        return last;
    }
}
