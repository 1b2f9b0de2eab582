using System.Collections.Immutable;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>All feeds that tonne knows, over one HTTP client.</summary>
/// <remarks>Making them calls nobody. Thread safe.</remarks>
public sealed class IntensityFeeds : IDisposable
{
    readonly FeedClient _client;
    readonly WattTimeFeed _wattTime;

    /// <summary>Creates the feeds.</summary>
    /// <param name="options">How they are called; null for the defaults.</param>
    public IntensityFeeds(FeedOptions? options = null)
    {
        _client = new FeedClient(options ?? new FeedOptions());
        _wattTime = new WattTimeFeed(_client);
        All =
        [
            new ElectricityMapsFeed(_client), _wattTime, new EntsoeFeed(_client), new EiaFeed(_client), new NesoFeed(_client),
                new EnerginetFeed(_client), new EirGridFeed(_client),
            new RteFeed(_client), new EliaFeed(_client), new CaisoFeed(_client), new NyisoFeed(_client), new ErcotFeed(_client),
                new EnergyChartsFeed(_client),
        ];
    }

    /// <summary>All feeds: those with a key, those of one grid, Energy-Charts.</summary>
    public ImmutableArray<IIntensityFeed> All { get; }

    /// <summary>The feed with an id, in any case; null if there is none.</summary>
    public IIntensityFeed? Find(string id) => All.FirstOrDefault(feed => string.Equals(feed.Description.Id, id,
        StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// A zone by its code or name, also those that only feeds know: <c>DK1</c>, <c>DK2</c>, <c>DE-LU</c>, <c>GB-NIR</c> and the regions
    /// <c>GB-NESO-1</c> to <c>GB-NESO-17</c>.
    /// </summary>
    /// <returns>Null if there is none, or the name is that of several.</returns>
    public static Zone? FindZone(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FeedZones.Find(name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wattTime.Dispose();
        _client.Dispose();
    }
}
