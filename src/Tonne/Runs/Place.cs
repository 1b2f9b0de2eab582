using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>The place of a run, as far as known. Grid and facility factors are selected by it.</summary>
/// <param name="Zone">Grid zone code, for example <c>FR</c>; null if unknown.</param>
/// <param name="Region">Cloud region, for example <c>gcp:europe-west9</c>; null if none.</param>
/// <param name="IntensityGramsPerKwh">Intensity given by the user in g CO2e/kWh; null if none.</param>
/// <param name="Pue">PUE given by the user; null if none.</param>
/// <param name="How">How the place is known: <c>given</c>, <c>configured</c>, <c>cloud metadata</c>, <c>time zone</c>, <c>unknown</c>.
/// Default: given if a zone, a region or an intensity is given, else unknown.</param>
/// <param name="Detail">For example the time zone or the file it came from.</param>
public sealed record Place(
    string? Zone = null,
    string? Region = null,
    double? IntensityGramsPerKwh = null,
    double? Pue = null,
    string? How = null,
    string? Detail = null)
{
    const string Given = "given";
    const string Unknown = "unknown";

    /// <summary>How the place is known: <c>given</c>, <c>configured</c>, <c>cloud metadata</c>, <c>time zone</c>, <c>unknown</c>.</summary>
    public string How { get; init; } = How ?? (Zone is null && Region is null && IntensityGramsPerKwh is null ? Unknown : Given);

    /// <summary>Whether the place was guessed, so that bounds must be wider.</summary>
    [JsonIgnore]
    public bool Guessed => How is "time zone" or Unknown;
}
