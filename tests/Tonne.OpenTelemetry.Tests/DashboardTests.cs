using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using Tonne.Hosting;
using Tonne.OpenTelemetry.Tests.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests;

/// <summary>docs/grafana/tonne.json names only series and labels that a host with AddTonne sends. The trials run its queries on a real Prometheus.</summary>
public sealed partial class DashboardTests : IDisposable
{
    // Functions and keywords of PromQL in the dashboard.
    static readonly string[] _words = ["sum", "by", "increase", "rate", "last_over_time"];

    readonly string _home = Directory.CreateTempSubdirectory("dashboard-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Each_query_names_series_and_labels_that_are_sent()
    {
        var sent = await SendAsync();
        var labels = sent.Values.SelectMany(each => each).ToHashSet(StringComparer.Ordinal);
        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(FindRoot(), "docs", "grafana", "tonne.json"), TestContext.Current.CancellationToken))!;
        var queries = dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => (string)target!["expr"]!).ToList();

        Assert.True(queries.Count >= 5);
        foreach (var query in queries)
        {
            var selectors = Selector().Matches(query);
            Assert.NotEmpty(selectors);
            Assert.All(selectors, selector =>
            {
                Assert.Contains(selector.Groups["name"].Value, sent.Keys);
                Assert.All(Matcher().Matches(selector.Groups["labels"].Value), matcher => Assert.Contains(matcher.Groups[1].Value, sent[selector.Groups["name"].Value]));
            });
            Assert.All(Word().Matches(Selector().Replace(query, "")), word => Assert.Contains(word.Value, _words.Concat(labels)));
        }

        Assert.All(dashboard["templating"]!["list"]!.AsArray().Select(variable => (string)variable!["query"]!).Where(query => query.StartsWith("label_values", StringComparison.Ordinal)), query =>
        {
            var parts = query["label_values(".Length..^1].Split(", ");
            Assert.Contains(parts[1], sent[parts[0]]);
        });
    }

    // The labels of each name.
    async Task<Dictionary<string, HashSet<string>>> SendAsync()
    {
        await using var receiver = await Receiver.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "service" });
        builder.Services.AddTonne(options => (options.Home, options.Zone, options.Period) = (_home, "FR", TimeSpan.FromMilliseconds(100)));
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddTonneInstrumentation().AddPrometheusRemoteWrite(options => (options.Endpoint, options.Period) = (receiver.Endpoint, TimeSpan.FromHours(1))));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(host.Services.GetRequiredService<MeterProvider>().ForceFlush());
        var request = await receiver.TakeAsync();
        await host.StopAsync(TestContext.Current.CancellationToken);
        return request.Message.Series.GroupBy(static series => series.Labels.Single(label => label.Name == "__name__").Value, StringComparer.Ordinal)
            .ToDictionary(static series => series.Key, static series => series.SelectMany(each => each.Labels).Select(label => label.Name).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tonne.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"(?<name>\w+)\{(?<labels>[^}]*)\}(\[[^\]]*\])?", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)=~?""", RegexOptions.None, 5000)]
    private static partial Regex Matcher();

    [GeneratedRegex("[a-z_]{2,}", RegexOptions.None, 5000)]
    private static partial Regex Word();
}
