using Tonne.Catalogs;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>
/// The common claims about the carbon of computing, each computed from its inputs and corrected. <c>docs/claims.md</c> is written from it.
/// </summary>
/// <remarks>Inputs are factors of <c>claims.csv</c> and of the other catalogs; every number in a sentence is computed from them.</remarks>
public static class ClaimCatalog
{
    const double HoursPerWeek = 168;

    static readonly FactorTable Table = new("claims.csv", typeof(ClaimCatalog).Assembly);

    static readonly Lazy<Claim[]> CachedClaims = new(() => [FiveCars(), ArchitectureSearch(), OneTraining(), PersonYear(), OtherPlace(), DataCenterEfficiency(), SixtyFlights(), Miles(), Nuclear()]);

    /// <summary>All claims.</summary>
    public static IReadOnlyList<Claim> All => CachedClaims.Value;

    /// <summary>Rows for <c>tonne catalog claims</c>: the corrected figure of each.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. All.Select(claim => new CatalogEntry("claim/" + claim.Id, claim.Statement, Bounds.FromExact(claim.Figure.Value), claim.Figure.Unit, null,
            claim.Inputs.Max(factor => factor.Quality), string.Join(';', claim.Sources), claim.Correction)).Where(entry => entry.Matches(search))];

    /// <summary>Returns the problems of the claims; empty if there are none.</summary>
    public static IReadOnlyList<string> Validate() => [.. CatalogEntry.Problems(Search())];

    static Claim FiveCars()
    {
        var claim = new ClaimBuilder(Table);
        var (car, search, run, once) = (claim.AddInputInPounds("car-life"), claim.AddInputInPounds("search-printed"), claim.AddInput("search-measured-kg"), claim.AddInputInPounds("base-printed"));
        var cars = Divide("cars", search, car);
        return claim.Build("five-cars",
            $"Training one model emits the lifetime emissions of five cars, {claim.FormatNumber(car, 2)} each.",
            $"The paper prints {claim.FormatNumber(claim.AddInput("search-printed").Value, digits: 6)} pounds, {claim.FormatNumber(search)}, and {claim.FormatNumber(claim.AddInput("car-life").Value, digits: 6)} pounds a car with its fuel, {claim.FormatNumber(car)}: "
                + $"{claim.FormatNumber(cars)} cars.",
            $"It was no training of one model but an estimate of an architecture search, thousands of trainings. The search as it was run emitted {claim.FormatNumber(run, 2)}: {claim.FormatNumber(Divide("of a car", run, car), 2)} of a car, "
                + $"{claim.FormatNumber(Divide("too high", search, run), 2)} times less. Training the model it searched around once emits {claim.FormatNumber(once, 2)} by the same paper: one car is {claim.FormatNumber(Divide("trainings", car, once), 2)} of those.",
            run);
    }

    static Claim ArchitectureSearch()
    {
        var claim = new ClaimBuilder(Table);
        var (hours, watts, pue) = (claim.AddInput("search-hours"), claim.AddInput("search-watts"), claim.AddInput("search-pue"));
        var intensity = new Derivation.Product("grid", "kg CO2e/kWh", [claim.AddInput("search-intensity")], 0.45359237);
        var energy = new Derivation.Product("energy", "kWh", [hours, watts, pue], 1 / 1000d);
        var emissions = new Derivation.Product("emissions", "kg CO2e", [energy, intensity]);
        var gpus = claim.AddInput("search-gpus");
        var gpuHours = new Derivation.Product("GPU-hours", "h", [hours, gpus]);
        var (saidGpus, weeks) = (claim.AddInput("said/gpus"), claim.AddInput("said/weeks"));
        var perGpuHour = Divide("of a GPU-hour", emissions, gpuHours, "kg CO2e/h");
        var (low, high) = (saidGpus.Value * 3 * HoursPerWeek, saidGpus.Value * 4 * HoursPerWeek);
        var (measured, run) = (claim.AddInput("search-measured"), claim.AddInput("search-measured-kg"));
        return claim.Build("architecture-search",
            $"An architecture search emits {claim.FormatNumber(claim.AddInput("said/search-low").Value / 1000)} or {claim.FormatNumber(Math.Round(emissions.Value / 1000))} t, on {claim.FormatNumber(saidGpus)} GPUs for three to four weeks.",
            $"{claim.FormatNumber(hours.Value, digits: 6)} h of a machine at {claim.FormatNumber(watts.Value, digits: 6)} W, PUE {claim.FormatNumber(pue)}, {claim.FormatNumber(intensity.Value * 1000, "g CO2e/kWh")}: {claim.FormatNumber(energy)} and {claim.FormatNumber(emissions)}.",
            $"These are {claim.FormatNumber(gpuHours.Value / 1e6)} million GPU-hours. {claim.FormatNumber(saidGpus)} GPUs for {claim.FormatNumber(weeks.Value - 0.5, digits: 1)} to {claim.FormatNumber(weeks.Value + 0.5, digits: 1)} weeks, another search, are {claim.FormatNumber(low / 1e6, digits: 2)} to "
                + $"{claim.FormatNumber(high / 1e6, digits: 2)} million: at the same power and grid {claim.FormatNumber(perGpuHour.Value * low, "kg CO2e", 2)} to {claim.FormatNumber(perGpuHour.Value * high, "kg CO2e", 2)}, and the {claim.FormatNumber(emissions)} would keep those GPUs busy for "
                + $"{claim.FormatNumber(gpuHours.Value / saidGpus.Value / HoursPerWeek, digits: 2)} weeks. The two were mixed. The search that the estimate stands for used {claim.FormatNumber(measured, 2)} on other chips and a smaller model: {claim.FormatNumber(run, 2)}.",
            run);
    }

    static Claim OneTraining()
    {
        var claim = new ClaimBuilder(Table);
        var v100 = AcceleratorCatalog.Find("V100 SXM2 16 GB").ValueOrThrow;
        var said = claim.AddInput("said/imagenet");
        var operations = new Derivation.Product("operations", "1",
            [new Derivation.Count("operations per multiplication, forwards and backwards", "1", 2 * 3), claim.AddInput("imagenet/multiply-adds"), claim.AddInput("imagenet/images"), claim.AddInput("imagenet/epochs")]);
        var peak = new Derivation.Count("peak of a V100", "1/s", AcceleratorDatasheet.Find(v100)!.Dense16BitTeraflops!.Value * 1e12);
        var gpuHours = new Derivation.Product("GPU-hours", "h", [Divide("seconds", operations, new Derivation.Product("done", "1/s", [peak, claim.AddInput("imagenet/utilisation")]), "s")], 1 / 3600d);
        var rest = new Derivation.Sum("the node around it", "1", [new Derivation.Count("GPU", "1", 1), claim.AddInput(OtherPower.FractionOverGpus())]);
        var energy = new Derivation.Product("energy", "kWh", [gpuHours, claim.AddInput(v100.TrainingPower), rest, claim.AddInput("pue-2019")], 1 / 1000d);
        var bounds = new UncertaintyPropagator().ComputeBounds(energy);
        var (clean, mean, dirty) = (GetSignal("FR"), GetSignal("WORLD"), GetSignal("ZA"));
        var atMean = new Derivation.Product("emissions at the world's mean grid", "kg CO2e", [energy, claim.AddInput(mean)], 1 / 1000d);
        return claim.Build("imagenet",
            $"A training on ImageNet emits at worst {claim.FormatNumber(said, 2)}.",
            $"ResNet-50: two operations for each multiplication, forwards and twice backwards, {claim.FormatNumber(operations.Value / 1e18, digits: 2)} × 10^18 in all. On a V100 at a quarter of its peak {claim.FormatNumber(gpuHours, 2)}, with its node and an average building "
                + $"{claim.FormatNumber(energy, 2)} ({claim.FormatNumber(bounds.Low, "1", 2)}–{claim.FormatNumber(bounds.High, "1", 2)}). {claim.FormatNumber(said, 2)} are that at {claim.FormatNumber(said.Value * 1000 / energy.Value, "g CO2e/kWh", 2)}.",
            $"So it is about right for a clean grid and no worst case: {claim.FormatNumber(energy.Value * claim.AddInput(clean).Value / 1000, "kg CO2e", 2)} in France, {claim.FormatNumber(atMean, 2)} at the world's mean, "
                + $"{claim.FormatNumber(energy.Value * claim.AddInput(dirty).Value / 1000, "kg CO2e", 2)} in South Africa, and each of these for every training: a search of a hundred settings emits a hundred times as much. "
                + $"The {claim.FormatNumber(claim.AddInput("said/images").Value / 1e6)} million images often named are the whole collection; the training set has {claim.FormatNumber(claim.AddInput("imagenet/images").Value / 1e6)} million.",
            atMean);
    }

    static Claim PersonYear()
    {
        var claim = new ClaimBuilder(Table);
        var (person, american, said, search) = (claim.AddInputInPounds("person"), claim.AddInputInPounds("american"), claim.AddInput("said/person"), claim.AddInputInPounds("search-printed"));
        return claim.Build("person",
            $"A person emits {claim.FormatNumber(said, 1)} a year, or {claim.FormatNumber(person, 1)}.",
            $"The paper prints {claim.FormatNumber(claim.AddInput("person").Value, digits: 5)} pounds for a person of the world, {claim.FormatNumber(person, 2)}, and {claim.FormatNumber(claim.AddInput("american").Value, digits: 5)} for an American, {claim.FormatNumber(american)}.",
            $"For {claim.FormatNumber(said, 1)} no source is named where it is said. Whose year and which gases must be said: between a person and an American lie {claim.FormatNumber(Divide("Americans", american, person), 2)} times. "
                + $"The architecture search as first estimated is {claim.FormatNumber(Divide("years", search, person), 2)} or {claim.FormatNumber(Divide("years", search, said), 2)} such years; as it was run, less than one.",
            person);
    }

    static Claim OtherPlace()
    {
        var claim = new ClaimBuilder(Table);
        var values = ZoneCatalog.All.Where(zone => zone.Kind == ZoneKind.Country).Select(AnnualIntensityCatalog.Find).OfType<GridIntensity>()
            .Select(signal => signal.Intensity.Bounds.Best).Where(grams => grams > 0).Order().ToArray();
        var pairs = (double)values.Length * (values.Length - 1) / 2;
        var tenfold = values.Select((low, i) => values.Skip(i + 1).Count(high => high >= 10 * low)).Sum();
        var (france, poland, sweden, world) = (claim.AddInput(GetSignal("FR")), claim.AddInput(GetSignal("PL")), claim.AddInput(GetSignal("SE")), claim.AddInput(GetSignal("WORLD")));
        var below = values.Count(grams => grams <= world.Value / 10);
        var ratio = Divide("times", poland, france);
        return claim.Build("place",
            $"Training somewhere else emits {claim.FormatNumber(claim.AddInput("said/place"))} times less.",
            $"From Poland, {claim.FormatNumber(poland)}, to France, {claim.FormatNumber(france)}, it is {claim.FormatNumber(ratio)} times; to Sweden, {claim.FormatNumber(sweden)}, {claim.FormatNumber(Divide("times", poland, sweden))}.",
            $"It holds for such pairs. Of all pairs of the {claim.FormatNumber(values.Length)} countries of our table {claim.FormatNumber(100 * tenfold / pairs, digits: 2)} % differ so much, and {claim.FormatNumber(below)} countries lie at a tenth of the world's mean, {claim.FormatNumber(world)}, or below. "
                + "Whoever trains in one of them already cannot save it again, hardware is made elsewhere whatever the place, and a mean of a year says nothing of the hour or of what one more user makes run.",
            ratio);
    }

    static Claim DataCenterEfficiency()
    {
        var claim = new ClaimBuilder(Table);
        var (then, good, now) = (claim.AddInput("pue-2019"), claim.AddInput("pue-good"), claim.AddInput(FacilityCatalog.GetPue(FacilityKind.UnknownServerRoom).Factor));
        var saved = new Derivation.Difference("saved", "1", new Derivation.Count("all", "1", 1), Divide("of it", good, then));
        return claim.Build("building",
            $"A better facility lowers the PUE from {claim.FormatNumber(then)} to {claim.FormatNumber(good)}.",
            $"{claim.FormatNumber(then)} was the mean of the industry's survey when it was first said; {claim.FormatNumber(good)} is {claim.FormatNumber(100 * saved.Value, digits: 2)} % less energy for the same work.",
            $"The survey's mean is now {claim.FormatNumber(now)}: {claim.FormatNumber(100 * (1 - (good.Value / now.Value)), digits: 2)} % less. It is a mean of sites that answer, small ones like large ones, not of what computes: large clouds are near {claim.FormatNumber(good)} already. "
                + "It multiplies only the electricity of the machines, once, and never their embodied emissions.",
            saved);
    }

    static Claim SixtyFlights()
    {
        var claim = new ClaimBuilder(Table);
        var (said, flights, seats) = (claim.AddInput("said/bloom"), claim.AddInput("said/flights"), claim.AddInput("aircraft-seats"));
        var seat = claim.AddInput(Equivalents.GetUnitFactor("equivalent/flight-new-york-london"));
        var intensity = claim.AddInput("bloom/intensity");
        var hours = claim.AddInput("bloom/gpu-hours");
        var dynamic = new Derivation.Product("electricity of the training", "kg CO2e", [hours, claim.AddInput("bloom/watts"), intensity], 1e-6);
        var idle = new Derivation.Product("electricity of idle machines", "kg CO2e", [claim.AddInput("bloom/idle"), intensity], 1e-3);
        var made = new Derivation.Quotient("hardware manufacturing", "kg CO2e",
            new Derivation.Product("hours times making", "kg CO2e·h",
                [hours, new Derivation.Sum("making for a GPU", "kg CO2e", [new Derivation.Product("an eighth of a server", "kg CO2e", [new Derivation.Count("an eighth", "1", 1 / 8d), claim.AddInput("bloom/server")]), claim.AddInput("bloom/gpu")])]),
            claim.AddInput("bloom/life"));
        var total = new Derivation.Sum("BLOOM", "kg CO2e", [dynamic, idle, made]);
        var count = Divide("seats", total, seat);
        var counts = new UncertaintyPropagator().ComputeBounds(count);
        return claim.Build("sixty-flights",
            $"Training BLOOM emitted {claim.FormatNumber(said, 2)}, equivalent to {claim.FormatNumber(flights)} flights from London to New York.",
            $"{claim.FormatNumber(dynamic)} of electricity in training, {claim.FormatNumber(idle)} of idle machines, {claim.FormatNumber(made)} of manufacturing them: {claim.FormatNumber(total)}. At {claim.FormatNumber(seat)} a seat {claim.FormatNumber(count, 2)} seats one way in economy class, radiative forcing included "
                + $"({claim.FormatNumber(counts.Low, digits: 2)}–{claim.FormatNumber(counts.High, digits: 2)}; the high end counts carbon dioxide alone, as the airline bodies do); the claim implies {claim.FormatNumber(Divide("a flight", said, flights))}.",
            $"A seat is meant, not an aircraft: {claim.FormatNumber(flights)} seats are {claim.FormatNumber(Divide("aircraft", flights, seats), 1)} of an aircraft of {claim.FormatNumber(seats)}. {claim.FormatNumber(100 * dynamic.Value / total.Value, digits: 2)} % of it, {claim.FormatNumber(dynamic)}, is what the training itself drew; "
                + "the rest is idle machines and their manufacturing, which other studies leave out: totals of models are not comparable without it.",
            count);
    }

    static Claim Miles()
    {
        var claim = new ClaimBuilder(Table);
        var (day, miles, mile) = (claim.AddInput("said/day"), claim.AddInput("said/miles"), claim.AddInput("mile"));
        var emissions = new Derivation.Product("emissions of the service", "kg CO2e", [claim.AddInput("service-energy"), claim.AddInput("service-intensity")], 1 / 1000d);
        var daily = Divide("a day", emissions, claim.AddInput("service-days"), "kg CO2e/d");
        var byLog = Divide("a day by the log", emissions, claim.AddInput("service-log-days"), "kg CO2e/d");
        var right = Divide("miles a day", daily, mile, "mile/d");
        var bounds = new UncertaintyPropagator().ComputeBounds(right);
        return claim.Build("miles",
            $"Serving BLOOM emits {claim.FormatNumber(day, 2)} a day, equivalent to {claim.FormatNumber(miles.Value)} miles driven.",
            $"{claim.FormatNumber(claim.AddInput("service-energy"), 5)} at {claim.FormatNumber(claim.AddInput("service-intensity"))} are {claim.FormatNumber(emissions, 4)}; over {claim.FormatNumber(claim.AddInput("service-days").Value)} days {claim.FormatNumber(daily.Value, "kg CO2e")} a day. The claim implies "
                + $"{claim.FormatNumber(day.Value / miles.Value * 1000)} g a mile, a new car.",
            $"The mean car of the United States emits {claim.FormatNumber(mile.Value * 1000)} g a mile: {claim.FormatNumber(right.Value, digits: 2)} miles ({claim.FormatNumber(bounds.Low, digits: 2)}–{claim.FormatNumber(bounds.High, digits: 2)}). The log spans {claim.FormatNumber(claim.AddInput("service-log-days").Value)} days: "
                + $"{claim.FormatNumber(byLog.Value, "kg CO2e")} a day. Electricity of the machines only, memory by a constant and not measured: cooling and embodied emissions are not included.",
            right);
    }

    static Claim Nuclear()
    {
        var claim = new ClaimBuilder(Table);
        var (nuclear, high, coal, gas) = (claim.AddInput("nuclear"), claim.AddInput("nuclear-high"), claim.AddInput("coal"), claim.AddInput("gas"));
        var low = nuclear is Derivation.FactorNode { Factor.Bounds.Low: var least } ? least : 0;
        var energy = new Derivation.Product("energy of BLOOM's training", "kWh", [claim.AddInput("bloom/gpu-hours"), claim.AddInput("bloom/watts")], 1 / 1000d);
        var emissions = new Derivation.Product("emissions", "kg CO2e", [energy, nuclear], 1 / 1000d);
        return claim.Build("nuclear",
            "Nuclear power produces no carbon.",
            "True of the stack: nothing burns, its direct emissions are none. A table of direct emissions prints zero for it, and for sun, wind and water.",
            $"Over its life, with mining, enrichment, building and waste, the median of the IPCC is {claim.FormatNumber(nuclear)}, a later study of the UN has {claim.FormatNumber(low, "1", 2)} to {claim.FormatNumber(high, 2)}: little, and not none; coal has {claim.FormatNumber(coal)}, gas {claim.FormatNumber(gas)}. "
                + $"The {claim.FormatNumber(energy)} of BLOOM's training would have emitted {claim.FormatNumber(emissions, 2)} on nuclear power alone. Basis must be said, and two bases are never set side by side.",
            nuclear);
    }

    static Derivation Divide(string label, Derivation numerator, Derivation denominator, string unit = "1") =>
        new Derivation.Quotient(label, unit == "1" && denominator.Unit == "1" ? numerator.Unit : unit, numerator, denominator);

    static Factor GetSignal(string zone) => (AnnualIntensityCatalog.Find(ZoneCatalog.Find(zone).ValueOrThrow) ?? AnnualIntensityCatalog.GetForUnknownPlace()).Intensity;
}
