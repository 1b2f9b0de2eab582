using System.Collections.Immutable;
using System.Diagnostics;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Bench;

/// <summary>Measures the time of a plan: short and long windows, hours and five minutes, one place and sixty.</summary>
static class PlanCost
{
    static readonly Zone _zone = ZoneCatalog.Find("FR").ValueOrThrow;
    static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Prints the median and the slowest of a hundred of each, and the sum of the emissions, so that none is left out.</summary>
    public static void Run(string[] args)
    {
        var hourly = Create(48, 60);
        Measure("48 h hourly, 24 h job, 2 pauses, resume 15 min of energy", 2000,
            Request(hourly, 48, 24) with { ResumeCost = Minutes(15) });
        Measure("48 h hourly, contiguous only", 2000, Request(hourly, 48, 24) with { MaxPauses = 0 });
        Measure("48 h hourly, unlimited pauses", 2000, Request(hourly, 48, 24) with { MaxPauses = null });
        Measure("48 h in quarters, 24 h job, 2 pauses, resume of 15 min", 500,
            Request(Create(192, 15), 48, 24) with { ResumeTime = Minutes(15) });
        Measure("the same, unlimited pauses, least segment 1 h", 500,
            Request(Create(192, 15), 48, 24) with { ResumeTime = Minutes(15), MaxPauses = null, MinSegment = Minutes(60) });
        Measure("96 h at 5 min, 24 h job, 2 pauses", 100, Request(Create(1152, 5), 96, 24));
        Measure("96 h at 5 min, resume of 10 min, held power", 100,
            Request(Create(1152, 5), 96, 24) with { ResumeTime = Minutes(10), PausedPower = Power.FromWatts(50) });
        Measure("48 h hourly at an odd second", 50, Request(hourly, 47, 24) with { Now = _start.AddSeconds(1234) });
        var places = Enumerable.Range(0, 60).Select(seed => new PlanPlace { Intensity = Create(8760, 60, seed) }).ToImmutableArray();
        Measure("a year of 60 places, 24 h job, 2 pauses", 10, Request(places[0].Intensity, 8760, 24) with { Places = places });
        Measure("the same, unlimited pauses", 10, Request(places[0].Intensity, 8760, 24) with { Places = places, MaxPauses = null });
        var movable = places[..5].Select(place => place with { TransferToMove = new Transfer(Energy.FromKilowattHours(0.2), Minutes(60)) });
        Measure("48 h hourly, moves among 5 places", 100, Request(hourly, 48, 24) with { Places = [.. movable] });
        Measure("48 h hourly, 2 pauses, intervals and regret", 20,
            Request(Create(48, 60, signal: IntensitySignal.Forecast), 48, 24) with { ForecastError = ForecastError.Default });
    }

    static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    static PlanRequest Request(IntensitySeries series, int hours, int job) => new()
    {
        Profile = PowerProfile.Constant(TimeSpan.FromHours(job), Power.FromWatts(1000)), Now = _start, FinishBy = _start.AddHours(hours),
        Places = [new PlanPlace { Intensity = series }], MaxPauses = 2,
    };

    static IntensitySeries Create(int count, int minutes, int seed = 1, IntensitySignal signal = IntensitySignal.Observed)
    {
        var random = new Random(seed);
        return new IntensitySeries(_zone, _start,
            [.. Enumerable.Range(0, count).Select(i => (CarbonIntensity?)CarbonIntensity.FromGramsPerKilowattHour(
                250 + (100 * Math.Sin(2 * Math.PI * i * minutes / 1440)) + (60 * random.NextDouble())))],
            new Source("BENCH", "Values of this benchmark"), step: Minutes(minutes), signal: signal);
    }

    static void Measure(string name, int repeats, PlanRequest request)
    {
        var times = new double[repeats];
        var grams = 0d;
        // Code is compiled again, with optimisation, some tenths of a second after it was first used.
        for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 1500;)
            grams += Time(request, out _);
        for (var i = 0; i < repeats; i++)
            grams += Time(request, out times[i]);

        Array.Sort(times);
        Console.WriteLine($"{name,-62} median {times[repeats / 2],10:0.0} µs, "
            + $"95 % within {times[repeats * 95 / 100],10:0.0} µs ({grams:0} g)");
    }

    static double Time(PlanRequest request, out double microseconds)
    {
        var clock = Stopwatch.GetTimestamp();
        var grams = Planner.Plan(request) is Plan { Contiguous: { } option } ? option.Total.Grams : 0;
        microseconds = Stopwatch.GetElapsedTime(clock).TotalMicroseconds;
        return grams;
    }
}
