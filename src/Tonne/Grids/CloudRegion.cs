using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>A region of a cloud provider and the intensity published for it or for its zone.</summary>
/// <param name="Provider">Lower case: <c>aws</c>, <c>azure</c>, <c>gcp</c>, <c>oracle</c>, <c>ovh</c>, <c>scaleway</c>.</param>
/// <param name="Name">The provider's name of the region, such as <c>europe-west9</c>.</param>
/// <param name="Location">City or area, as the provider writes it.</param>
/// <param name="Country">The zone of the country it lies in.</param>
/// <param name="GridIntensity">Its intensity: the provider's own where published, else that of the smallest zone with a published one.</param>
public sealed record CloudRegion(string Provider, string Name, string Location, Zone Country, GridIntensity GridIntensity)
{
    /// <summary>Provider and name, such as <c>gcp:europe-west9</c>.</summary>
    public string Id => $"{Provider}:{Name}";

    /// <summary>Zones it lies in that have a published intensity of their own, smallest first, without the country. Default: none.</summary>
    public IReadOnlyList<Zone> Zones { get; init; } = [];

    /// <summary>An intensity of this region on a given basis: its own, else that of the smallest zone with one, else that of its country; null if none has one.</summary>
    /// <remarks><see cref="GridIntensity.Explanation"/> names the zone; the country's is coarser.</remarks>
    public GridIntensity? FindIntensity(IntensityBasis basis)
    {
        if (GridIntensity.Basis == basis)
            return GridIntensity;
        foreach (var zone in Zones)
        {
            if (AnnualIntensityCatalog.Find(zone, basis) is { } part)
                return part with { Explanation = $"{part.Explanation}, for {Id}" };
        }
        return AnnualIntensityCatalog.Find(Country, basis) is { } country ? country with { Explanation = $"{country.Explanation}, for {Id}" } : null;
    }
}
