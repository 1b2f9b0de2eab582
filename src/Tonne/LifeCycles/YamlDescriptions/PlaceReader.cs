using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Reads where a phase uses electricity, from the blocks <c>place</c> and <c>facility</c>.</summary>
sealed class PlaceReader(DescriptionProblems problems, SourceResolver sources)
{
    static readonly string[] _facilities = ["desk", "room", "cloud"];

    /// <summary>Reads the factors of a place and a facility; null if something is wrong with them.</summary>
    /// <param name="place">The block <c>place</c>; null for an unknown place.</param>
    /// <param name="facility">The block <c>facility</c>; null for an unknown one.</param>
    /// <param name="placePath">Path of the place in the file: phases with the same path have the same factor.</param>
    /// <param name="facilityPath">Path of the facility.</param>
    public AccountingFactors? Read(DescriptionNode.Mapping? place, DescriptionNode.Mapping? facility, string placePath, string facilityPath)
    {
        var (zone, region, given, basis) = (default(string), default(string), default(Factor), IntensityBasis.Unstated);
        if (place is not null)
        {
            var block = new DescriptionBlock(place, placePath, problems, sources, DescriptionKeys.Place);
            (zone, region) = (block.ReadText("zone"), block.ReadText("region"));
            given = block.ReadNumber("intensity", "grid intensity as given", Dimension.Intensity, CheckIntensity);
            if (block.ReadText("basis") is { } word)
            {
                basis = word switch
                {
                    "lifecycle" => IntensityBasis.Lifecycle,
                    "direct" => IntensityBasis.Direct,
                    _ => IntensityBasis.Unstated,
                };
                if (basis == IntensityBasis.Unstated)
                    problems.AddUnknown(block.GetLine("basis"), "basis", word, ["lifecycle", "direct"]);
            }

            if (new[] { "zone", "region", "intensity" }.Count(block.HasKey) > 1)
                problems.Add(place, "give only one of zone, region and intensity.");
            if (block.HasKey("basis") && !block.HasKey("intensity"))
                problems.Add(block.GetLine("basis"), "'basis' is only for a given 'intensity'. The catalog has the basis of "
                    + "its own values.");
        }

        var (pue, wue, gridWater, kind, siteName) = FacilityOf(facility, facilityPath);
        try
        {
            var factors = FactorSelector.SelectFactors(new Place(zone, region, given?.Bounds.Best, pue?.Bounds.Best, PlaceOrigin.Given), kind);
            if (given is not null)
                factors = factors with { Grid = new GridFactor(given, null, basis, IntensityScope.Unstated, null, "given") };
            if (pue is not null)
                factors = factors with { Pue = pue, PueHow = siteName ?? "given" };
            if (place is null || (zone, region, given) is (null, null, null))
                factors = factors with { Warnings = [.. factors.Warnings, new Warning(
                    "place-unknown", "The place is not described: the world mean is used, with the spread of the countries.", "Write 'place: {zone: FR}'.")] };
            return factors with { WaterOnSite = wue ?? factors.WaterOnSite, WaterOfGrid = gridWater ?? factors.WaterOfGrid };
        }
        catch (UnknownNameException error)
        {
            problems.Add(place?.Line ?? 1, error.Message);
            return null;
        }
    }

    (Factor? Pue, Factor? Wue, Factor? GridWater, FacilityKind? Kind, string? How) FacilityOf(
        DescriptionNode.Mapping? facility, string path)
    {
        var kind = default(FacilityKind?);
        if (facility is null)
            return (null, null, null, kind, null);
        var block = new DescriptionBlock(facility, path, problems, sources, DescriptionKeys.Facility);
        if (block.ReadText("kind") is { } word)
        {
            if (Array.IndexOf(_facilities, word) is >= 0 and var at)
                kind = (FacilityKind)at;
            else
                problems.AddUnknown(block.GetLine("kind"), "kind of facility", word, _facilities);
        }

        var pue = block.ReadNumber("pue", "PUE as given", Dimension.Number, CheckPue);
        if (pue is { Bounds.Low: < 1 } && pue.Bounds.Best >= 1)
            problems.Add(block.GetLine("pue"), "'pue': 'low' must be at least 1. A facility cannot use less than its IT equipment.");
        string? how = null;
        if (block.ReadText("site") is { } site)
        {
            if (pue is not null)
                problems.Add(block.GetLine("site"), "give 'pue' or a 'site' that publishes one, not both.");
            else if (FacilityCatalog.FindPue(site) is { IsFound: true } found)
                (pue, how) = (found.Value.Factor, found.Value.Explanation);
            else
                problems.Add(block.GetLine("site"), FacilityCatalog.FindPue(site).Unknown?.Message ?? "the site is unknown.");
        }

        return (pue, block.ReadNumber("wue", "on-site water as given", Dimension.WaterIntensity), block.ReadNumber("grid_water", "water of the grid as given", Dimension.WaterIntensity), kind, how);
    }

    /// <summary>No grid emits more: the most emitting plants reach about 1,500 g/kWh.</summary>
    static string? CheckIntensity(double grams) => grams <= 5000 ? null : "more than 5,000 g/kWh is impossible; check the unit.";

    internal static string? CheckPue(double pue) => pue switch
    {
        > 5 => string.Create(CultureInfo.InvariantCulture, $"a PUE must be at most 5, not {pue}."),
        >= 1 => null,
        _ => string.Create(
            CultureInfo.InvariantCulture, $"a PUE is facility energy ÷ IT energy and at least 1 (ISO/IEC 30134-2), not {pue}."),
    };
}
