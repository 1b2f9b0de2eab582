using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Trials.Services;

namespace Tonne.Trials.Serving;

/// <summary>Requests of known work to a real embedding model, through a real proxy that measures it: their energies are in proportion.</summary>
[Collection(nameof(Alone))]
public class KnownWorkTrials
{
    // Tokens of a text: what a request takes beside its tokens is small against them.
    const int TextTokens = 192;

    // A second is the window of a division: requests that are farther than this from the edges of a load share theirs with nothing else.
    static readonly TimeSpan _margin = TimeSpan.FromSeconds(1.1);

    [Fact]
    public async Task Requests_of_1_2_and_4_texts_have_energies_in_that_proportion_alone_and_overlapping()
    {
        using var tonne = new TonneCommand();
        using var server = new ModelServer();
        using var process = tonne.StartOther(server.GetCommand());
        try
        {
            await server.WaitUntilUpAsync();
            await using var proxy = await PassedRequests.StartAsync(
                tonne, "--to", server.Address, "--name", "search", "--pid", process.Id.ToString(CultureInfo.InvariantCulture), "--look", "1s", "--zone", "FR");
            // Until all code is compiled, and the first reading is there.
            List<Sent> all = await LoadAsync(proxy, server, seconds: 2, [1, 2, 4]), alone = [];
            // Twice, because a machine may become slower or faster meanwhile.
            foreach (var texts in (int[])[1, 2, 4, 1, 2, 4])
            {
                var sent = await LoadAsync(proxy, server, seconds: 4.2, [texts]);
                alone.AddRange(sent.Where(static request => request.IsInside));
                all.AddRange(sent);
            }

            var overlapping = await LoadAsync(proxy, server, seconds: 5, [1, 2, 4], [2, 4, 1], [4, 1, 2]);
            all.AddRange(overlapping);

            // The last one is divided last.
            await proxy.WaitForAsync(all[^1].Id, "measured");
            AssertProportion("alone", await ReadAsync(proxy, alone));
            // All sizes are in each of its windows.
            AssertProportion("overlapping", await ReadAsync(proxy, overlapping));

            var divided = (await proxy.GetAsync("/tonne/requests"))["divided"]!;
            Assert.Equal((double)divided["energy_wh"]!, (double)divided["requests_wh"]! + (double)divided["idle_wh"]!, 1e-12);
            var sum = (await ReadAsync(proxy, all)).Sum(static each => (double)each.Request["energy_wh"]!);
            Assert.Equal(1, sum / (double)divided["requests_wh"]!, 1e-9);
            Assert.Equal(0, await proxy.StopAsync());
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Clients that send one request after the other, of these numbers of texts in turn.</summary>
    static async Task<List<Sent>> LoadAsync(PassedRequests proxy, ModelServer server, double seconds, params int[][] clients)
    {
        var (time, text) = (TimeProvider.System, ModelServer.WriteText(TextTokens));
        var begin = time.GetTimestamp();
        var sent = await Task.WhenAll(clients.Select(async sizes =>
        {
            var requests = new List<(int Texts, string Id, TimeSpan From, TimeSpan To)>();
            for (var i = 0; time.GetElapsedTime(begin).TotalSeconds < seconds; i++)
            {
                var (texts, from) = (sizes[i % sizes.Length], time.GetElapsedTime(begin));
                var (tokens, id) = await server.EmbedAsync(proxy.Client.BaseAddress!, [.. Enumerable.Repeat(text, texts)]);
                Assert.Equal(TextTokens * texts, tokens);
                requests.Add((texts, id!, from, time.GetElapsedTime(begin)));
            }

            return requests;
        }));
        var end = sent.SelectMany(static each => each).Max(static request => request.To);
        return [.. sent.SelectMany(static each => each).OrderBy(static request => request.To)
            .Select(request => new Sent(request.Texts, request.Id, request.From > _margin && request.To < end - _margin))];
    }

    static async Task<List<(int Texts, JsonNode Request)>> ReadAsync(PassedRequests proxy, IEnumerable<Sent> sent)
    {
        List<(int Texts, JsonNode Request)> read = [];
        foreach (var request in sent)
            read.Add((request.Texts, await proxy.WaitForAsync(request.Id, "measured")));
        return read;
    }

    /// <summary>The mean energy above idle of each size, against that of one text.</summary>
    static void AssertProportion(string load, List<(int Texts, JsonNode Request)> requests)
    {
        Assert.All(requests, static each => Assert.Null(each.Request["note"]));
        var means = requests.GroupBy(static each => each.Texts).ToDictionary(static group => group.Key, static group => (
            Count: group.Count(), Work: group.Average(static each => (double)each.Request["work_wh"]!),
            Idle: group.Average(static each => (double)each.Request["idle_wh"]!), Seconds: group.Average(static each => (double)each.Request["duration_seconds"]!)));
        foreach (var (texts, mean) in means)
        {
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{load}, {texts} texts: {mean.Count} requests, {mean.Work * 3600:0.0000} J by work ({mean.Work / means[1].Work:0.000}), {mean.Idle * 3600:0.0000} J idle ({mean.Idle / means[1].Idle:0.000}), {mean.Seconds * 1000:0} ms"));
        }

        foreach (var texts in (int[])[2, 4])
            Assert.InRange(means[texts].Work / means[1].Work, texts * 0.9, texts * 1.1);
    }

    /// <summary>A request.</summary>
    /// <param name="Texts">Its work: the number of its texts.</param>
    /// <param name="Id">Its id at the proxy.</param>
    /// <param name="IsInside">Whether its windows are filled by the same load.</param>
    sealed record Sent(int Texts, string Id, bool IsInside);
}
