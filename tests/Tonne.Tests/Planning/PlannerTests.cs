using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Tests.Planning;

public class PlannerTests
{
    static DateTimeOffset Midnight => PlanningSeries.Midnight;

    /// <summary>1 kW for 2 h, PUE 1.5, over 400, 100, 300, 50 g/kWh; computed by hand.</summary>
    [Fact]
    public void Three_options_by_hand()
    {
        var request = Request(2, 4, 400, 100, 300, 50) with { MaxPauses = 1, ResumeCost = TimeSpan.FromMinutes(15) };
        request = request with { Places = [request.Places[0] with { Pue = 1.5 }] };

        var plan = Solve(request);

        // Now 1.5 · (400 + 100); contiguous 1.5 · (300 + 50); with a pause 1.5 · (100 + 50 + a quarter of an hour at 50).
        Assert.Equal(750, plan.Immediate!.Total.Grams, 1e-9);
        Assert.Equal(525, plan.Contiguous!.Total.Grams, 1e-9);
        Assert.Equal(243.75, plan.WithPauses!.Total.Grams, 1e-9);
        Assert.Equal(1 - (243.75 / 750), plan.WithPauses.Saving!.Value, 1e-12);
        Assert.Equal(3.375, plan.WithPauses.Energy.KilowattHours, 1e-9);
        Assert.Equal([Midnight.AddHours(1), Midnight.AddHours(3)], plan.WithPauses.Segments.Select(segment => segment.From));
        Assert.Equal(Midnight.AddHours(4), plan.WithPauses.End);
        Assert.Equal([PlanOptionKind.Immediate, PlanOptionKind.Contiguous, PlanOptionKind.Pauses], plan.Options.Select(option =>
            option.Kind));
        Assert.Equal("saves 68 %", Assert.IsType<PlanRecommendation.Wait>(plan.Recommendation).Reason);
    }

    [Fact]
    public void More_freedom_never_costs_more()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var request = Request(random.Next(2, 7), 14, [.. Enumerable.Range(0, 14).Select(_ => (double?)random.Next(1, 500))])
                with { ResumeCost = TimeSpan.FromMinutes(random.Next(3) * 10) };
            var last = double.PositiveInfinity;
            foreach (var pauses in new int?[] { 0, 1, 2, 3, null })
            {
                var total = Best(request with { MaxPauses = pauses });
                Assert.True(total <= last * (1 + 1e-12));
                last = total;
            }

