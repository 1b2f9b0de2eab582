using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tonne.Extensions.AI;
using Tonne.Hosting;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;

namespace Tonne.Trials.Embeddings;

/// <summary>A real model in a real host, with the meters of this machine.</summary>
public sealed class MeasuredEmbeddingTests : IDisposable
{
    readonly string _home = Directory.CreateTempSubdirectory("embeddings-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_are_measured_and_add_up_to_the_run_s_part()
    {
        const int calls = 200;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "search" });
        builder.Services.AddTonne(options =>
        {
            options.Home = _home;
            options.Zone = "FR";
            options.Period = TimeSpan.FromMilliseconds(100);
        });
        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        var recording = host.Services.GetRequiredService<HostRecording>();
        using var model = new MiniLmGenerator();
        using (var generator = new EmbeddingGeneratorBuilder<string, Embedding<float>>(model)
            .UseTonne(options => (options.Home, options.Service, options.Measure) = (_home, "search", () => recording.Run)).Build())
        {
            using (recording.Run!.Stage("embed"))
            {
                var fourAtATime = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation };
                await Parallel.ForEachAsync(Enumerable.Range(0, calls), fourAtATime, async (i, token) => await generator.GenerateAsync(
                    [$"Sentence number {i} about cats, ships and the weather of a long winter.", "Another one."],
                        cancellationToken: token));
                var last = await generator.GenerateAsync(["One more."], cancellationToken: Cancellation);
                Assert.Equal(384, last[0].Vector.Length);
                Assert.True(last.AdditionalProperties![CallTelemetry.EnergyKwh] is > 0d);
            }
        }

        await host.StopAsync(Cancellation);

        var row = Assert.Single(new CallLog(new LedgerHome(_home)).Read().Rows);
        Assert.Equal((calls + 1, 0, 0), (row.Sum.Requests, row.Sum.Failed, row.Sum.WithoutFigure));
        Assert.Equal(("search", "onnxruntime", MiniLmGenerator.Model, true),
            (row.Key.Service, row.Key.Provider, row.Key.Model, row.Key.IsMeasured));
        var footprint = recording.Result!.Footprint;
        var stage = Assert.Single(footprint.Stages, stage => stage.Name == "embed");
        // The stage is at the plug, the calls are at the facility. A stage is cut at samples, calls at the process's CPU time.
        var part = stage.Energy.Value * footprint.Factors.Pue.Bounds.Best;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{calls} calls: {row.Sum.EnergyKwh.Best * 3.6e6:0.0} J; stage: {part * 3.6e6:0.0} J; run: {footprint.FacilityEnergy.Value * 3.6e6:0.0} J; {row.Key.Method}");
        Assert.True(row.Sum.EnergyKwh.Best > 0);
        Assert.InRange(row.Sum.EnergyKwh.Best, part * 0.85, part * 1.15);
        Assert.True(row.Sum.EnergyKwh.Best < footprint.FacilityEnergy.Value);
    }

    [Fact]
    public async Task Similar_sentences_are_closer_than_unrelated_ones()
    {
        using var model = new MiniLmGenerator();
        using var generator = new TonneEmbeddingGenerator<string, Embedding<float>>(model, new TonneCallOptions { Home = _home });

        string[] sentences = ["A cat sits on the sofa.", "The kitten is lying on the couch.", "Interest rates rose in March."];
        var result = await generator.GenerateAsync(sentences, cancellationToken: Cancellation);

        var (similar, unrelated) = (Compare(0, 1), Compare(0, 2));
        Assert.True(similar > unrelated + 0.3, $"{similar} {unrelated}");
        // The catalog does not know the model: no figure is made up.
        Assert.Contains(MiniLmGenerator.Model, (string)result.AdditionalProperties![CallTelemetry.Reason]!, StringComparison.Ordinal);

        float Compare(int left, int right) => TensorPrimitives.CosineSimilarity(result[left].Vector.Span, result[right].Vector.Span);
    }
}
