using System.Collections.Immutable;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Tests.Planning;

/// <summary>Every option equals what trying all ways finds, on small random instances of everything a request may contain.</summary>
public class PlannerOptimumTests
{
    static readonly TimeSpan _quarter = TimeSpan.FromMinutes(15);

    [Fact]
    public void Pauses_and_resume_energy() => Try(600, random => With(random) with { ResumeCost = Minutes(random, 0, 0, 10, 30) });

    [Fact]
    public void A_resume_that_takes_time() => Try(400, random => With(random) with
    {
        ResumeCost = Minutes(random, 0, 10), ResumeTime = Minutes(random, 15, 30),
    });

    [Fact]
    public void A_least_segment_and_power_held_while_paused() => Try(600, random => With(random) with
    {
        MinSegment = Minutes(random, 15, 30, 45), PausedPower = Power.FromWatts(random.Next(3) * 60), ResumeTime = Minutes(random, 0, 0,
            15),
    });

    [Fact]
    public void A_power_profile_with_renewables() => Try(600, random =>
    {
        var request = With(random);
        var profile = new PowerProfile([.. Enumerable.Range(0, random.Next(1, 6))
            .Select(_ => new PowerStage(_quarter, Power.FromWatts(random.Next(0, 4) * 100)))]);
        return request with
        {
            Profile = profile, MinSegment = Minutes(random, 0, 30), ResumeTime = Minutes(random, 0, 15), ResumeCost = Minutes(random, 0,
                10),
            PausedPower = Power.FromWatts(random.Next(2) * 50),
            Places = [request.Places[0] with { Renewables = random.Next(2) == 0 ? null : Renewables(random) }],
        };
    });

    [Fact]
    public void Several_places_with_transfers_and_hardware() => Try(500, random =>
    {
        var request = With(random, slots: 8);
        var places = Enumerable.Range(0, random.Next(2, 4)).Select(_ => new PlanPlace
        {
            Intensity = PlanningSeries.Create(Values(random, 8), _quarter),
            Pue = 1 + (random.Next(4) / 10d),
            TransferToStart = random.Next(2) == 0 ? null : new Transfer(Energy.FromWattHours(random.Next(40)), Minutes(random, 0, 15, 30)),
            TransferToMove = random.Next(2) == 0 ? null : new Transfer(Energy.FromWattHours(random.Next(40)), Minutes(random, 0, 15, 30)),
            Hardware = random.Next(3) == 0 ? new HardwareVariant("fast", random.Next(2) == 0 ? 2 : 1, 0.75) : null,
        }).ToImmutableArray();
        return request with
        {
            Places = places, PausedPower = Power.FromWatts(random.Next(2) * 50), MinSegment = Minutes(random, 0, 30),
            ResumeTime = Minutes(random, 0, 0, 15), ResumeCost = Minutes(random, 0, 10), MaxPauses = random.Next(4) == 0 ? null
                : random.Next(3),
        };
    });

    /// <summary>The embodied emissions of hardware count while it runs, and while it is held by a pause.</summary>
    [Fact]
    public void Embodied_emissions_while_hardware_is_held() => Try(300, random =>
    {
        var request = With(random);
        return request with
        {
            PausedPower = Power.FromWatts(20),
            Places = [request.Places[0] with { Hardware = new HardwareVariant("card", 1, 1, Emissions.FromGrams(random.Next(100))) }],
        };
    });

