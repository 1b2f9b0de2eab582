using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// Belgium by Elia: hours to the day before, of consumption. The provider does not state the basis where it could be read, so it is
/// unstated.
/// </summary>
sealed class EliaFeed(FeedClient client) : HttpFeed(client, _description, "https://opendata.elia.be/api/explore/v2.1/catalog/datasets/")
{
    static readonly IntensityFeedDescription _description = new("elia", "Elia Open Data", "open data licence of Elia", "Elia Open Data",
        "https://opendata.elia.be")
    {
        Zones = ["BE"],
        Basis = IntensityBasis.Unstated,
        Scope = IntensityScope.Consumption,
        HasHistory = true,
        IsNational = true,
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var where = Uri.EscapeDataString($"datetime >= date'{Iso(from)}' and datetime < date'{Iso(to)}'");
        await OpenDataSoftPages.ReadAsync(path => GetAsync(path, cancellationToken),
            $"ods192/records?select=datetime,consumption&where={where}&order_by=datetime", row =>
        {
            if (row.Field("datetime").Time() is not { } time)
                throw new FeedFormatException("the field \"datetime\" is missing or not a time");
            content.Observed.Add((time, row.Field("consumption").Number(), null));
        }, content).ConfigureAwait(false);
        return content;
    }
}
