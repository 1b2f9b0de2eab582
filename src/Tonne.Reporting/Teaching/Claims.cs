using Tonne.Catalogs;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>What is often said of the carbon of computing, each claim computed from its inputs and put right. <c>docs/claims.md</c> is written from it.</summary>
/// <remarks>Inputs are factors of <c>claims.csv</c> and of the other catalogs; no sentence holds a number that was not computed from them.</remarks>
public static class Claims
{
    const double HoursPerWeek = 168;

    static readonly FactorTable Table = new("claims.csv", typeof(Claims).Assembly);

    static readonly Lazy<Claim[]> Told = new(() => [FiveCars(), ArchitectureSearch(), OneTraining(), PersonYear(), OtherPlace(), BetterBuilding(), SixtyFlights(), Miles(), Nuclear()]);

    /// <summary>All claims.</summary>
    public static IReadOnlyList<Claim> All => Told.Value;

    /// <summary>Rows for <c>tonne catalog claims</c>: the figure that puts each right.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. All.Select(claim => new CatalogEntry("claim/" + claim.Id, claim.Said, Bounds.Exactly(claim.Figure.Value), claim.Figure.Unit, null,
            claim.Inputs.Max(factor => factor.Quality), string.Join(';', claim.Sources), claim.Right)).Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the claims; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() => [.. CatalogEntry.Problems(Search())];

    static Claim FiveCars()
    {
        var tell = new ClaimTelling(Table);
        var (car, search, run, once) = (tell.FromPounds("car-life"), tell.FromPounds("search-printed"), tell.Input("search-measured-kg"), tell.FromPounds("base-printed"));
        var cars = Over("cars", search, car);
        return tell.Tell("five-cars",
            $"Training one model emits as much as five cars in their lifetimes, {tell.Told(car, 2)} each.",
            $"The paper prints {tell.Told(tell.Input("search-printed").Value, digits: 6)} pounds, {tell.Told(search)}, and {tell.Told(tell.Input("car-life").Value, digits: 6)} pounds a car with its fuel, {tell.Told(car)}: "
                + $"{tell.Told(cars)} cars.",
            $"It was no training of one model but an estimate of an architecture search, thousands of trainings. The search as it was run emitted {tell.Told(run, 2)}: {tell.Told(Over("of a car", run, car), 2)} of a car, "
                + $"{tell.Told(Over("too high", search, run), 2)} times less. Training the model it searched around once emits {tell.Told(once, 2)} by the same paper: one car is {tell.Told(Over("trainings", car, once), 2)} of those.",
            run);
    }

    static Claim ArchitectureSearch()
    {
        var tell = new ClaimTelling(Table);
        var (hours, watts, pue) = (tell.Input("search-hours"), tell.Input("search-watts"), tell.Input("search-pue"));
        var intensity = new Derivation.Product("grid", "kg CO2e/kWh", [tell.Input("search-intensity")], 0.45359237);
        var energy = new Derivation.Product("energy", "kWh", [hours, watts, pue], 1 / 1000d);
        var emissions = new Derivation.Product("emissions", "kg CO2e", [energy, intensity]);
        var gpus = tell.Input("search-gpus");
        var gpuHours = new Derivation.Product("GPU-hours", "h", [hours, gpus]);
        var (saidGpus, weeks) = (tell.Input("said/gpus"), tell.Input("said/weeks"));
        var perGpuHour = Over("of a GPU-hour", emissions, gpuHours);
        var (low, high) = (saidGpus.Value * 3 * HoursPerWeek, saidGpus.Value * 4 * HoursPerWeek);
        var (measured, run) = (tell.Input("search-measured"), tell.Input("search-measured-kg"));
        return tell.Tell("architecture-search",
            $"An architecture search emits {tell.Told(tell.Input("said/search-low").Value / 1000)} or {tell.Told(Math.Round(emissions.Value / 1000))} t, on {tell.Told(saidGpus)} GPUs for three to four weeks.",
            $"{tell.Told(hours.Value, digits: 6)} h of a machine at {tell.Told(watts.Value, digits: 6)} W, PUE {tell.Told(pue)}, {tell.Told(intensity.Value * 1000, "g CO2e/kWh")}: {tell.Told(energy)} and {tell.Told(emissions)}.",
            $"These are {tell.Told(gpuHours.Value / 1e6)} million GPU-hours. {tell.Told(saidGpus)} GPUs for {tell.Told(weeks.Value - 0.5, digits: 1)} to {tell.Told(weeks.Value + 0.5, digits: 1)} weeks, another search, are {tell.Told(low / 1e6, digits: 2)} to "
                + $"{tell.Told(high / 1e6, digits: 2)} million: at the same power and grid {tell.Told(perGpuHour.Value * low, "kg CO2e", 2)} to {tell.Told(perGpuHour.Value * high, "kg CO2e", 2)}, and the {tell.Told(emissions)} would keep those GPUs busy for "
                + $"{tell.Told(gpuHours.Value / saidGpus.Value / HoursPerWeek, digits: 2)} weeks. The two were mixed. The search that the estimate stands for used {tell.Told(measured, 2)} on other chips and a smaller model: {tell.Told(run, 2)}.",
            run);
    }

    static Claim OneTraining()
    {
        var tell = new ClaimTelling(Table);
        var v100 = AcceleratorCatalog.Find("V100 SXM2 16 GB").Required;
        var said = tell.Input("said/imagenet");
        var operations = new Derivation.Product("operations", "1", [tell.Input("imagenet/multiply-adds"), tell.Input("imagenet/images"), tell.Input("imagenet/epochs")], 2 * 3);
        var peak = new Derivation.Counted("peak of a V100", "1/s", AcceleratorPeaks.Of(v100)!.Dense16BitTeraflops!.Value * 1e12);
        var gpuHours = new Derivation.Product("GPU-hours", "h", [Over("seconds", operations, new Derivation.Product("done", "1/s", [peak, tell.Input("imagenet/utilisation")]))], 1 / 3600d);
        var rest = new Derivation.Sum("the node around it", "1", [new Derivation.Counted("GPU", "1", 1), tell.Input(OtherPower.FractionOverGpus())]);
        var energy = new Derivation.Product("energy", "kWh", [gpuHours, tell.Input(v100.Training), rest, tell.Input("pue-2019")], 1 / 1000d);
        var bounds = new Uncertainty().Of(energy);
        var (clean, mean, dirty) = (Signal("FR"), Signal("WORLD"), Signal("ZA"));
        var atMean = new Derivation.Product("emissions at the world's mean grid", "kg CO2e", [energy, tell.Input(mean)], 1 / 1000d);
        return tell.Tell("imagenet",
            $"A training on ImageNet emits at worst {tell.Told(said, 2)}.",
            $"ResNet-50: two operations for each multiplication, forwards and twice backwards, {tell.Told(operations.Value / 1e18, digits: 2)} × 10^18 in all. On a V100 at a quarter of its peak {tell.Told(gpuHours, 2)}, with its node and an average building "
                + $"{tell.Told(energy, 2)} ({tell.Told(bounds.Low, "1", 2)}–{tell.Told(bounds.High, "1", 2)}). {tell.Told(said, 2)} are that at {tell.Told(said.Value * 1000 / energy.Value, "g CO2e/kWh", 2)}.",
            $"So it is about right for a clean grid and no worst case: {tell.Told(energy.Value * tell.Input(clean).Value / 1000, "kg CO2e", 2)} in France, {tell.Told(atMean, 2)} at the world's mean, "
                + $"{tell.Told(energy.Value * tell.Input(dirty).Value / 1000, "kg CO2e", 2)} in South Africa, and each of these for every training: a search of a hundred settings emits a hundred times as much. "
                + $"The {tell.Told(tell.Input("said/images").Value / 1e6)} million images often named are the whole collection; the training set has {tell.Told(tell.Input("imagenet/images").Value / 1e6)} million.",
            atMean);
    }

    static Claim PersonYear()
    {
        var tell = new ClaimTelling(Table);
        var (person, american, said, search) = (tell.FromPounds("person"), tell.FromPounds("american"), tell.Input("said/person"), tell.FromPounds("search-printed"));
        return tell.Tell("person",
            $"A person emits {tell.Told(said, 1)} a year, or {tell.Told(person, 1)}.",
            $"The paper prints {tell.Told(tell.Input("person").Value, digits: 5)} pounds for a person of the world, {tell.Told(person, 2)}, and {tell.Told(tell.Input("american").Value, digits: 5)} for an American, {tell.Told(american)}.",
            $"For {tell.Told(said, 1)} no source is named where it is said. Whose year and which gases must be said: between a person and an American lie {tell.Told(Over("Americans", american, person), 2)} times. "
                + $"The architecture search as first estimated is {tell.Told(Over("years", search, person), 2)} or {tell.Told(Over("years", search, said), 2)} such years; as it was run, less than one.",
            person);
    }

    static Claim OtherPlace()
    {
        var tell = new ClaimTelling(Table);
        var values = ZoneCatalog.All.Where(zone => zone.Kind == ZoneKind.Country).Select(AnnualIntensities.Of).OfType<CarbonSignal>()
            .Select(signal => signal.Intensity.Bounds.Best).Where(grams => grams > 0).Order().ToArray();
        var pairs = (double)values.Length * (values.Length - 1) / 2;
        var tenfold = values.Select((low, i) => values.Skip(i + 1).Count(high => high >= 10 * low)).Sum();
        var (france, poland, sweden, world) = (tell.Input(Signal("FR")), tell.Input(Signal("PL")), tell.Input(Signal("SE")), tell.Input(Signal("WORLD")));
        var below = values.Count(grams => grams <= world.Value / 10);
        var ratio = Over("times", poland, france);
        return tell.Tell("place",
            $"Training somewhere else emits {tell.Told(tell.Input("said/place"))} times less.",
            $"From Poland, {tell.Told(poland)}, to France, {tell.Told(france)}, it is {tell.Told(ratio)} times; to Sweden, {tell.Told(sweden)}, {tell.Told(Over("times", poland, sweden))}.",
            $"It holds for such pairs. Of all pairs of the {tell.Told(values.Length)} countries of our table {tell.Told(100 * tenfold / pairs, digits: 2)} % differ so much, and {tell.Told(below)} countries lie at a tenth of the world's mean, {tell.Told(world)}, or below. "
                + "Whoever trains in one of them already cannot save it again, hardware is made elsewhere whatever the place, and a mean of a year says nothing of the hour or of what one more user makes run.",
            ratio);
    }

    static Claim BetterBuilding()
    {
        var tell = new ClaimTelling(Table);
        var (then, good, now) = (tell.Input("pue-2019"), tell.Input("pue-good"), tell.Input(FacilityCatalog.Pue(FacilityKind.UnknownRoom).Factor));
        var saved = new Derivation.Difference("saved", "1", new Derivation.Counted("all", "1", 1), Over("of it", good, then));
        return tell.Tell("building",
            $"A better building takes the PUE from {tell.Told(then)} to {tell.Told(good)}.",
            $"{tell.Told(then)} was the mean of the industry's survey when it was first said; {tell.Told(good)} is {tell.Told(100 * saved.Value, digits: 2)} % less energy for the same work.",
            $"The survey's mean is now {tell.Told(now)}: {tell.Told(100 * (1 - (good.Value / now.Value)), digits: 2)} % less. It is a mean of sites that answer, small ones like large ones, not of what computes: large clouds are near {tell.Told(good)} already. "
                + "It multiplies only what the machines use at the plug, once, and never what making them emitted.",
            saved);
    }

    static Claim SixtyFlights()
    {
        var tell = new ClaimTelling(Table);
        var (said, flights, seats) = (tell.Input("said/bloom"), tell.Input("said/flights"), tell.Input("aircraft-seats"));
        var seat = tell.Input(Equivalents.One("equivalent/flight-new-york-london"));
        var intensity = tell.Input("bloom/intensity");
        var hours = tell.Input("bloom/gpu-hours");
        var dynamic = new Derivation.Product("electricity of the training", "kg CO2e", [hours, tell.Input("bloom/watts"), intensity], 1e-6);
        var idle = new Derivation.Product("electricity of idle machines", "kg CO2e", [tell.Input("bloom/idle"), intensity], 1e-3);
        var made = new Derivation.Quotient("making the hardware", "kg CO2e",
            new Derivation.Product("hours times making", "kg CO2e·h",
                [hours, new Derivation.Sum("making for a GPU", "kg CO2e", [new Derivation.Product("an eighth of a server", "kg CO2e", [tell.Input("bloom/server")], 1 / 8d), tell.Input("bloom/gpu")])]),
            tell.Input("bloom/life"));
        var total = new Derivation.Sum("BLOOM", "kg CO2e", [dynamic, idle, made]);
        var count = Over("seats", total, seat);
        return tell.Tell("sixty-flights",
            $"Training BLOOM emitted {tell.Told(said, 2)}, as much as {tell.Told(flights)} flights from London to New York.",
            $"{tell.Told(dynamic)} of electricity in training, {tell.Told(idle)} of idle machines, {tell.Told(made)} of making them: {tell.Told(total)}. At {tell.Told(seat)} a seat {tell.Told(count, 2)} seats one way; "
                + $"the claim implies {tell.Told(Over("a flight", said, flights))}.",
            $"A seat is meant, not an aircraft: {tell.Told(flights)} seats are {tell.Told(Over("aircraft", flights, seats), 1)} of an aircraft of {tell.Told(seats)}. {tell.Told(100 * dynamic.Value / total.Value, digits: 2)} % of it, {tell.Told(dynamic)}, is what the training itself drew; "
                + "the rest is idle machines and making them, which other studies leave out: totals of models are not comparable without it.",
            count);
    }

    static Claim Miles()
    {
        var tell = new ClaimTelling(Table);
        var (day, miles, mile) = (tell.Input("said/day"), tell.Input("said/miles"), tell.Input("mile"));
        var emissions = new Derivation.Product("emissions of the service", "kg CO2e", [tell.Input("service-energy"), tell.Input("service-intensity")], 1 / 1000d);
        var daily = Over("a day", emissions, tell.Input("service-days"), "kg CO2e");
        var byLog = Over("a day by the log", emissions, tell.Input("service-log-days"), "kg CO2e");
        var right = Over("miles", daily, mile, "mile");
        var bounds = new Uncertainty().Of(right);
        return tell.Tell("miles",
            $"Serving BLOOM emits {tell.Told(day, 2)} a day, as much as {tell.Told(miles.Value)} miles driven.",
            $"{tell.Told(tell.Input("service-energy"), 5)} at {tell.Told(tell.Input("service-intensity"))} are {tell.Told(emissions, 4)}; over {tell.Told(tell.Input("service-days").Value)} days {tell.Told(daily)} a day. The claim implies "
                + $"{tell.Told(day.Value / miles.Value * 1000)} g a mile, a new car.",
            $"The mean car of the United States emits {tell.Told(mile.Value * 1000)} g a mile: {tell.Told(right.Value, digits: 2)} miles ({tell.Told(bounds.Low, digits: 2)}–{tell.Told(bounds.High, digits: 2)}). The log spans {tell.Told(tell.Input("service-log-days").Value)} days: "
                + $"{tell.Told(byLog)} a day. Electricity of the machines only, memory by a constant and not measured: a building and the making are not inside.",
            right);
    }

    static Claim Nuclear()
    {
        var tell = new ClaimTelling(Table);
        var (nuclear, high, coal, gas) = (tell.Input("nuclear"), tell.Input("nuclear-high"), tell.Input("coal"), tell.Input("gas"));
        var low = nuclear is Derivation.Given { Factor.Bounds.Low: var least } ? least : 0;
        var energy = new Derivation.Product("energy of BLOOM's training", "kWh", [tell.Input("bloom/gpu-hours"), tell.Input("bloom/watts")], 1 / 1000d);
        var emissions = new Derivation.Product("emissions", "kg CO2e", [energy, nuclear], 1 / 1000d);
        return tell.Tell("nuclear",
            "Nuclear power produces no carbon.",
            "True of the stack: nothing burns, its direct emissions are none. A table of direct emissions prints zero for it, and for sun, wind and water.",
            $"Over its life, with mining, enrichment, building and waste, the median of the IPCC is {tell.Told(nuclear)}, a later study of the UN has {tell.Told(low, "1", 2)} to {tell.Told(high, 2)}: little, and not none; coal has {tell.Told(coal)}, gas {tell.Told(gas)}. "
                + $"The {tell.Told(energy)} of BLOOM's training would have emitted {tell.Told(emissions, 2)} on nuclear power alone. Basis must be said, and two bases are never set side by side.",
            nuclear);
    }

    static Derivation Over(string label, Derivation numerator, Derivation denominator, string unit = "1") =>
        new Derivation.Quotient(label, unit == "1" && denominator.Unit == "1" ? numerator.Unit : unit, numerator, denominator);

    static Factor Signal(string zone) => (AnnualIntensities.Of(ZoneCatalog.Find(zone).Required) ?? AnnualIntensities.UnknownPlace()).Intensity;
}
