namespace Tonne.Grids;

/// <summary>Series that are held in memory, as a history: those of a file, or of a test.</summary>
/// <param name="series">The series, of any zones and methods.</param>
public sealed class IntensitySeriesSet(IEnumerable<IntensitySeries> series) : IIntensityHistory
{
    readonly IntensitySeries[] _series = [.. series];

    /// <summary>All series.</summary>
    public IReadOnlyList<IntensitySeries> All => _series;

    /// <inheritdoc/>
    public IReadOnlyList<IntensitySeries> Find(Zone zone, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return [.. _series.Where(one => one.Zone.Code == zone.Code && one.Start < to && one.End > from)];
    }
}
