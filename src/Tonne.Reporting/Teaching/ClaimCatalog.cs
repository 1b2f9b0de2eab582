using Tonne.Catalogs;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>What is often said of the carbon of computing, each claim computed from its inputs and put right. <c>docs/claims.md</c> is written from it.</summary>
/// <remarks>Inputs are factors of <c>claims.csv</c> and of the other catalogs; no sentence holds a number that was not computed from them.</remarks>
public static class ClaimCatalog
{
    const double HoursPerWeek = 168;

    static readonly FactorTable Table = new("claims.csv", typeof(ClaimCatalog).Assembly);

    static readonly Lazy<Claim[]> CachedClaims = new(() => [FiveCars(), ArchitectureSearch(), OneTraining(), PersonYear(), OtherPlace(), DataCenterEfficiency(), SixtyFlights(), Miles(), Nuclear()]);

    /// <summary>All claims.</summary>
    public static IReadOnlyList<Claim> All => CachedClaims.Value;

    /// <summary>Rows for <c>tonne catalog claims</c>: the figure that puts each right.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. All.Select(claim => new CatalogEntry("claim/" + claim.Id, claim.Statement, Bounds.FromExact(claim.Figure.Value), claim.Figure.Unit, null,
            claim.Inputs.Max(factor => factor.Quality), string.Join(';', claim.Sources), claim.Correction)).Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the claims; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() => [.. CatalogEntry.Problems(Search())];

    static Claim FiveCars()
    {
        var tell = new ClaimBuilder(Table);
        var (car, search, run, once) = (tell.AddInputInPounds("car-life"), tell.AddInputInPounds("search-printed"), tell.AddInput("search-measured-kg"), tell.AddInputInPounds("base-printed"));
        var cars = Divide("cars", search, car);
        return tell.Build("five-cars",
            $"Training one model emits as much as five cars in their lifetimes, {tell.FormatNumber(car, 2)} each.",
            $"The paper prints {tell.FormatNumber(tell.AddInput("search-printed").Value, digits: 6)} pounds, {tell.FormatNumber(search)}, and {tell.FormatNumber(tell.AddInput("car-life").Value, digits: 6)} pounds a car with its fuel, {tell.FormatNumber(car)}: "
                + $"{tell.FormatNumber(cars)} cars.",
            $"It was no training of one model but an estimate of an architecture search, thousands of trainings. The search as it was run emitted {tell.FormatNumber(run, 2)}: {tell.FormatNumber(Divide("of a car", run, car), 2)} of a car, "
                + $"{tell.FormatNumber(Divide("too high", search, run), 2)} times less. Training the model it searched around once emits {tell.FormatNumber(once, 2)} by the same paper: one car is {tell.FormatNumber(Divide("trainings", car, once), 2)} of those.",
            run);
    }

    static Claim ArchitectureSearch()
    {
        var tell = new ClaimBuilder(Table);
        var (hours, watts, pue) = (tell.AddInput("search-hours"), tell.AddInput("search-watts"), tell.AddInput("search-pue"));
        var intensity = new Derivation.Product("grid", "kg CO2e/kWh", [tell.AddInput("search-intensity")], 0.45359237);
        var energy = new Derivation.Product("energy", "kWh", [hours, watts, pue], 1 / 1000d);
        var emissions = new Derivation.Product("emissions", "kg CO2e", [energy, intensity]);
        var gpus = tell.AddInput("search-gpus");
        var gpuHours = new Derivation.Product("GPU-hours", "h", [hours, gpus]);
        var (saidGpus, weeks) = (tell.AddInput("said/gpus"), tell.AddInput("said/weeks"));
        var perGpuHour = Divide("of a GPU-hour", emissions, gpuHours, "kg CO2e/h");
        var (low, high) = (saidGpus.Value * 3 * HoursPerWeek, saidGpus.Value * 4 * HoursPerWeek);
        var (measured, run) = (tell.AddInput("search-measured"), tell.AddInput("search-measured-kg"));
        return tell.Build("architecture-search",
            $"An architecture search emits {tell.FormatNumber(tell.AddInput("said/search-low").Value / 1000)} or {tell.FormatNumber(Math.Round(emissions.Value / 1000))} t, on {tell.FormatNumber(saidGpus)} GPUs for three to four weeks.",
            $"{tell.FormatNumber(hours.Value, digits: 6)} h of a machine at {tell.FormatNumber(watts.Value, digits: 6)} W, PUE {tell.FormatNumber(pue)}, {tell.FormatNumber(intensity.Value * 1000, "g CO2e/kWh")}: {tell.FormatNumber(energy)} and {tell.FormatNumber(emissions)}.",
            $"These are {tell.FormatNumber(gpuHours.Value / 1e6)} million GPU-hours. {tell.FormatNumber(saidGpus)} GPUs for {tell.FormatNumber(weeks.Value - 0.5, digits: 1)} to {tell.FormatNumber(weeks.Value + 0.5, digits: 1)} weeks, another search, are {tell.FormatNumber(low / 1e6, digits: 2)} to "
                + $"{tell.FormatNumber(high / 1e6, digits: 2)} million: at the same power and grid {tell.FormatNumber(perGpuHour.Value * low, "kg CO2e", 2)} to {tell.FormatNumber(perGpuHour.Value * high, "kg CO2e", 2)}, and the {tell.FormatNumber(emissions)} would keep those GPUs busy for "
                + $"{tell.FormatNumber(gpuHours.Value / saidGpus.Value / HoursPerWeek, digits: 2)} weeks. The two were mixed. The search that the estimate stands for used {tell.FormatNumber(measured, 2)} on other chips and a smaller model: {tell.FormatNumber(run, 2)}.",
            run);
    }

    static Claim OneTraining()
    {
        var tell = new ClaimBuilder(Table);
        var v100 = AcceleratorCatalog.Find("V100 SXM2 16 GB").ValueOrThrow;
        var said = tell.AddInput("said/imagenet");
        var operations = new Derivation.Product("operations", "1",
            [new Derivation.Count("operations per multiplication, forwards and backwards", "1", 2 * 3), tell.AddInput("imagenet/multiply-adds"), tell.AddInput("imagenet/images"), tell.AddInput("imagenet/epochs")]);
        var peak = new Derivation.Count("peak of a V100", "1/s", AcceleratorDatasheet.Find(v100)!.Dense16BitTeraflops!.Value * 1e12);
        var gpuHours = new Derivation.Product("GPU-hours", "h", [Divide("seconds", operations, new Derivation.Product("done", "1/s", [peak, tell.AddInput("imagenet/utilisation")]), "s")], 1 / 3600d);
        var rest = new Derivation.Sum("the node around it", "1", [new Derivation.Count("GPU", "1", 1), tell.AddInput(OtherPower.FractionOverGpus())]);
        var energy = new Derivation.Product("energy", "kWh", [gpuHours, tell.AddInput(v100.TrainingPower), rest, tell.AddInput("pue-2019")], 1 / 1000d);
        var bounds = new UncertaintyPropagator().ComputeBounds(energy);
        var (clean, mean, dirty) = (GetSignal("FR"), GetSignal("WORLD"), GetSignal("ZA"));
        var atMean = new Derivation.Product("emissions at the world's mean grid", "kg CO2e", [energy, tell.AddInput(mean)], 1 / 1000d);
        return tell.Build("imagenet",
            $"A training on ImageNet emits at worst {tell.FormatNumber(said, 2)}.",
            $"ResNet-50: two operations for each multiplication, forwards and twice backwards, {tell.FormatNumber(operations.Value / 1e18, digits: 2)} × 10^18 in all. On a V100 at a quarter of its peak {tell.FormatNumber(gpuHours, 2)}, with its node and an average building "
                + $"{tell.FormatNumber(energy, 2)} ({tell.FormatNumber(bounds.Low, "1", 2)}–{tell.FormatNumber(bounds.High, "1", 2)}). {tell.FormatNumber(said, 2)} are that at {tell.FormatNumber(said.Value * 1000 / energy.Value, "g CO2e/kWh", 2)}.",
            $"So it is about right for a clean grid and no worst case: {tell.FormatNumber(energy.Value * tell.AddInput(clean).Value / 1000, "kg CO2e", 2)} in France, {tell.FormatNumber(atMean, 2)} at the world's mean, "
                + $"{tell.FormatNumber(energy.Value * tell.AddInput(dirty).Value / 1000, "kg CO2e", 2)} in South Africa, and each of these for every training: a search of a hundred settings emits a hundred times as much. "
                + $"The {tell.FormatNumber(tell.AddInput("said/images").Value / 1e6)} million images often named are the whole collection; the training set has {tell.FormatNumber(tell.AddInput("imagenet/images").Value / 1e6)} million.",
            atMean);
    }

    static Claim PersonYear()
    {
        var tell = new ClaimBuilder(Table);
        var (person, american, said, search) = (tell.AddInputInPounds("person"), tell.AddInputInPounds("american"), tell.AddInput("said/person"), tell.AddInputInPounds("search-printed"));
        return tell.Build("person",
            $"A person emits {tell.FormatNumber(said, 1)} a year, or {tell.FormatNumber(person, 1)}.",
            $"The paper prints {tell.FormatNumber(tell.AddInput("person").Value, digits: 5)} pounds for a person of the world, {tell.FormatNumber(person, 2)}, and {tell.FormatNumber(tell.AddInput("american").Value, digits: 5)} for an American, {tell.FormatNumber(american)}.",
            $"For {tell.FormatNumber(said, 1)} no source is named where it is said. Whose year and which gases must be said: between a person and an American lie {tell.FormatNumber(Divide("Americans", american, person), 2)} times. "
                + $"The architecture search as first estimated is {tell.FormatNumber(Divide("years", search, person), 2)} or {tell.FormatNumber(Divide("years", search, said), 2)} such years; as it was run, less than one.",
            person);
    }

    static Claim OtherPlace()
    {
        var tell = new ClaimBuilder(Table);
        var values = ZoneCatalog.All.Where(zone => zone.Kind == ZoneKind.Country).Select(AnnualIntensityCatalog.Find).OfType<GridIntensity>()
            .Select(signal => signal.Intensity.Bounds.Best).Where(grams => grams > 0).Order().ToArray();
        var pairs = (double)values.Length * (values.Length - 1) / 2;
        var tenfold = values.Select((low, i) => values.Skip(i + 1).Count(high => high >= 10 * low)).Sum();
        var (france, poland, sweden, world) = (tell.AddInput(GetSignal("FR")), tell.AddInput(GetSignal("PL")), tell.AddInput(GetSignal("SE")), tell.AddInput(GetSignal("WORLD")));
        var below = values.Count(grams => grams <= world.Value / 10);
        var ratio = Divide("times", poland, france);
        return tell.Build("place",
            $"Training somewhere else emits {tell.FormatNumber(tell.AddInput("said/place"))} times less.",
            $"From Poland, {tell.FormatNumber(poland)}, to France, {tell.FormatNumber(france)}, it is {tell.FormatNumber(ratio)} times; to Sweden, {tell.FormatNumber(sweden)}, {tell.FormatNumber(Divide("times", poland, sweden))}.",
            $"It holds for such pairs. Of all pairs of the {tell.FormatNumber(values.Length)} countries of our table {tell.FormatNumber(100 * tenfold / pairs, digits: 2)} % differ so much, and {tell.FormatNumber(below)} countries lie at a tenth of the world's mean, {tell.FormatNumber(world)}, or below. "
                + "Whoever trains in one of them already cannot save it again, hardware is made elsewhere whatever the place, and a mean of a year says nothing of the hour or of what one more user makes run.",
            ratio);
    }

    static Claim DataCenterEfficiency()
    {
        var tell = new ClaimBuilder(Table);
        var (then, good, now) = (tell.AddInput("pue-2019"), tell.AddInput("pue-good"), tell.AddInput(FacilityCatalog.GetPue(FacilityKind.UnknownServerRoom).Factor));
        var saved = new Derivation.Difference("saved", "1", new Derivation.Count("all", "1", 1), Divide("of it", good, then));
        return tell.Build("building",
            $"A better building takes the PUE from {tell.FormatNumber(then)} to {tell.FormatNumber(good)}.",
            $"{tell.FormatNumber(then)} was the mean of the industry's survey when it was first said; {tell.FormatNumber(good)} is {tell.FormatNumber(100 * saved.Value, digits: 2)} % less energy for the same work.",
            $"The survey's mean is now {tell.FormatNumber(now)}: {tell.FormatNumber(100 * (1 - (good.Value / now.Value)), digits: 2)} % less. It is a mean of sites that answer, small ones like large ones, not of what computes: large clouds are near {tell.FormatNumber(good)} already. "
                + "It multiplies only what the machines use at the plug, once, and never what making them emitted.",
            saved);
    }

    static Claim SixtyFlights()
    {
        var tell = new ClaimBuilder(Table);
        var (said, flights, seats) = (tell.AddInput("said/bloom"), tell.AddInput("said/flights"), tell.AddInput("aircraft-seats"));
        var seat = tell.AddInput(Equivalents.GetUnitFactor("equivalent/flight-new-york-london"));
        var intensity = tell.AddInput("bloom/intensity");
        var hours = tell.AddInput("bloom/gpu-hours");
        var dynamic = new Derivation.Product("electricity of the training", "kg CO2e", [hours, tell.AddInput("bloom/watts"), intensity], 1e-6);
        var idle = new Derivation.Product("electricity of idle machines", "kg CO2e", [tell.AddInput("bloom/idle"), intensity], 1e-3);
        var made = new Derivation.Quotient("making the hardware", "kg CO2e",
            new Derivation.Product("hours times making", "kg CO2e·h",
                [hours, new Derivation.Sum("making for a GPU", "kg CO2e", [new Derivation.Product("an eighth of a server", "kg CO2e", [new Derivation.Count("an eighth", "1", 1 / 8d), tell.AddInput("bloom/server")]), tell.AddInput("bloom/gpu")])]),
            tell.AddInput("bloom/life"));
        var total = new Derivation.Sum("BLOOM", "kg CO2e", [dynamic, idle, made]);
        var count = Divide("seats", total, seat);
        return tell.Build("sixty-flights",
            $"Training BLOOM emitted {tell.FormatNumber(said, 2)}, as much as {tell.FormatNumber(flights)} flights from London to New York.",
            $"{tell.FormatNumber(dynamic)} of electricity in training, {tell.FormatNumber(idle)} of idle machines, {tell.FormatNumber(made)} of making them: {tell.FormatNumber(total)}. At {tell.FormatNumber(seat)} a seat {tell.FormatNumber(count, 2)} seats one way; "
                + $"the claim implies {tell.FormatNumber(Divide("a flight", said, flights))}.",
            $"A seat is meant, not an aircraft: {tell.FormatNumber(flights)} seats are {tell.FormatNumber(Divide("aircraft", flights, seats), 1)} of an aircraft of {tell.FormatNumber(seats)}. {tell.FormatNumber(100 * dynamic.Value / total.Value, digits: 2)} % of it, {tell.FormatNumber(dynamic)}, is what the training itself drew; "
                + "the rest is idle machines and making them, which other studies leave out: totals of models are not comparable without it.",
            count);
    }

    static Claim Miles()
    {
        var tell = new ClaimBuilder(Table);
        var (day, miles, mile) = (tell.AddInput("said/day"), tell.AddInput("said/miles"), tell.AddInput("mile"));
        var emissions = new Derivation.Product("emissions of the service", "kg CO2e", [tell.AddInput("service-energy"), tell.AddInput("service-intensity")], 1 / 1000d);
        var daily = Divide("a day", emissions, tell.AddInput("service-days"), "kg CO2e/d");
        var byLog = Divide("a day by the log", emissions, tell.AddInput("service-log-days"), "kg CO2e/d");
        var right = Divide("miles a day", daily, mile, "mile/d");
        var bounds = new UncertaintyPropagator().ComputeBounds(right);
        return tell.Build("miles",
            $"Serving BLOOM emits {tell.FormatNumber(day, 2)} a day, as much as {tell.FormatNumber(miles.Value)} miles driven.",
            $"{tell.FormatNumber(tell.AddInput("service-energy"), 5)} at {tell.FormatNumber(tell.AddInput("service-intensity"))} are {tell.FormatNumber(emissions, 4)}; over {tell.FormatNumber(tell.AddInput("service-days").Value)} days {tell.FormatNumber(daily.Value, "kg CO2e")} a day. The claim implies "
                + $"{tell.FormatNumber(day.Value / miles.Value * 1000)} g a mile, a new car.",
            $"The mean car of the United States emits {tell.FormatNumber(mile.Value * 1000)} g a mile: {tell.FormatNumber(right.Value, digits: 2)} miles ({tell.FormatNumber(bounds.Low, digits: 2)}–{tell.FormatNumber(bounds.High, digits: 2)}). The log spans {tell.FormatNumber(tell.AddInput("service-log-days").Value)} days: "
                + $"{tell.FormatNumber(byLog.Value, "kg CO2e")} a day. Electricity of the machines only, memory by a constant and not measured: a building and the making are not inside.",
            right);
    }

    static Claim Nuclear()
    {
        var tell = new ClaimBuilder(Table);
        var (nuclear, high, coal, gas) = (tell.AddInput("nuclear"), tell.AddInput("nuclear-high"), tell.AddInput("coal"), tell.AddInput("gas"));
        var low = nuclear is Derivation.FactorNode { Factor.Bounds.Low: var least } ? least : 0;
        var energy = new Derivation.Product("energy of BLOOM's training", "kWh", [tell.AddInput("bloom/gpu-hours"), tell.AddInput("bloom/watts")], 1 / 1000d);
        var emissions = new Derivation.Product("emissions", "kg CO2e", [energy, nuclear], 1 / 1000d);
        return tell.Build("nuclear",
            "Nuclear power produces no carbon.",
            "True of the stack: nothing burns, its direct emissions are none. A table of direct emissions prints zero for it, and for sun, wind and water.",
            $"Over its life, with mining, enrichment, building and waste, the median of the IPCC is {tell.FormatNumber(nuclear)}, a later study of the UN has {tell.FormatNumber(low, "1", 2)} to {tell.FormatNumber(high, 2)}: little, and not none; coal has {tell.FormatNumber(coal)}, gas {tell.FormatNumber(gas)}. "
                + $"The {tell.FormatNumber(energy)} of BLOOM's training would have emitted {tell.FormatNumber(emissions, 2)} on nuclear power alone. Basis must be said, and two bases are never set side by side.",
            nuclear);
    }

    static Derivation Divide(string label, Derivation numerator, Derivation denominator, string unit = "1") =>
        new Derivation.Quotient(label, unit == "1" && denominator.Unit == "1" ? numerator.Unit : unit, numerator, denominator);

    static Factor GetSignal(string zone) => (AnnualIntensityCatalog.Find(ZoneCatalog.Find(zone).ValueOrThrow) ?? AnnualIntensityCatalog.GetForUnknownPlace()).Intensity;
}
