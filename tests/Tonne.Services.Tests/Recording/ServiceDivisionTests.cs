using Tonne.Hardware;
using Tonne.Recording.Attribution;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Services.Tests.Recording;

/// <summary>Energy between two looks, divided by hand.</summary>
public class ServiceDivisionTests
{
    const long Second = 1_000_000_000;

    static readonly DateTimeOffset _start = new(2026, 3, 1, 11, 59, 0, TimeSpan.Zero);

    // A model without weights to read: a token of a prompt and one of an answer are the same work, whatever the batch.
    static readonly ServedModelWork _even = new() { Parameters = 1e9, ActiveParameters = 1e9, BytesPerParameter = 1e-9, OperationsPerByte = 1 };

    static JobEnergySlice Slice(long from, long to, long microjoules, long idle) =>
        new(Component.Gpu, "0", from * Second, to * Second, new(microjoules), new(idle));

    static ServiceObservation Look(long from, long to, params ServiceUse[] uses) => new() { From = from * Second, To = to * Second, Uses = [.. uses] };

    [Fact]
    public void Work_and_presence_divide_the_energy_of_two_models()
    {
        var division = new ServiceDivision(_start, 20 * Second,
        [
            Look(0, 10,
                new() { Model = "a", Requests = 2, PromptTokens = 100, OutputTokens = 200 + 2, Running = 0.3 },
                new() { Model = "b", Requests = 1, PromptTokens = 60, CachedTokens = 60, OutputTokens = 0, Running = 0.1, Waiting = 0.1 }),
            Look(10, 20),
        ], _ => _even);
        division.Add(Slice(0, 10, 4_000, 1_000));
        division.Add(Slice(10, 20, 1_000, 1_000));

        var (hours, gaps) = division.Build();

        var hour = Assert.Single(hours);
        Assert.Empty(gaps);
        // Above idle 3,000 µJ: 'a' has 300 units of work of 300 (the first tokens of its two answers come with the prompts), 'b' none: all was cached.
        // Idle 1,000 µJ in which requests were there for half of the time: 300 computed for 'a', 100 for 'b', 100 waiting for 'b'.
        var (a, b) = (hour.Models[0], hour.Models[1]);
        Assert.Equal((1_000, 2_000, 300, 0), (a.PromptMicrojoules, a.OutputMicrojoules, a.HeldMicrojoules, a.WaitingMicrojoules));
        Assert.Equal((0, 0, 100, 100), (b.PromptMicrojoules, b.OutputMicrojoules, b.HeldMicrojoules, b.WaitingMicrojoules));
        Assert.Equal((5_000, 1_500), (hour.Microjoules, hour.IdleMicrojoules));
        Assert.Equal((20, 0), (hour.Seconds, hour.UnknownSeconds));
    }

    [Fact]
    public void Unknown_models_without_answers_divide_energy_by_tokens_however_many_requests_they_came_in()
    {
        // Embeddings: 100 tokens in one request and 300 in ten, of 4,000 µJ.
        var division = new ServiceDivision(_start, 10 * Second,
        [
            Look(0, 10,
                new() { Model = "a", Requests = 1, PromptTokens = 100, Running = 0.1 },
                new() { Model = "b", Requests = 10, PromptTokens = 300, Running = 0.9 }),
        ], _ => null);
        division.Add(Slice(0, 10, 4_000, 0));

        var models = Assert.Single(division.Build().Hours).Models;

        Assert.Equal([1_000L, 3_000], models.Select(model => model.PromptMicrojoules));
    }

    [Fact]
    public void Energy_goes_to_its_hour_and_tokens_to_that_of_the_middle_of_a_look()
    {
        // 11:59:00 to 12:02:00; the look crosses 12:00, its middle is 12:00:30.
        var division = new ServiceDivision(_start, 180 * Second, [Look(0, 180, new ServiceUse { Model = "a", Requests = 3, OutputTokens = 90, Running = 1 })], _ => _even);
        division.Add(Slice(0, 180, 1_800, 0));

        var (hours, _) = division.Build();

        Assert.Equal([(_start.AddMinutes(-59), 600L, 0L), (_start.AddMinutes(1), 1_200L, 3L)],
            hours.Select(hour => (hour.Hour, hour.Microjoules, hour.Models.Single().Requests)));
        Assert.All(hours, hour => Assert.Equal(hour.Microjoules, hour.Models.Single().OutputMicrojoules));
    }

