using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>What is known of a zone by the hour, for accounts: the profile of its months and hours, what was kept of feeds and imports, and series that the user gave.</summary>
/// <remarks>
/// Series that come later replace earlier ones of the same method. Reads files, calls nobody. What was found is kept for the next question about the same time
/// and read again when a file has changed, so a live view may ask each second. Thread safe.
/// </remarks>
/// <param name="history">Observed values of the past; null for none.</param>
/// <param name="given">Series that the user gave for this run. Default: none.</param>
public sealed class KnownIntensities(IntensityHistory? history, IReadOnlyList<IntensitySeries>? given = null) : IIntensityHistory
{
    // A profile of more hours than that is not made; no run is that long.
    static readonly TimeSpan _longest = TimeSpan.FromDays(3600);

    // Runs that are watched at the same time; each asks about its own time.
    const int MostKept = 64;

    static readonly IntensityBasis[] _bases = Enum.GetValues<IntensityBasis>();
    static readonly IntensityScope[] _scopes = Enum.GetValues<IntensityScope>();

    readonly Lock _gate = new();
    readonly Dictionary<(string Zone, DateTimeOffset From), (DateTimeOffset To, string Stamp, IReadOnlyList<IntensitySeries> Series)> _kept = [];

    /// <summary>Folder of the feeds' answers and of observed intensities, beside the ledger.</summary>
    /// <param name="home">Folder of the ledger.</param>
    public static string GetFolder(string home) => Path.Combine(home, "grid");

    /// <summary>The observed intensities that are kept beside a ledger.</summary>
    /// <param name="home">Folder of the ledger.</param>
    public static IntensityHistory OpenHistory(string home) => new(Path.Combine(GetFolder(home), "history"));

    /// <inheritdoc/>
    public IReadOnlyList<IntensitySeries> Find(Zone zone, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var key = (zone.Code, from);
        var stamp = history?.GetStamp(zone, from, to) ?? "";
        lock (_gate)
        {
            if (_kept.TryGetValue(key, out var kept) && kept.To == to && kept.Stamp == stamp)
                return kept.Series;
        }

        var found = Load(zone, from, to);
        lock (_gate)
        {
            if (_kept.Count >= MostKept && !_kept.ContainsKey(key))
                _kept.Clear();
            _kept[key] = (to, stamp, found);
        }

        return found;
    }

    List<IntensitySeries> Load(Zone zone, DateTimeOffset from, DateTimeOffset to)
    {
        var found = new List<IntensitySeries>();
        if (to - from < _longest && IntensityProfileCatalog.Find(zone, from, to) is { } profile)
            found.Add(profile.Mean);
        if (history is not null)
        {
            foreach (var (basis, scope) in _bases.SelectMany(basis => _scopes.Select(scope => (basis, scope))))
            {
                if (history.Read(zone, from, to, basis, scope) is { } kept)
                    found.Add(kept);
            }
        }

        found.AddRange((given ?? []).Where(one => one.Zone.Code == zone.Code && one.Start < to && one.End > from));
        return found;
    }
}
