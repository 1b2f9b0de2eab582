using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;

namespace Tonne.Extensions.AI.Tests;

public sealed class TonneChatClientTests : IDisposable
{
    static readonly DateTimeOffset _hour = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    readonly string _home = Directory.CreateTempSubdirectory("calls-").FullName;
    readonly FakeTimeProvider _time = new(_hour.AddMinutes(20));
    readonly List<Exception> _problems = [];

    public void Dispose() => Directory.Delete(_home, recursive: true);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    TonneCallOptions Options => new() { Home = _home, Zone = "FR", Hardware = "h100", Service = "shop", OnProblem = _problems.Add };

    TonneChatClient Create(FakeChatClient inner, Action<TonneCallOptions>? configure = null)
    {
        var options = Options;
        configure?.Invoke(options);
        return new TonneChatClient(inner, options, time: _time);
    }

    CallRow ReadRow() => Assert.Single(new CallLog(new LedgerHome(_home)).Read().Rows);

    static ChatResponseUpdate Text(string text) =>
        new(ChatRole.Assistant, text) { ModelId = "llama-3.1-8b", ResponseId = "r1", MessageId = "m1" };

    static ChatResponseUpdate Usage(long input, long output) =>
        new(ChatRole.Assistant,
            [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output })]) { ResponseId = "r1",
            MessageId = "m1" };

    [Fact]
    public async Task A_response_carries_energy_and_emissions_with_bounds()
    {
        using var client = Create(new FakeChatClient());

        var response = await client.GetResponseAsync("Capital of France?", cancellationToken: Cancellation);

        var expected = new CallEstimator(Options).Estimate("llama-3.1-8b", new CallTokens(300, 100, 200, 50));
        var properties = response.AdditionalProperties!;
        Assert.Equal(expected.EnergyKwh!.Value.Best, properties[CallTelemetry.EnergyKwh]);
        Assert.Equal(expected.EnergyKwh.Value.Low, properties["tonne.energy_kwh.low"]);
        Assert.Equal(expected.EmissionsKg!.Value.High, properties["tonne.emissions_kg.high"]);
        Assert.Equal("reported", properties[CallTelemetry.Tokens]);
        Assert.Equal(expected.Method, properties[CallTelemetry.Method]);
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task A_call_is_a_row_of_its_hour_in_the_ledger()
    {
        using (var client = Create(new FakeChatClient()))
        {
            await client.GetResponseAsync("Capital of France?", new ChatOptions { ModelId = "Llama-3.1-8B" }, Cancellation);
            await client.GetResponseAsync("Capital of Spain?", new ChatOptions { ModelId = "Llama-3.1-8B" }, Cancellation);
        }

        var (key, sum) = ReadRow();
        Assert.Equal((_hour, "shop", "openai", "chat", "Llama-3.1-8B", "llama-3.1-8b"),
            (key.Hour, key.Service, key.Provider, key.Operation, key.Model, key.AnsweredModel));
        Assert.Equal((2, 0, 0, 0, new CallTokens(600, 200, 400, 100)),
            (sum.Requests, sum.Failed, sum.WithoutFigure, sum.EstimatedTokens, sum.Tokens));
        Assert.Equal(2 * new CallEstimator(Options).Estimate("llama-3.1-8b", new CallTokens(300, 100, 200, 50)).EnergyKwh!.Value.Best,
            sum.EnergyKwh.Best, 1e-15);
    }

    [Fact]
    public async Task The_name_that_was_asked_for_counts_where_the_answer_has_a_name_of_its_own()
    {
        using var client = Create(new FakeChatClient
        {
            Respond = () => new ChatResponse(new ChatMessage(ChatRole.Assistant, "x")) { ModelId = "acme-internal-7",
                Usage = new UsageDetails { InputTokenCount = 3, OutputTokenCount = 5 } },
        });

        var response = await client.GetResponseAsync("x", new ChatOptions { ModelId = "llama-3.1-8b" }, Cancellation);

        Assert.True(response.AdditionalProperties!.ContainsKey(CallTelemetry.EnergyKwh));
    }

    [Fact]
    public async Task Without_usage_tokens_are_estimated_from_the_texts_with_wider_bounds()
    {
        var text = new string('a', 800);
        using var silent = Create(new FakeChatClient { Respond = () =>
            new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { ModelId = "llama-3.1-8b" } });

        var properties = (await silent.GetResponseAsync(new string('b', 400), cancellationToken: Cancellation)).AdditionalProperties!;

        // 400 and 800 characters at four a token.
        var reported = new CallEstimator(Options).Estimate("llama-3.1-8b", new CallTokens(100, 0, 200));
        Assert.Equal("estimated", properties[CallTelemetry.Tokens]);
        Assert.Equal(reported.EnergyKwh!.Value.Best, properties[CallTelemetry.EnergyKwh]);
        Assert.True((double)properties["tonne.energy_kwh.high"]! > 1.5 * reported.EnergyKwh.Value.High);
        Assert.True((double)properties["tonne.energy_kwh.low"]! < reported.EnergyKwh.Value.Low / 1.2);
    }

    [Fact]
    public async Task An_unknown_model_gives_a_reason_and_a_row_without_figure()
    {
        using (var client = Create(new FakeChatClient { Respond = () =>
            new ChatResponse(new ChatMessage(ChatRole.Assistant, "x")) { ModelId = "acme",
            Usage = new UsageDetails { InputTokenCount = 3, OutputTokenCount = 5 } } }))
        {
            var response = await client.GetResponseAsync("x", new ChatOptions { ModelId = "acme" }, Cancellation);
            Assert.Contains("acme", (string)response.AdditionalProperties![CallTelemetry.Reason]!, StringComparison.Ordinal);
            Assert.False(response.AdditionalProperties.ContainsKey(CallTelemetry.EnergyKwh));
        }

        Assert.Equal((1, 1, new CallTokens(3, 0, 5)), (ReadRow().Sum.Requests, ReadRow().Sum.WithoutFigure, ReadRow().Sum.Tokens));
    }

    [Fact]
    public async Task A_stream_ends_with_an_update_that_has_the_figures_of_its_usage()
    {
        var updates = new List<ChatResponseUpdate>();
        using (var client = Create(new FakeChatClient { Updates = [Text("Par"), Text("is."), Usage(300, 200)] }))
        {
            await foreach (var update in client.GetStreamingResponseAsync("Capital?", cancellationToken: Cancellation))
                updates.Add(update);
        }

        Assert.Equal(4, updates.Count);
        Assert.Empty(updates[^1].Contents);
        var response = updates.ToChatResponse();
        Assert.Equal("Paris.", response.Text);
        Assert.Single(response.Messages);
        var expected = new CallEstimator(Options).Estimate("llama-3.1-8b", new CallTokens(300, 0, 200));
        Assert.Equal(expected.EnergyKwh!.Value.Best, updates[^1].AdditionalProperties![CallTelemetry.EnergyKwh]);
        Assert.Equal((1, 0, new CallTokens(300, 0, 200)), (ReadRow().Sum.Requests, ReadRow().Sum.Failed, ReadRow().Sum.Tokens));
    }

    // As services report that count the prompt first and the answer last.
    [Fact]
    public async Task Usage_in_several_updates_is_added_up()
    {
        using (var client = Create(new FakeChatClient { Updates = [Usage(300, 1), Text("Paris."), Usage(0, 199)] }))
            await client.GetStreamingResponseAsync("Capital?", cancellationToken: Cancellation).LastAsync(Cancellation);

        Assert.Equal(new CallTokens(300, 0, 200), ReadRow().Sum.Tokens);
    }

    [Fact]
    public async Task A_stream_that_is_left_counts_the_tokens_so_far_as_cancelled()
    {
        using (var client = Create(new FakeChatClient { Updates = [Text(new string('a', 400)), Text(new string('b', 400)),
            Text("never read"), Usage(1, 1)] }))
        {
            var read = 0;
            await foreach (var update in client.GetStreamingResponseAsync(new string('q', 40), cancellationToken: Cancellation))
            {
                if (++read == 2)
                    break;
            }
        }

        // 40 and 800 characters at four a token.
        Assert.Equal((1, 1, 1, new CallTokens(10, 0, 200)),
            (ReadRow().Sum.Requests, ReadRow().Sum.Failed, ReadRow().Sum.EstimatedTokens, ReadRow().Sum.Tokens));
        Assert.True(ReadRow().Sum.EnergyKwh.Best > 0);
    }

    [Fact]
    public async Task A_stream_that_fails_throws_its_error_and_counts_the_tokens_so_far()
    {
        using (var client = Create(new FakeChatClient { Updates = [Text(new string('a', 400)), null] }))
            await Assert.ThrowsAsync<IOException>(async () => await client.GetStreamingResponseAsync("q", cancellationToken: Cancellation)
                .LastAsync(Cancellation));

        Assert.Equal((1, 1, 100), (ReadRow().Sum.Requests, ReadRow().Sum.Failed, ReadRow().Sum.Tokens.Output));
    }

    [Fact]
    public async Task A_call_that_fails_throws_its_error_and_counts_without_figure()
    {
        using (var client = Create(new FakeChatClient { Respond = () => throw new IOException("no route") }))
            Assert.Equal("no route",
                (await Assert.ThrowsAsync<IOException>(() => client.GetResponseAsync("q", cancellationToken: Cancellation))).Message);

        Assert.Equal((1, 1, 1), (ReadRow().Sum.Requests, ReadRow().Sum.Failed, ReadRow().Sum.WithoutFigure));
    }

    [Fact]
    public async Task A_stream_that_was_cancelled_by_its_token_counts_as_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        using (var client = Create(new FakeChatClient { Updates = [Text("a"), Text("b"), Text("c")] }))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var update in client.GetStreamingResponseAsync("q", cancellationToken: cancellation.Token))
                    await cancellation.CancelAsync();
            });
        }

        Assert.Equal((1, 1), (ReadRow().Sum.Requests, ReadRow().Sum.Failed));
    }

    [Fact]
    public async Task Messages_that_can_be_read_once_are_read_once()
    {
        var inner = new FakeChatClient();
        var reads = 0;
        using var client = Create(inner);

        await client.GetResponseAsync(Once(), cancellationToken: Cancellation);

        Assert.Equal((1, 2), (reads, Assert.Single(inner.MessagesSent)));

        IEnumerable<ChatMessage> Once()
        {
            reads++;
            yield return new ChatMessage(ChatRole.System, "a");
            yield return new ChatMessage(ChatRole.User, "b");
        }
    }

    [Fact]
    public async Task The_current_span_gets_the_figures_and_no_name_of_the_conventions()
    {
        using var listener = Listen("app");
        using var source = new ActivitySource("app");
        using var client = Create(new FakeChatClient());
        using var activity = source.StartActivity("request")!;

        var response = await client.GetResponseAsync("q", cancellationToken: Cancellation);

        Assert.Equal(response.AdditionalProperties![CallTelemetry.EnergyKwh], activity.GetTagItem(CallTelemetry.EnergyKwh));
        Assert.DoesNotContain(activity.TagObjects, tag => tag.Key.StartsWith("gen_ai.", StringComparison.Ordinal));
    }

    // Names: OpenTelemetry semantic conventions for generative AI, 1.44.
    [Fact]
    public async Task A_span_of_its_own_has_the_names_of_the_conventions()
    {
        var spans = new List<Activity>();
        using var listener = Listen(CallTelemetry.SourceName, spans.Add);
        using var client = Create(new FakeChatClient(), options => options.CreatesSpans = true);

        await client.GetResponseAsync("q", cancellationToken: Cancellation);

        var span = Assert.Single(spans, one => (string?)one.GetTagItem("gen_ai.provider.name") == "openai"
            && one.DisplayName == "chat llama-3.1-8b");
        Assert.Equal(("chat", "llama-3.1-8b", "llama-3.1-8b", 300L, 200L), (
            span.GetTagItem("gen_ai.operation.name"), span.GetTagItem("gen_ai.request.model"), span.GetTagItem("gen_ai.response.model"),
            span.GetTagItem("gen_ai.usage.input_tokens"), span.GetTagItem("gen_ai.usage.output_tokens")));
        Assert.True(span.GetTagItem(CallTelemetry.EnergyKwh) is > 0d);
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_written_disturbs_no_call_and_is_reported()
    {
        var file = Path.Combine(_home, "taken");
        await File.WriteAllTextAsync(file, "", Cancellation);
        using (var client = Create(new FakeChatClient(), options => options.Home = Path.Combine(file, "below")))
            Assert.Equal("Paris.", (await client.GetResponseAsync("q", cancellationToken: Cancellation)).Text);

        Assert.NotEmpty(_problems);
    }

    [Fact]
    public async Task Two_clients_of_tonne_around_each_other_count_a_call_once()
    {
        using (var client = new TonneChatClient(Create(new FakeChatClient()), Options, time: _time))
            await client.GetResponseAsync("q", cancellationToken: Cancellation);

        Assert.Equal(1, ReadRow().Sum.Requests);
    }

    [Fact]
    public async Task Concurrent_calls_all_count()
    {
        const int calls = 1_000;
        using (var client = Create(new FakeChatClient()))
            await Task.WhenAll(Enumerable.Range(0, calls)
                .Select(i => Task.Run(() => client.GetResponseAsync("q", cancellationToken: Cancellation))));

        Assert.Equal((calls, calls * 300L), (ReadRow().Sum.Requests, ReadRow().Sum.Tokens.Input));
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task With_the_ledger_off_nothing_is_written()
    {
        using (var client = Create(new FakeChatClient(), options => options.WritesLedger = false))
            await client.GetResponseAsync("q", cancellationToken: Cancellation);

        Assert.Empty(Directory.GetFileSystemEntries(_home));
    }

    [Fact]
    public async Task A_pipeline_is_built_with_one_call_and_disposes_what_is_inside()
    {
        var inner = new FakeChatClient();
        using (var client = new ChatClientBuilder(inner).UseTonne(options => (options.Home, options.Zone) = (_home, "FR")).Build())
            Assert.True((await client.GetResponseAsync("q", cancellationToken: Cancellation))
                .AdditionalProperties!.ContainsKey(CallTelemetry.EnergyKwh));

        Assert.True(inner.IsDisposed);
        Assert.Equal(1, ReadRow().Sum.Requests);
    }

    static ActivityListener Listen(string source, Action<Activity>? stopped = null)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
