using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;

namespace Tonne.Extensions.AI.Tests;

public sealed class TonneEmbeddingGeneratorTests : IDisposable
{
    const double MicrojoulesPerKwh = 3.6e12;

    readonly string _home = Directory.CreateTempSubdirectory("calls-").FullName;
    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 8, 20, 0, TimeSpan.Zero));
    readonly FakeProcessEnergy _energy = new() { Microjoules = 50_000_000, Work = TimeSpan.FromSeconds(3) };

    public void Dispose() => Directory.Delete(_home, recursive: true);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    TonneEmbeddingGenerator<string,
        Embedding<float>> Create(FakeGenerator inner, IProcessEnergy? energy = null, CallRecorder? recorder = null) =>
        new(inner, new TonneCallOptions { Home = _home, Zone = "FR", Hardware = "h100" }, recorder, _time, energy);

    CallSum ReadSum() => CallTotal.Of(new CallLog(new LedgerHome(_home)).Read().Rows, CallGroup.Model).Sum.Sum;

    [Fact]
    public async Task A_model_elsewhere_is_estimated_as_one_forward_pass()
    {
        using (var generator = Create(new FakeGenerator("BERT-base") { Tokens = 128 }))
        {
            var result = await generator.GenerateAsync(["a", "b"], cancellationToken: Cancellation);
            Assert.True(result.AdditionalProperties![CallTelemetry.EnergyKwh] is > 0d);
        }

        Assert.Equal((1, new CallTokens(128)), (ReadSum().Requests, ReadSum().Tokens));
    }

    [Fact]
    public async Task A_model_in_this_process_is_measured_from_when_the_call_begins()
    {
        using (var generator = Create(new FakeGenerator("minilm") { Compute = () => Burn(2_000_000, 1) }, _energy))
        {
            // Before a reading there is none; afterwards the figure is provisional until the next.
            var first = await generator.GenerateAsync(["a"], cancellationToken: Cancellation);
            Assert.Contains("not read yet", (string)first.AdditionalProperties![CallTelemetry.Reason]!, StringComparison.Ordinal);
            Assert.True(generator.Tracker!.Measured!.Settle());
            var second = await generator.GenerateAsync(["a"], cancellationToken: Cancellation);
            Assert.Equal(2_000_000 / MicrojoulesPerKwh * 1.5, (double)second.AdditionalProperties![CallTelemetry.EnergyKwh]!, 1e-10);
            Assert.True(second.AdditionalProperties[CallTelemetry.Provisional] is true);
        }

        // Two calls of 2 J; the 50 J before them are no call's.
        var row = Assert.Single(new CallLog(new LedgerHome(_home)).Read().Rows);
        Assert.True(row.Key.IsMeasured);
        Assert.Equal((2, 4_000_000 / MicrojoulesPerKwh * 1.5), (row.Sum.Requests, row.Sum.EnergyKwh.Best), new Close());
        Assert.Equal((56d, 1.5), (row.Key.IntensityGramsPerKwh!.Value, row.Key.Pue!.Value));
    }

    [Fact]
    public async Task A_thousand_concurrent_calls_add_up_to_the_energy_of_the_process()
    {
        const int calls = 1_000;
        const long each = 12_345;
        var gate = new Lock();
        CallEstimate? around = null;
        using (var generator = Create(new FakeGenerator("minilm") { Compute = Compute }, _energy))
        {
            var measured = generator.Tracker!.Measured!;
            // One call runs from before the first until after the last, so that no energy is between calls.
            var outer = measured.Begin();
            await Task.WhenAll(Enumerable.Range(0, calls).Select(i => Task.Run(async () =>
            {
                await generator.GenerateAsync(["a"], cancellationToken: Cancellation);
                if (i % 100 == 0)
                    measured.Settle();
            })));
            measured.End(outer, new CallEstimate(), final => around = final);
            measured.Settle();
            Assert.Equal((50_000_000, 50_000_000 + (calls * each)), (measured.Divider.OutsideMicrojoules, measured.Divider.Microjoules));
        }

        Assert.Equal(calls, ReadSum().Requests);
        var sum = ReadSum().EnergyKwh.Best + around!.EnergyKwh!.Value.Best;
        Assert.Equal(calls * each / MicrojoulesPerKwh * 1.5, sum, sum * 1e-9);

        void Compute()
        {
            lock (gate)
                Burn(each, 0.01);
        }
    }

    [Fact]
    public async Task While_the_run_cannot_be_read_calls_have_no_figure_and_count()
    {
        _energy.IsReadable = false;
        using (var generator = Create(new FakeGenerator("minilm"), _energy))
            await generator.GenerateAsync(["a"], cancellationToken: Cancellation);

        Assert.Equal((1, 1), (ReadSum().Requests, ReadSum().WithoutFigure));
    }

    [Fact]
    public async Task A_failed_call_throws_its_error_and_counts()
    {
        using (var generator = Create(new FakeGenerator("BERT-base") { Compute = () => throw new IOException("no model") }))
            await Assert.ThrowsAsync<IOException>(() => generator.GenerateAsync(["a"], cancellationToken: Cancellation));

        Assert.Equal((1, 1, 1), (ReadSum().Requests, ReadSum().Failed, ReadSum().WithoutFigure));
    }

    [Fact]
    public async Task A_pipeline_is_built_with_one_call()
    {
        using (var generator = new EmbeddingGeneratorBuilder<string, Embedding<float>>(new FakeGenerator("BERT-base"))
            .UseTonne(options => options.Home = _home).Build())
            await generator.GenerateAsync([new string('a', 40)], cancellationToken: Cancellation);

        // 40 characters at four a token.
        Assert.Equal((1, 1, 10), (ReadSum().Requests, ReadSum().EstimatedTokens, ReadSum().Tokens.Input));
    }

    void Burn(long microjoules, double seconds)
    {
        _energy.Work += TimeSpan.FromSeconds(seconds);
        _energy.Microjoules += microjoules;
    }

    sealed class Close : IEqualityComparer<(long, double)>
    {
        public bool Equals((long, double) x, (long, double) y) => x.Item1 == y.Item1 && Math.Abs(x.Item2 - y.Item2) <= 1e-9 * y.Item2;

        public int GetHashCode((long, double) obj) => 0;
    }
}
