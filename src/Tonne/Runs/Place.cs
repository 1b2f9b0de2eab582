using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>The place of a run, as far as known. Grid and facility factors are selected by it.</summary>
/// <param name="Zone">Grid zone code, for example <c>FR</c>; null if unknown.</param>
/// <param name="Region">Cloud region, for example <c>gcp:europe-west9</c>; null if none.</param>
/// <param name="IntensityGramsPerKwh">Intensity given by the user in g CO2e/kWh; null if none.</param>
/// <param name="Pue">PUE given by the user; null if none.</param>
/// <param name="How">How the place is known. Default: given where a zone, a region or an intensity is, else unknown.</param>
/// <param name="Detail">For example the time zone or the file it came from.</param>
public sealed record Place(
    string? Zone = null,
    string? Region = null,
    double? IntensityGramsPerKwh = null,
    double? Pue = null,
    PlaceOrigin How = PlaceOrigin.Unknown,
    string? Detail = null)
{
    /// <summary>How the place is known.</summary>
    public PlaceOrigin How { get; init; } =
        How == PlaceOrigin.Unknown && (Zone is not null || Region is not null || IntensityGramsPerKwh is not null) ? PlaceOrigin.Given : How;

    /// <summary>Whether the place was guessed, so that bounds must be wider.</summary>
    [JsonIgnore]
    public bool Guessed => How is PlaceOrigin.TimeZone or PlaceOrigin.Unknown;
}