            Assert.True(last <= Best(request with { MaxPauses = null, FinishBy = request.FinishBy.AddHours(-3) }) * (1 + 1e-12));
            Assert.True(last <= Best(request with { MaxPauses = null, MinSegment = TimeSpan.FromHours(2) }) * (1 + 1e-12));
            Assert.True(last <= Best(request with { MaxPauses = null, ResumeTime = TimeSpan.FromHours(1) }) * (1 + 1e-12));
            Assert.True(last <= Best(request with { MaxPauses = null, PausedPower = Power.FromWatts(10) }) * (1 + 1e-12));
        }
    }

    [Fact]
    public void Intensities_scale_and_times_shift()
    {
        var random = new Random(7);
        double?[] values = [.. Enumerable.Range(0, 20).Select(_ => (double?)random.Next(1, 500))];
        var request = Request(6, 20, values) with { MaxPauses = 2, ResumeTime = TimeSpan.FromHours(1) };
        var plan = Solve(request);

        var scaled = Solve(Request(6, 20, [.. values.Select(value => 3 * value)]) with { MaxPauses = 2,
            ResumeTime = TimeSpan.FromHours(1) });
        var shifted = Solve(request with
        {
            Now = request.Now.AddDays(3), FinishBy = request.FinishBy.AddDays(3),
            Places = [new PlanPlace { Intensity = PlanningSeries.Create(values, start: Midnight.AddDays(3)) }],
        });

        Assert.Equal(3 * plan.WithPauses!.Total.Grams, scaled.WithPauses!.Total.Grams, 1e-9);
        Assert.Equal(plan.WithPauses.Segments.Select(segment => segment.From), scaled.WithPauses.Segments.Select(segment => segment.From));
        Assert.Equal(plan.WithPauses.Segments.Select(segment => segment.From.AddDays(3)), shifted.WithPauses!.Segments.Select(segment =>
            segment.From));
    }

    [Fact]
    public void A_gap_is_never_used()
    {
        var plan = Solve(Request(2, 6, 300, null, 10, null, 200, 200) with { MaxPauses = 1 });

        Assert.Null(plan.Immediate);
        Assert.Equal(Midnight.AddHours(4), plan.Contiguous!.Start);
        Assert.Equal([Midnight.AddHours(2), Midnight.AddHours(4)], plan.WithPauses!.Segments.Select(segment => segment.From));
        Assert.Null(plan.WithPauses.Saving);
        Assert.Contains(plan.Warnings, warning => warning.Code == "immediate-unknown");
    }

    [Fact]
    public void What_cannot_be_has_a_reason()
    {
        var late = Assert.IsType<NoPlan>(Planner.Plan(Request(5, 4, 1, 1, 1, 1, 1)));
        var missing = Assert.IsType<NoPlan>(Planner.Plan(Request(3, 4, 1, null, 1, null) with { MaxPauses = null }));

        Assert.Equal(NoPlanReason.TooLate, late.Reason);
        Assert.Contains("2022-01-01 05:00", late.Text, StringComparison.Ordinal);
        Assert.Equal(NoPlanReason.NoIntensity, missing.Reason);
    }

    [Fact]
    public void A_window_of_one_step_and_an_intensity_of_zero()
    {
        var single = Solve(Request(1, 1, 200) with { MaxPauses = null });
        var clean = Solve(Request(2, 4, 0, 0, 0, 0) with { MaxPauses = 2 });

        Assert.Equal(200, single.WithPauses!.Total.Grams, 1e-9);
        Assert.Equal(0, single.WithPauses.Pauses);
        Assert.Equal(0, clean.Immediate!.Total.Grams);
        Assert.Equal(0, clean.WithPauses!.Saving);
        Assert.Equal(0, clean.WithPauses.Pauses);
        Assert.Equal(Midnight, clean.Contiguous!.Start);
        Assert.Equal("not worth waiting: 0 %", Assert.IsType<PlanRecommendation.StartNow>(clean.Recommendation).Reason);
    }

    [Fact]
    public void Equal_hours_are_not_split()
    {
        var plan = Solve(Request(5, 24, [.. Enumerable.Repeat((double?)123.4, 24)]) with { MaxPauses = null });

        Assert.Equal(0, plan.WithPauses!.Pauses);
        Assert.Equal(Midnight, plan.WithPauses.Start);
    }

    /// <summary>A job of 90 min at 10:07:21.5 has no common divisor with the hours; the plan still fits and is close to that of whole
    /// minutes.</summary>
    [Fact]
    public void Odd_seconds_are_planned_in_minutes()
    {
        var series = PlanningSeries.Shipped["US-CAL-CISO_2022"];
        var now = Midnight.AddDays(100).AddSeconds((10 * 3600) + (7 * 60) + 21.5);
        var request = new PlanRequest
        {
            Profile = PowerProfile.Constant(TimeSpan.FromSeconds((9 * 3600) + 1817), Power.FromWatts(500)), Now = now,
                FinishBy = now.AddHours(48),
            Places = [new PlanPlace { Intensity = series }], MaxPauses = 2, ResumeTime = TimeSpan.FromSeconds(45),
        };

        var odd = Solve(request);
        var even = Solve(request with { Now = Midnight.AddDays(100).AddMinutes(608), FinishBy = Midnight.AddDays(102).AddMinutes(607),
            Profile = PowerProfile.Constant(TimeSpan.FromMinutes(571), Power.FromWatts(500)), ResumeTime = TimeSpan.FromMinutes(1) });

        Assert.False(odd.IsExact);
        Assert.Equal(TimeSpan.FromMinutes(1), odd.Resolution);
        Assert.True(even.IsExact);
        Assert.InRange(odd.WithPauses!.Total.Grams, even.WithPauses!.Total.Grams * 0.995, even.WithPauses.Total.Grams);
        Assert.True(odd.WithPauses.Total <= odd.Contiguous!.Total);
        Assert.Equal(request.Profile.Duration + (request.ResumeTime * odd.WithPauses.Pauses),
            odd.WithPauses.Segments.Aggregate(TimeSpan.Zero, (sum, segment) => sum + (segment.To - segment.From)));
        Assert.True(odd.WithPauses.Start >= now && odd.WithPauses.End <= request.FinishBy);
    }

    [Fact]
    public void Prices_are_reported_and_do_not_decide()
    {
        var request = Request(1, 2, 100, 50);
        var price = new PriceSeries(Midnight, TimeSpan.FromMinutes(30), [100, 300, 400, 800], "EUR", "FR");

        var plan = Solve(request with { Places = [request.Places[0] with { Price = price, Pue = 2 }] });

        // 2 kWh in the second hour, at the mean of 0.4 and 0.8.
        Assert.Equal(1.2, plan.Contiguous!.Price!.Value, 1e-12);
        Assert.Equal("EUR", plan.Contiguous.Currency);
        Assert.Equal(0.4, plan.Immediate!.Price!.Value, 1e-12);
    }

    [Fact]
    public void Series_that_differ_in_kind_or_basis_are_not_compared()
    {
        var request = Request(1, 2, 100, 50);
        var marginal = new PlanPlace { Name = "there", Intensity = PlanningSeries.Create([1, 1], kind: IntensityKind.Marginal) };

        var error = Assert.Throws<ArgumentException>(() => Planner.Plan(request with { Places = [request.Places[0], marginal] }));

        Assert.Contains("Average", error.Message, StringComparison.Ordinal);
        Assert.Contains("Marginal", error.Message, StringComparison.Ordinal);
        Assert.Contains("there", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Planner.Plan(request with { Places = [] }));
        Assert.Throws<ArgumentException>(() => Planner.Plan(request with { Places = [request.Places[0] with { Pue = 0.9 }] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Planner.Plan(request with { MaxPauses = -1 }));
    }

    /// <summary>The hour of least average intensity is the one of most marginal intensity.</summary>
    [Fact]
    public void A_plan_that_is_worse_by_marginal_intensity_is_reported()
    {
        var request = Request(1, 3, 300, 100, 200);

        var opposite = Planner.CompareSignals(request, [PlanningSeries.Create([500, 900, 400], kind: IntensityKind.Marginal)]);
        var alike = Planner.CompareSignals(request, [PlanningSeries.Create([900, 500, 800], kind: IntensityKind.Marginal)]);

        Assert.Equal(900, opposite.FirstOnSecond!.Total.Grams, 1e-9);
        Assert.Equal(200, opposite.SecondOnFirst!.Total.Grams, 1e-9);
        Assert.Equal(1 - (900d / 500), opposite.FirstOnSecond.Saving!.Value, 1e-12);
        Assert.Equal("signals-disagree", opposite.Disagreement!.Code);
        Assert.Null(alike.Disagreement);
    }

    /// <summary>Planned for the third hour; it started an hour late; settled with what was observed.</summary>
    [Fact]
    public void A_settlement_by_hand()
    {
        var request = Request(1, 4, 300, 200, 100, 150);
        var plan = Solve(request);
        var observed = PlanningSeries.Create([400, 250, 240, 300]);
        var achieved = new PlanSegment(Midnight.AddHours(3), Midnight.AddHours(4), request.Places[0]);

        var asPlanned = Settlement.Settle(request, plan.Contiguous!, null, [observed]);
        var late = Settlement.Settle(request, plan.Contiguous!, [achieved], [observed]);
        var unknown = Settlement.Settle(request, plan.Contiguous!, null, [PlanningSeries.Create([400, 250, null, 300])]);

        Assert.Equal((100, 240, 400, 240), Round(asPlanned));
        Assert.Equal((100, 300, 400, 240), Round(late));
        Assert.Equal(0.25, late.AchievedSaving!.Value, 1e-12);
        Assert.Equal(60, late.Regret!.Value.Grams, 1e-9);
        Assert.Null(unknown.Achieved);
        Assert.False(unknown.IsComplete);
        Assert.Throws<ArgumentException>(() => Settlement.Settle(request, plan.Contiguous!, null, [PlanningSeries.Create([1],
            kind: IntensityKind.Marginal)]));

        static (double, double, double, double) Round(Settlement settled) =>
            (Math.Round(settled.Planned.Grams, 6), Math.Round(settled.Achieved!.Value.Grams, 6),
                Math.Round(settled.Immediate!.Value.Grams, 6),
                Math.Round(settled.Best!.Value.Grams, 6));
    }

    /// <summary>A saving of 10 % on a forecast with an error of 40 % is not distinguished from zero.</summary>
    [Fact]
    public void A_saving_within_the_error_is_not_worth_waiting_for()
    {
        double?[] values = [.. Enumerable.Range(0, 24).Select(hour => (double?)(hour < 12 ? 300 : 270))];
        var request = Request(6, 24, values) with { ForecastError = new ForecastError([0.4], 0.5, "test") };
        request = request with { Places = [new PlanPlace { Intensity = PlanningSeries.Create(values, signal: IntensitySignal.Forecast) }] };

        var plan = Solve(request);
        var sure = Solve(request with { ForecastError = new ForecastError([0.001], 0.5, "test") });

        Assert.StartsWith("not worth waiting", Assert.IsType<PlanRecommendation.StartNow>(plan.Recommendation).Reason,
            StringComparison.Ordinal);
        Assert.True(plan.Contiguous!.ExpectedSaving!.Value.Value < 0.1);
        Assert.True(plan.Contiguous.ExpectedRegret > Emissions.Zero);
        Assert.Equal("saves 10 %", Assert.IsType<PlanRecommendation.Wait>(sure.Recommendation).Reason);
        Assert.Equal(0.1, sure.Contiguous!.ExpectedSaving!.Value.Value, 0.002);
        Assert.Equal(plan.Contiguous.ExpectedSaving, Solve(request).Contiguous!.ExpectedSaving);
    }

    static double Best(PlanRequest request)
    {
        var plan = Solve(request);
        return (plan.WithPauses ?? plan.Contiguous)!.Total.Grams;
    }

    static Plan Solve(PlanRequest request) => Assert.IsType<Plan>(Planner.Plan(request));

    static PlanRequest Request(int hours, int window, params double?[] values) => new()
    {
        Profile = PowerProfile.Constant(TimeSpan.FromHours(hours), Power.FromWatts(1000)), Now = Midnight,
            FinishBy = Midnight.AddHours(window),
        Places = [new PlanPlace { Intensity = PlanningSeries.Create(values) }],
    };
}