    [Fact]
    public void What_no_look_covers_or_none_could_see_is_idle()
    {
        var division = new ServiceDivision(_start, 50 * Second,
        [
            new ServiceObservation { From = -1, To = 0, Uses = [new ServiceUse { Model = "a", Requests = 7, OutputTokens = 9 }] },
            Look(0, 10, new ServiceUse { Model = "a", Requests = 1, OutputTokens = 5, Running = 1 }),
            new ServiceObservation { From = 10 * Second, To = 30 * Second, Gap = "it answered 503" },
        ], _ => null);
        division.Add(Slice(0, 50, 5_000, 0));

        var (hours, gaps) = division.Build();

        var hour = Assert.Single(hours);
        Assert.Equal((4_000, 40), (hour.IdleMicrojoules, hour.UnknownSeconds));
        var model = Assert.Single(hour.Models);
        Assert.Equal((8, 7, 14, 1_000), (model.Requests, model.WithoutEnergy, model.OutputTokens, model.Microjoules));
        Assert.Equal([new ServiceGap(_start.AddSeconds(10), _start.AddSeconds(30), "it answered 503")], gaps);
    }

    [Fact]
    public void Requests_that_run_without_a_token_have_the_energy_divided_like_the_rest_of_the_hour()
    {
        // Servers that count tokens at the end of a request: 10 s of work, then the tokens.
        var division = new ServiceDivision(_start, 20 * Second,
        [
            Look(0, 10, new ServiceUse { Model = "a", Running = 1 }),
            Look(10, 20, new ServiceUse { Model = "a", Requests = 1, PromptTokens = 100, OutputTokens = 301, Running = 1 }),
        ], _ => _even);
        division.Add(Slice(0, 20, 8_000, 0));

        var model = division.Build().Hours.Single().Models.Single();

        Assert.Equal((2_000, 6_000), (model.PromptMicrojoules, model.OutputMicrojoules));
    }

    [Fact]
    public void Whatever_is_seen_the_parts_add_up()
    {
        var random = new Random(20261130);
        for (var round = 0; round < 1_000; round++)
        {
            var (looks, at) = (new List<ServiceObservation>(), 0L);
            while (at < 7_200)
            {
                var to = at + random.Next(1, 900);
                looks.Add(new ServiceObservation
                {
                    From = at * Second,
                    To = to * Second,
                    Gap = random.Next(8) == 0 ? "gone" : null,
                    Uses =
                    [
                        .. Enumerable.Range(0, random.Next(4)).Select(i => new ServiceUse
                        {
                            Model = $"model-{i}",
                            Requests = random.Next(3),
                            PromptTokens = random.Next(2) * random.Next(1_000_000),
                            CachedTokens = random.Next(2_000),
                            OutputTokens = random.Next(2) * random.Next(1_000_000),
                            Running = random.Next(3) == 0 ? null : random.NextDouble() * 5,
                            Waiting = random.Next(3) == 0 ? null : random.NextDouble() * 5,
                        }),
                    ],
                });
                // Sometimes a look is missing.
                at = to + (random.Next(5) == 0 ? random.Next(600) : 0);
            }

            var division = new ServiceDivision(_start, 7_000 * Second, looks, _ => round % 2 == 0 ? null : _even);
            var total = 0L;
            for (var second = 0L; second < 7_000; second += random.Next(1, 120))
            {
                // A meter may correct what it said before.
                var energy = random.NextInt64(-1_000, 100_000_000);
                total += energy;
                division.Add(Slice(second, second + random.Next(1, 200), energy, energy / random.Next(1, 9)));
            }

            var (hours, _) = division.Build();

            Assert.Equal(total, hours.Sum(hour => hour.Microjoules));
            Assert.All(hours, hour => Assert.Equal(hour.Microjoules, hour.IdleMicrojoules + hour.Models.Sum(model => model.Microjoules)));
            Assert.Equal(looks.Sum(look => look.Uses.Sum(use => use.Requests)), hours.Sum(hour => hour.Models.Sum(model => model.Requests)));
        }
    }
}
