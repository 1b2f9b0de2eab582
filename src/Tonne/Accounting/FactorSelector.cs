using Tonne.Catalogs;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Accounting;

/// <summary>Selects the accounting factors of a run from its place and its machine, and records how each was selected.</summary>
/// <remarks>
/// The first value known is used. "Wide" marks a value with wide bounds.
/// Intensity: given by the user, else that of the cloud region, else that of the grid zone, else that of a guessed zone (wide), else the
/// world's (wide).
/// PUE: given by the user, else published for the region or its provider, else 1 for a laptop or desktop, else assumed (wide).
/// Embodied emissions of a server: published for the product, else modelled from its parts if these are known, else those of an unknown
/// server (wide). Laptops and desktops have none. A virtual machine with accelerators
/// is assigned its share of the host's accelerators; any other virtual machine its share of the host's threads.
/// </remarks>
public static class FactorSelector
{
    /// <summary>Selects the factors for a run at a place on a machine.</summary>
    /// <exception cref="UnknownNameException">A zone or region that no catalog knows; the message lists the nearest names.</exception>
    public static AccountingFactors SelectFactors(Place place, Machine machine) =>
        SelectFactors(place, GetFacilityKind(place, machine), SelectEmbodied(machine), machine.Kind);

    /// <summary>Selects the factors of a run: those of its place and machine, with the intensity of each of its quarter hours where it is known.</summary>
    /// <remarks>The hours replace the annual mean of a zone or region that was given or reported; not an intensity that the user gave, and not a guessed zone, whose bounds
    /// are those of a wrong guess. See docs/methods/grid-intensity.md.</remarks>
    /// <param name="record">The run.</param>
    /// <param name="history">What is known by the hour. Null: nothing; the annual mean holds.</param>
    /// <exception cref="UnknownNameException">A zone or region that no catalog knows; the message lists the nearest names.</exception>
    public static AccountingFactors SelectFactors(RunRecord record, IIntensityHistory? history)
    {
        ArgumentNullException.ThrowIfNull(record);
        var place = record.Opening.Place;
        var factors = SelectFactors(place, record.Opening.Machine);
        if (history is null || place.IntensityGramsPerKwh is not null || place.Guessed || record.QuarterHours.IsDefaultOrEmpty)
            return factors;
        var warnings = factors.Warnings.ToList();
        foreach (var zone in ListZones(place))
        {
            var grid = HourlyIntensity.Find(record.QuarterHours, zone, factors.Grid, history, warnings);
            if (grid.Spans is not null)
                return factors with { Grid = grid };
        }

        return factors with { Warnings = warnings };
    }

    /// <summary>The zones of a place, smallest first.</summary>
    static IEnumerable<Zone> ListZones(Place place)
    {
        if (place.Region is { } name)
        {
            var region = RegionCatalog.Find(name).ValueOrThrow;
            return [.. region.Zones, region.Country];
        }

        return place.Zone is { } code ? [ZoneCatalog.FindPlace(code).ValueOrThrow.Zone] : [];
    }

    /// <summary>
    /// Selects the factors for work whose machine was not inspected: an estimate or a life-cycle phase. Embodied emissions are given
    /// separately.
    /// </summary>
    /// <param name="place">Place of the work.</param>
    /// <param name="kind">Kind of facility, used if neither PUE nor region is given. Default: that of <see cref="GetFacilityKind(Place)"/>, the
    /// same for every estimate and life cycle.</param>
    /// <exception cref="UnknownNameException">A zone or region that no catalog knows; the message lists the nearest names.</exception>
    public static AccountingFactors SelectFactors(Place place, FacilityKind? kind = null) =>
        SelectFactors(place, kind ?? GetFacilityKind(place), [], null);

    /// <summary>The kind of facility of a place whose machine was not inspected: a cloud if a region is named, else an unknown one.</summary>
    public static FacilityKind GetFacilityKind(Place place) =>
        place.Region is not null ? FacilityKind.UnknownCloud : FacilityKind.UnknownServerRoom;

