using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

/// <summary>Servers that are down, slow, full or broken. Each collection has the number of its turn as its value.</summary>
public class DeliveryTests
{
    static IEnumerable<double> GetSteps(IEnumerable<ReceivedRequest> requests) =>
        requests.SelectMany(request => request.Message.Series.Select(series => series.Samples[0].Value).Where(value => !double.IsNaN(value)).Distinct());

    [Fact]
    public async Task A_server_that_comes_up_later_gets_every_collection_in_order()
    {
        var endpoint = Receiver.GetUnusedEndpoint();
        using var dropped = new DroppedSamples(endpoint);
        using var program = new SteppingProgram(endpoint, series: 5);
        for (var i = 0; i < 20; i++)
            program.Collect();
        while (program.Log.Count == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);

        await using var receiver = await Receiver.StartAsync(endpoint);
        Assert.True(program.Shutdown());

        // Shutdown collects once more.
        Assert.Equal(Enumerable.Range(1, 21).Select(step => (double)step), GetSteps(receiver.TakeRest()));
        Assert.Empty(dropped.Read());
        Assert.Single(program.Log, line => line.StartsWith("Warning: Metrics cannot be sent", StringComparison.Ordinal));
        Assert.Single(program.Log, line => line.StartsWith("Information: Metrics are sent", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(599)]
    public async Task What_a_busy_server_refuses_now_is_sent_again_and_arrives_once_in_order(int code)
    {
        await using var receiver = await Receiver.StartAsync();
        using var dropped = new DroppedSamples(receiver.Endpoint);
        var (tries, accepted) = (0, new List<double>());
        receiver.Answer = context =>
        {
            context.Response.StatusCode = ++tries % 3 == 0 ? 200 : code;
            context.Response.Headers.RetryAfter = tries % 3 == 1 ? "0" : DateTimeOffset.UnixEpoch.ToString("R", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        };
        using var program = new SteppingProgram(receiver.Endpoint);
        program.Collect();
        program.Collect();
        Assert.True(program.Shutdown());

        // 3 collections and the end, each tried three times.
        var requests = receiver.TakeRest();
        Assert.Equal(12, requests.Count);
        accepted.AddRange(GetSteps(requests.Where((_, i) => i % 3 == 2)));
        Assert.Equal([1, 2, 3], accepted);
        Assert.Empty(dropped.Read());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(408)]
    [InlineData(413)]
    [InlineData(301)]
    [InlineData(307)]
    public async Task What_a_server_refuses_for_good_is_counted_and_logged_once_and_the_next_is_sent(int code)
    {
        await using var receiver = await Receiver.StartAsync();
        using var dropped = new DroppedSamples(receiver.Endpoint);
        var refused = 0;
        receiver.Answer = async context =>
        {
            if (++refused > 2)
                return;
            context.Response.StatusCode = code;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync("out of order sample\nsecond line");
        };
        using var program = new SteppingProgram(receiver.Endpoint, series: 4);
        program.Collect();
        program.Collect();
        program.Collect();
        Assert.True(program.Shutdown());

        Assert.Equal([1, 2, 3, 4], GetSteps(receiver.TakeRest()));
        Assert.Equal(["refused 8"], dropped.Read());
        var line = Assert.Single(program.Log, line => line.Contains("are dropped", StringComparison.Ordinal));
        Assert.Contains($"refused: HTTP {code} out of order sample", line, StringComparison.Ordinal);
    }

    // 10 samples a collection, at most 35 in the queue: the one that is sent and two that wait. Of 7, the first is being sent and the last two are kept: 4 are dropped.
    [Fact]
    public async Task A_full_queue_drops_the_oldest_and_counts_each()
    {
        await using var receiver = await Receiver.StartAsync();
        using var dropped = new DroppedSamples(receiver.Endpoint);
        var release = new TaskCompletionSource();
        receiver.Answer = _ => release.Task;
        using var program = new SteppingProgram(receiver.Endpoint, series: 10, options =>
        {
            options.QueueLimit = 35;
            options.Timeout = TimeSpan.FromMinutes(5);
        });
        program.Collect();
        var requests = new List<ReceivedRequest> { await receiver.TakeAsync() };
        for (var i = 2; i <= 7; i++)
            program.Collect();

        Assert.Equal(["queue_full 40"], dropped.Read());
        release.SetResult();
        requests.Add(await receiver.TakeAsync());
        requests.Add(await receiver.TakeAsync());
        Assert.Equal([1, 6, 7], GetSteps(requests));
        Assert.Single(program.Log, line => line.Contains("queue_full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collection_that_is_larger_than_the_queue_is_dropped()
    {
        await using var receiver = await Receiver.StartAsync();
        using var dropped = new DroppedSamples(receiver.Endpoint);
        using var program = new SteppingProgram(receiver.Endpoint, series: 10, static options => options.QueueLimit = 9);
        program.Collect();

        Assert.Equal(["queue_full 10"], dropped.Read());
        Assert.Empty(receiver.TakeRest());
    }

    // A collection that waited for this server would not return.
    [Fact]
    public async Task A_server_that_never_answers_does_not_hold_up_the_program_or_its_end()
    {
        await using var receiver = await Receiver.StartAsync();
        using var dropped = new DroppedSamples(receiver.Endpoint);
        var never = new TaskCompletionSource();
        receiver.Answer = _ => never.Task;
        var program = new SteppingProgram(receiver.Endpoint, series: 2, static options =>
        {
            options.Timeout = TimeSpan.FromMinutes(5);
            options.ShutdownTimeout = TimeSpan.Zero;
        });
        program.Collect();
        _ = await receiver.TakeAsync();
        for (var i = 0; i < 5; i++)
            program.Collect();

        Assert.False(program.Shutdown());
        // 6 collections, that of the shutdown, and the end of the series: 8 times 2.
        Assert.Equal(["shutdown 16"], dropped.Read());
        Assert.Single(program.Log, line => line.Contains("shutdown", StringComparison.Ordinal));
        program.Dispose();
        never.SetResult();
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_sent_again()
    {
        await using var receiver = await Receiver.StartAsync();
        using var dropped = new DroppedSamples(receiver.Endpoint);
        var tries = 0;
        receiver.Answer = context => ++tries == 1 ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default) : Task.CompletedTask;
        using var program = new SteppingProgram(receiver.Endpoint, configure: static options => options.Timeout = TimeSpan.FromSeconds(1));
        program.Collect();

        Assert.Equal([1, 1], GetSteps([await receiver.TakeAsync(), await receiver.TakeAsync()]));
        Assert.Empty(dropped.Read());
    }

    [Fact]
    public async Task Garbage_for_an_answer_loses_nothing()
    {
        const int collections = 12;
        await using var server = new GarbageServer(seed: 7, answers: 60);
        using var dropped = new DroppedSamples(server.Endpoint);
        using var program = new SteppingProgram(server.Endpoint, configure: static options => options.Timeout = TimeSpan.FromSeconds(2));
        for (var i = 0; i < collections; i++)
            program.Collect();
        Assert.True(program.Shutdown());

        Assert.Equal(60, server.Garbage);
        // The collections, that of the shutdown, and the end of the series.
        Assert.Equal(collections + 2, server.Accepted.Count);
        Assert.Equal(Enumerable.Range(1, collections + 1).Select(step => (double)step), GetSteps(server.Accepted));
        Assert.Empty(dropped.Read());
    }
}
