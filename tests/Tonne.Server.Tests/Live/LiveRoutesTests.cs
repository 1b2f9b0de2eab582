using System.Text.Json.Nodes;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Tests;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;

namespace Tonne.Server.Tests.Live;

public class LiveRoutesTests
{
    const string Id = "20261120-080001-aaaaa1";

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_sample_is_sent_to_all_who_watch_and_the_stream_ends_with_the_run()
    {
        await using var server = await RunningServer.StartAsync();
        using var run = server.Ledger.Ledger.Begin(SampleRun.Opening(Id));
        SampleRun.Write(run.Trace, seconds: 10, ending: false);
        var streams = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync(server)));

        var first = await Task.WhenAll(streams.Select(ReadAsync));
        Append(run, 11);
        var second = await Task.WhenAll(streams.Select(ReadAsync));
        Finish(run, 12);
        var last = await Task.WhenAll(streams.Select(stream => ReadUntilAsync(stream, "end")));

        Assert.All(first, sample => Assert.Equal(10, (double)sample.Data["duration_s"]!));
        // All got the bytes of one look.
        Assert.Single(first.Select(sample => sample.Data.ToJsonString()).Distinct(StringComparer.Ordinal));
        Assert.All(second, sample => Assert.Equal(11, (double)sample.Data["duration_s"]!));
        // 12 J on the package in the last second, and the rest of the machine.
        Assert.All(second, sample => Assert.Equal("running", (string)sample.Data["status"]!));
        Assert.All(last, sample => Assert.Equal("completed", (string)sample.Data["status"]!));
        Assert.All(await Task.WhenAll(streams.Select(stream => stream.ReadToEndAsync(Cancelled))), rest => Assert.Equal("", rest.Trim()));
    }

    [Fact]
    public async Task A_viewer_that_comes_back_gets_only_what_is_new_also_from_another_server()
    {
        await using var server = await RunningServer.StartAsync();
        using var run = server.Ledger.Ledger.Begin(SampleRun.Opening(Id));
        SampleRun.Write(run.Trace, seconds: 10, ending: false);
        var seen = await ReadAsync(await OpenAsync(server));

        await using var restarted = await RunningServer.StartAsync(configure: options => options with { Home = server.Ledger.Home });
        var back = await OpenAsync(restarted, seen.Id);
        Append(run, 11);
        var next = await ReadAsync(back);
        Finish(run, 12);
        var end = await ReadUntilAsync(back, "end");

        Assert.Equal(11, (double)next.Data["duration_s"]!);
        Assert.Equal("end", end.Id);
        using var request = CreateRequest(restarted, end.Id);
        using var response = await restarted.Client.SendAsync(request, Cancelled);
        Assert.Equal(204, (int)response.StatusCode);
    }

    [Fact]
    public async Task An_ended_run_is_one_event_and_an_unknown_one_a_problem()
    {
        await using var server = await RunningServer.StartAsync(home => home.Complete(Id));

        var end = await ReadAsync(await OpenAsync(server));

        Assert.Equal(("end", "completed"), (end.Kind, (string)end.Data["status"]!));
        await server.GetAsync("/api/v1/runs/nothing/live", 404);
    }

    static void Append(RunInProgress run, int second)
    {
        var at = second * 1_000_000_000L;
        run.Trace.AppendSample(at, [Reading.FromValue(at * 3 / 2), Reading.FromValue(at), Reading.FromValue(5_000_000 + (second * 12_000_000L))]);
    }

    static void Finish(RunInProgress run, int second)
    {
        Append(run, second);
        SampleRun.End(run.Trace, second * 1_000_000_000L);
        var record = RecordBuilder.Build(run.Folder.OpenTrace);
        run.Finish(record, SampleRun.Account(record));
    }

    static HttpRequestMessage CreateRequest(RunningServer server, string? last)
    {
        _ = server;
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/v1/runs/{Id}/live", UriKind.Relative));
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        return request;
    }

    static async Task<StreamReader> OpenAsync(RunningServer server, string? last = null)
    {
        using var request = CreateRequest(server, last);
        var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
    }

    static async Task<Event> ReadUntilAsync(StreamReader stream, string kind)
    {
        while (true)
        {
            var next = await ReadAsync(stream);
            if (next.Kind == kind)
                return next;
        }
    }

    /// <summary>Reads the next event (WHATWG HTML, server-sent events): fields until an empty line; comments and the retry time are no events.</summary>
    static async Task<Event> ReadAsync(StreamReader stream)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            var line = await stream.ReadLineAsync(Cancelled) ?? throw new EndOfStreamException();
            if (line.Length == 0 && fields.TryGetValue("data", out var data))
                return new Event(fields["id"], fields["event"], JsonNode.Parse(data)!);
            if (line.Length > 0 && line[0] != ':')
                fields[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 2)..];
        }
    }

    sealed record Event(string Id, string Kind, JsonNode Data);
}