    /// <summary>
    /// 90 min at quarter past, in hours: the best start is now, at an edge, or where the end is at an edge. Tried against every minute.
    /// </summary>
    [Fact]
    public void The_best_contiguous_start_of_all_minutes()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var now = PlanningSeries.Midnight.AddMinutes(random.Next(60));
            var stages = Enumerable.Range(0, random.Next(1, 4))
                .Select(_ => new PowerStage(TimeSpan.FromMinutes(random.Next(1, 100)), Power.FromWatts(random.Next(1, 500))));
            var request = new PlanRequest
            {
                Profile = new PowerProfile([.. stages]), Now = now, FinishBy = now.AddMinutes(random.Next(310, 420)),
                Places = [new PlanPlace { Intensity = PlanningSeries.Create(Values(random, 9)) }],
            };
            var best = double.PositiveInfinity;
            for (var at = now; at + request.Profile.Duration <= request.FinishBy; at = at.AddMinutes(1))
            {
                var option = Planner.Evaluate(request, PlanOptionKind.Contiguous,
                    [new PlanSegment(at, at + request.Profile.Duration, request.Places[0])]);
                best = Math.Min(best, option?.Total.Grams ?? double.PositiveInfinity);
            }

            if (Planner.Plan(request) is Plan plan)
                Assert.Equal(best, plan.Contiguous!.Total.Grams, 1e-9 * (1 + best));
            else
                Assert.Equal(double.PositiveInfinity, best);
        }
    }

    static void Try(int count, Func<Random, PlanRequest> create)
    {
        var feasible = 0;
        for (var seed = 0; seed < count; seed++)
        {
            var request = create(new Random(seed));
            var best = BruteForce.FindBest(request, 15);
            var contiguous = BruteForce.FindBest(request with { MaxPauses = 0 }, 15);
            if (Planner.Plan(request) is not Plan plan)
            {
                Assert.True(double.IsInfinity(best), $"seed {seed}: no plan, but one of {best} g exists");
                continue;
            }

            feasible++;
            Check(plan.Contiguous, contiguous, request, seed);
            if (request.MaxPauses != 0)
                Check(plan.WithPauses, best, request, seed);
            Assert.True(plan.IsExact);
        }

        Assert.InRange(feasible, count / 3, count);
    }

    static void Check(PlanOption? option, double expected, PlanRequest request, int seed)
    {
        var total = option?.Total.Grams ?? double.PositiveInfinity;
        Assert.True(total == expected || Math.Abs(total - expected) <= 1e-9 * (1 + expected),
            $"seed {seed}: {total} g, but {expected} g exists");
        if (option is null)
            return;
        var factor = option.Segments[0].Place.Hardware?.DurationFactor ?? 1;
        var work = option.Segments.Aggregate(TimeSpan.Zero, (sum, segment) => sum
            + (segment.To - segment.From)) - (request.ResumeTime * option.Pauses);
        Assert.Equal(request.Profile.Duration * factor, work);
        Assert.True(option.Start >= request.Now && option.End <= request.FinishBy);
        Assert.True(option.Pauses <= (request.MaxPauses ?? int.MaxValue));
    }

    static PlanRequest With(Random random, int slots = 10)
    {
        var work = random.Next(1, slots - 2);
        return new PlanRequest
        {
            Profile = PowerProfile.Constant(work * _quarter, Power.FromWatts(random.Next(1, 400))),
            Now = PlanningSeries.Midnight, FinishBy = PlanningSeries.Midnight + (slots * _quarter),
            MaxPauses = random.Next(5) == 0 ? null : random.Next(4),
            Places = [new PlanPlace { Intensity = PlanningSeries.Create(Values(random, slots), _quarter), Pue = 1
                + (random.Next(3) / 10d) }],
        };
    }

    static IEnumerable<double?> Values(Random random, int count)
    {
        var withGaps = random.Next(3) == 0;
        return [.. Enumerable.Range(0, count).Select(_ => withGaps && random.Next(8) == 0 ? (double?)null : random.Next(10) * 50)];
    }

    static OnSiteRenewables Renewables(Random random) => new(
        PlanningSeries.Midnight, TimeSpan.FromMinutes(30), [.. Enumerable.Range(0, 4).Select(_ => Power.FromWatts(random.Next(4) * 100))],
        CarbonIntensity.FromGramsPerKilowattHour(random.Next(2) * 40));

    static TimeSpan Minutes(Random random, params int[] minutes) => TimeSpan.FromMinutes(minutes[random.Next(minutes.Length)]);
}
