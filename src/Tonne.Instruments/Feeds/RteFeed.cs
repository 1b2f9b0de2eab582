using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// France by RTE (éCO2mix) through ODRÉ: direct emissions of production, quarter hours; before the last month half hours.
/// </summary>
sealed class RteFeed(FeedClient client) : HttpFeed(client, _description, "https://odre.opendatasoft.com/api/explore/v2.1/catalog/datasets/")
{
    static readonly IntensityFeedDescription _description = new("rte", "RTE éCO2mix (ODRÉ)", "Licence Ouverte 2.0",
        "RTE, éCO2mix, by Open Data Réseaux Énergies", "https://odre.opendatasoft.com")
    {
        Zones = ["FR"],
        Basis = IntensityBasis.Direct,
        HasHistory = true,
        Step = TimeSpan.FromMinutes(15),
        IsNational = true,
    };

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var set = from < Time.GetUtcNow().AddDays(-30) ? "eco2mix-national-cons-def" : "eco2mix-national-tr";
        var where = Uri.EscapeDataString($"date_heure >= date'{Iso(from)}' and date_heure < date'{Iso(to)}'");
        var zeros = 0;
        await OpenDataSoftPages.ReadAsync(path => GetAsync(path, cancellationToken),
            $"{set}/records?select=date_heure,taux_co2&where={where}&order_by=date_heure", row =>
        {
            if (row.Field("date_heure").Time() is not { } time)
                throw new FeedFormatException("the field \"date_heure\" is missing or not a time");
            var grams = row.Field("taux_co2").Number();
            // Values that have not arrived yet are published as 0 at times; France was never below 8.
            if (grams == 0)
                zeros++;
            content.Observed.Add((time, grams == 0 ? null : grams, null));
        }, content).ConfigureAwait(false);
        if (zeros > 0)
            content.Warn("zero-for-missing",
                $"{zeros.ToString(System.Globalization.CultureInfo.InvariantCulture)} values are 0, which stands for a missing value there; they are gaps");
        return content;
    }
}
