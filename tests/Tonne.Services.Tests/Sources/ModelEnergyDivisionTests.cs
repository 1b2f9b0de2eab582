using Tonne.Quantities;
using Tonne.Services.Requests;
using Tonne.Services.Sources;

namespace Tonne.Services.Tests.Sources;

public class ModelEnergyDivisionTests
{
    static readonly DateTimeOffset _start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Models_have_energy_by_work_and_idle_by_their_requests()
    {
        // Two models of one architecture at a batch of 1: 1,000 and 3,000 tokens; 0.25 and 0.25 requests at a time.
        // 300 W for 10 s, 100 W idle: 2,000 J above idle give 500 and 1,500; idle 1,000 J give 250, 250 and 500 to nobody.
        TokenDelta[] deltas = [Delta("a", output: 1_000, running: 0.25), Delta("b", output: 3_000, running: 0.25)];

        var division = ModelEnergyDivision.Divide(Microjoules.FromJoules(3_000), 100, deltas, _ => null);

        Assert.Equal([500_000_000, 1_500_000_000], division.Models.Select(model => model.Work.Value));
        Assert.Equal([250_000_000, 250_000_000], division.Models.Select(model => model.Idle.Value));
        Assert.Equal(500_000_000, division.Idle.Value);
        Assert.Equal(0.75, division.Models[0].MeanJoulesPerOutputToken!.Value, 9);
        Assert.Equal(1_750d / 3_000, division.Models[1].MeanJoulesPerOutputToken!.Value, 9);
    }

    [Fact]
    public void Requests_at_a_time_follow_from_their_number_and_time()
    {
        // 20 requests of 0.25 s in 10 s: half a request at a time.
        TokenDelta[] deltas = [Delta("a", output: 100, running: null) with { Requests = 20, MeanRequestSeconds = 0.25 }];

        var division = ModelEnergyDivision.Divide(Microjoules.FromJoules(1_000), 100, deltas, _ => null);

        Assert.Equal((500_000_000, 500_000_000), (division.Models[0].Idle.Value, division.Idle.Value));
        Assert.Equal(25, division.Models[0].MeanJoulesPerRequest);
        Assert.Null(division.Models[0].Reason);
    }

    [Fact]
    public void A_larger_batch_shares_the_reading_of_weights()
    {
        // One operation per byte: a token weighs 2P operations and 2P ÷ batch bytes: 4P alone, 2.5P in a batch of 4.
        var work = new ServedModelWork { Parameters = 1e9, ActiveParameters = 1e9, OperationsPerByte = 1 };
        TokenDelta[] deltas = [Delta("alone", output: 1_000, running: 1), Delta("batch", output: 1_000, running: 4)];

        var division = ModelEnergyDivision.Divide(Microjoules.FromJoules(6_500), 0, deltas, _ => work);

        Assert.Equal([4_000_000_000, 2_500_000_000], division.Models.Select(model => model.Work.Value));
    }

    [Fact]
    public void What_is_unknown_is_said_and_the_sum_holds()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var deltas = Enumerable.Range(0, random.Next(5)).Select(i => new TokenDelta
            {
                Server = "s", Model = $"{i}", From = _start, To = _start.AddSeconds(random.Next(1, 100)),
                PromptTokens = random.Next(3) == 0 ? null : random.Next(100_000),
                OutputTokens = random.Next(3) == 0 ? null : random.Next(100_000),
                CachedTokens = random.Next(3) == 0 ? null : random.Next(200_000), Requests = random.Next(3) == 0 ? null : random.Next(500),
                MeanRunning = random.Next(2) == 0 ? null : random.NextDouble() * 40, MeanRequestSeconds = random.Next(2) == 0 ? null : 3,
            }).ToList();
            var energy = new Microjoules(random.NextInt64(1_000_000_000_000));

            var division = ModelEnergyDivision.Divide(energy, random.Next(300), deltas, _ => null);

            Assert.Equal(energy.Value, division.Idle.Value + division.Models.Sum(model => model.Total.Value));
            Assert.All(division.Models, model => Assert.True(model.Delta.PromptTokens is not null || model.Delta.OutputTokens is not null
                || model.Reason is not null));
        }
    }

    static TokenDelta Delta(string model, long output, double? running) => new()
    {
        Server = "s", Model = model, From = _start, To = _start.AddSeconds(10), PromptTokens = 0, OutputTokens = output,
        MeanRunning = running,
    };
}