    static AccountingFactors SelectFactors(Place place, FacilityKind kind, List<EmbodiedShare> embodied, HostKind? inspectedKind)
    {
        var region = place.Region is { } name ? RegionCatalog.Find(name).ValueOrThrow : null;
        var intensity = SelectIntensity(place, region);
        var pue = SelectPue(place, region, kind);
        var warnings = new List<Warning>();
        if (place.Guessed && place.IntensityGramsPerKwh is null && region is null)
            warnings.Add(new Warning("place-guessed", $"{intensity.Explanation}.", "Set 'zone: XX' in tonne.yaml, or --zone XX."));
        if (embodied.Count == 0 && inspectedKind is { } machineKind)
            warnings.Add(new Warning("embodied-unknown",
                $"No cited manufacturing footprint fits a {EnumWords.Format(machineKind)}; embodied emissions are left out, not zero."));
        var waterOnSite = (region is null ? null : FacilityCatalog.GetWue(region)) ?? FacilityCatalog.GetWue(kind);
        var zone = intensity.Zone ?? ZoneCatalog.Find("WORLD").ValueOrThrow;
        return new AccountingFactors(
            GridFactor.FromGridIntensity(intensity), pue.Factor, pue.Explanation,
            embodied, EmbodiedCatalog.Lifetime, EmbodiedCatalog.Utilisation,
            waterOnSite.Factor, FacilityCatalog.GetGridWaterIntensity(zone).Factor, FactorSet.ShortHash, warnings);
    }

    static GridIntensity SelectIntensity(Place place, CloudRegion? region)
    {
        if (place.IntensityGramsPerKwh is { } grams)
            return GridIntensity.FromUserValue(CarbonIntensity.FromGramsPerKilowattHour(grams));
        if (region is not null)
            return region.GridIntensity;
        if (place.Zone is not { } code)
            return AnnualIntensityCatalog.GetForUnknownPlace();
        var named = ZoneCatalog.FindPlace(code).ValueOrThrow;
        var zone = named.Zone;
        var found = place.Guessed
            ? AnnualIntensityCatalog.FindForGuessedZone(zone, place.Detail ?? EnumWords.Format(place.How))
            : AnnualIntensityCatalog.Find(zone);
        if (found is not null && named.Note is { } note)
        {
            var factor = found.Intensity;
            found = found with
            {
                Explanation = $"{found.Explanation}; {note}",
                Intensity = factor with { Note = factor.Note is { } own ? $"{own}; {note}" : note },
            };
        }
        return found ?? AnnualIntensityCatalog.GetForUnknownPlace();
    }

    static SelectedFacilityFactor SelectPue(Place place, CloudRegion? region, FacilityKind kind) =>
        place.Pue is { } pue ? FacilityCatalog.CreateGivenPue(pue)
        : region is not null ? FacilityCatalog.GetPue(region)
        : FacilityCatalog.GetPue(kind);

    static FacilityKind GetFacilityKind(Place place, Machine machine) => machine.Kind switch
    {
        HostKind.Laptop or HostKind.Desktop or HostKind.Board => FacilityKind.PersonalComputer,
        _ when machine.CloudRegion is not null => FacilityKind.UnknownCloud,
        _ => GetFacilityKind(place),
    };

    static List<EmbodiedShare> SelectEmbodied(Machine machine)
    {
        var shares = new List<EmbodiedShare>();
        var gpus = (machine.Gpus ?? []).Select(name => AcceleratorCatalog.Recognise(name)).ToList();
        var sharesHost = machine.Virtual && machine.HostThreads is not null;
        var kind = machine.Kind switch
        {
            HostKind.Laptop => MachineKind.Laptop,
            HostKind.Desktop => MachineKind.Desktop,
            HostKind.Board => MachineKind.Board,
            _ => gpus.Count >= (sharesHost ? 1 : 4) ? MachineKind.GpuServer : MachineKind.Server,
        };
        if (EmbodiedCatalog.FindMachineEmissions(kind, machine) is { } host)
        {
            shares.Add(sharesHost && gpus.Count > 0
                ? new EmbodiedShare(host, gpus.Count, EmbodiedCatalog.EstimateAcceleratorsPerHost(gpus.Count, gpus[0]))
                : new EmbodiedShare(host, machine.Threads, machine.HostThreads));
        }

        foreach (var (index, gpu) in gpus.Index())
            shares.Add(new EmbodiedShare(
                EmbodiedCatalog.GetAcceleratorEmissions(gpu), Device: index.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return shares;
    }
}
