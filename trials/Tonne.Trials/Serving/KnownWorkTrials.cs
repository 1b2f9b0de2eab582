using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Trials.Services;

namespace Tonne.Trials.Serving;

/// <summary>Requests of known work to a real embedding model, through a real proxy that measures it: their energies are in proportion.</summary>
[Collection(nameof(Alone))]
public class KnownWorkTrials
{
    // Alone, what a request takes beside its tokens must be small against them. Overlapping, many must share a window.
    const int LongText = 192, ShortText = 48;

    // Load of the machine for each processor, above which a request gets a processor too rarely to be compared with another.
    const double MostLoad = 4;

    // Energy is divided in windows of a second, and read each 0.1 s: loads that are farther apart share none.
    static readonly TimeSpan _pause = TimeSpan.FromSeconds(1.1);

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
            List<Sent> first = await LoadAsync(proxy, server, LongText, seconds: 2, [1, 2, 4]), alone = [];
            // In three rounds, because a machine may become slower or faster meanwhile.
            foreach (var texts in (int[])[1, 2, 4, 1, 2, 4, 1, 2, 4])
                alone.AddRange(await LoadAsync(proxy, server, LongText, seconds: 2, [texts]));
            var overlapping = await LoadAsync(proxy, server, ShortText, seconds: 5, [1, 2, 4], [2, 4, 1], [4, 1, 2]);

            // The last one is divided last.
            await proxy.WaitForAsync(overlapping[^1].Id, "measured");
            var divided = (await proxy.GetAsync("/tonne/requests"))["divided"]!;
            Assert.Equal((double)divided["energy_wh"]!, (double)divided["requests_wh"]! + (double)divided["idle_wh"]!, 1e-12);
            var sum = (await ReadAsync(proxy, [.. first, .. alone, .. overlapping])).Sum(static each => (double)each.Request["energy_wh"]!);
            Assert.Equal(1, sum / (double)divided["requests_wh"]!, 1e-9);
            var (measuredAlone, measuredOverlapping) = (await ReadAsync(proxy, alone), await ReadAsync(proxy, overlapping));
            Assert.Equal(0, await proxy.StopAsync());
            Assert.SkipWhen(ReadLoad() > MostLoad * Environment.ProcessorCount,
                "other programs keep this machine too busy for so few requests: proportions were not compared, nothing was lost");
            AssertProportion("alone", measuredAlone);
            AssertProportion("overlapping", measuredOverlapping);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>After a pause, clients that send one request after the other, of these numbers of texts in turn; a text has so many tokens.</summary>
    static async Task<List<Sent>> LoadAsync(PassedRequests proxy, ModelServer server, int tokens, double seconds, params int[][] clients)
    {
        var (time, text) = (TimeProvider.System, ModelServer.WriteText(tokens));
        await Task.Delay(_pause, time, TestContext.Current.CancellationToken);
        var begin = time.GetTimestamp();
        var sent = await Task.WhenAll(clients.Select(async sizes =>
        {
            var requests = new List<Sent>();
            for (var i = 0; time.GetElapsedTime(begin).TotalSeconds < seconds; i++)
            {
                var texts = sizes[i % sizes.Length];
                var (counted, id) = await server.EmbedAsync(proxy.Client.BaseAddress!, [.. Enumerable.Repeat(text, texts)]);
                Assert.Equal(tokens * texts, counted);
                requests.Add(new Sent(texts, id!, time.GetElapsedTime(begin)));
            }

            return requests;
        }));
        return [.. sent.SelectMany(static each => each).OrderBy(static request => request.End)];
    }

    static async Task<List<(int Texts, JsonNode Request)>> ReadAsync(PassedRequests proxy, IEnumerable<Sent> sent)
    {
        List<(int Texts, JsonNode Request)> read = [];
        foreach (var request in sent)
            read.Add((request.Texts, await proxy.WaitForAsync(request.Id, "measured")));
        return read;
    }

    /// <summary>Processes that ran or waited to run in the last minute, on average.</summary>
    static double ReadLoad() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

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
                $"{load}, {texts} texts: {mean.Count} requests, {mean.Work * 3600:0.0000} J by work ({mean.Work / means[1].Work:0.000}), ")
                + string.Create(CultureInfo.InvariantCulture,
                $"{mean.Idle * 3600:0.0000} J idle ({mean.Idle / means[1].Idle:0.000}), {mean.Seconds * 1000:0} ms"));
        }

        foreach (var texts in (int[])[2, 4])
            Assert.InRange(means[texts].Work / means[1].Work, texts * 0.9, texts * 1.1);
    }

    /// <summary>A request.</summary>
    /// <param name="Texts">Its work: the number of its texts.</param>
    /// <param name="Id">Its id at the proxy.</param>
    /// <param name="End">When its reply was there, since the load began.</param>
    sealed record Sent(int Texts, string Id, TimeSpan End);
}
