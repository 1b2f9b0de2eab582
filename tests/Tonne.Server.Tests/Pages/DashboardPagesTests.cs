using System.Text.RegularExpressions;
using Tonne.Ledgers.Tests;
using Tonne.Reporting.Html;
using Tonne.Server.Pages;
using Tonne.Server.Tests.Fleet;

namespace Tonne.Server.Tests.Pages;

public partial class DashboardPagesTests
{
    const string Id = "20261120-080001-aaaaa1";

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Pages { get; } = 
    [
        .. DashboardPages.Addresses.Select(address => address.Replace("{run}", Id, StringComparison.Ordinal)
            .Replace("{catalog}", "zones", StringComparison.Ordinal).Replace("{service}", "chat", StringComparison.Ordinal)),
    ];

    [Theory, MemberData(nameof(Pages))]
    public async Task Every_page_is_the_same_document_with_nothing_stored_in_it(string address)
    {
        await using var server = await RunningServer.StartAsync(home => home.Complete(Id, with: opening => opening with { Name = "<script>alert(1)</script>\u202E" }));
        using var response = await server.Client.GetAsync(new Uri(address, UriKind.Relative), Cancelled);
        var page = await response.Content.ReadAsStringAsync(Cancelled);

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal(await server.GetAsync("/"), page);
        Assert.DoesNotContain("alert", page, StringComparison.Ordinal);
        // What the policy forbids is not in the document: script and style stand in files of their own.
        Assert.DoesNotMatch("<script(?! src=\"/assets/)|<style|\\sstyle=|\\son[a-z]+=", page);
    }

    [Fact]
    public async Task The_page_of_the_nodes_is_offered_where_there_is_a_database()
    {
        Assert.SkipUnless(DashboardPages.AreAvailable, "web/ was not built: node web/scripts/build.mjs");
        await using var folder = await RunningServer.StartAsync();
        await using var fleet = await FleetServer.StartAsync();

        Assert.Contains("<body data-store=\"folder\">", await folder.GetAsync("/nodes"), StringComparison.Ordinal);
        Assert.Contains("<body data-store=\"database\">", await fleet.Server.GetAsync("/nodes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_and_style_are_named_by_their_content_and_kept_by_the_browser()
    {
        Assert.SkipUnless(DashboardPages.AreAvailable, "web/ was not built: node web/scripts/build.mjs");
        await using var server = await RunningServer.StartAsync();
        var names = AssetNames().Matches(await server.GetAsync("/")).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal([".css", ".js"], names.Select(Path.GetExtension).Order(StringComparer.Ordinal));
        foreach (var name in names)
        {
            using var response = await server.Client.GetAsync(new Uri("/assets/" + name, UriKind.Relative), Cancelled);
            var content = await response.Content.ReadAsByteArrayAsync(Cancelled);

            Assert.StartsWith(name.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/css", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromDays(365), response.Headers.CacheControl!.MaxAge);
            Assert.False(response.Headers.CacheControl.Public);
            Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))[..12], name, StringComparison.Ordinal);
        }

        await server.GetAsync("/assets/../Tonne.Server.csproj", 404);
        await server.GetAsync("/assets/index.html", 404);
    }

    [Fact]
    public async Task The_report_of_a_run_is_the_document_of_its_page()
    {
        await using var server = await RunningServer.StartAsync(home => home.Complete(Id));
        var entry = server.Ledger.Ledger.Load(Id);

        Assert.Equal(
            PageDocument.FromRun(entry.Record, entry.Account(), new HtmlReportOptions { WithDetails = true, OpenTrace = server.Ledger.Home.GetRunFolder(Id).OpenTrace }).Json,
            await server.GetAsync($"/api/v1/runs/{Id}/report"));
    }

    [Fact]
    public async Task A_run_that_is_recorded_now_has_a_report_so_far()
    {
        await using var server = await RunningServer.StartAsync();
        using var run = server.Ledger.Ledger.Begin(SampleRun.Opening(Id));
        SampleRun.Write(run.Trace, ending: false);

        var report = await server.GetJsonAsync($"/api/v1/runs/{Id}/report");

        Assert.Equal("running", (string)report["run"]!["status"]!);
        Assert.StartsWith("So far this run used", (string)report["answer"]!["sentence"]!, StringComparison.Ordinal);
        Assert.True((double)report["answer"]!["total"]!["value"]! > 0);
    }

    [Fact]
    public async Task Comparisons_estimates_and_lives_have_the_documents_of_their_pages()
    {
        await using var server = await RunningServer.StartAsync(home =>
        {
            home.Complete(Id);
            home.Complete("20261120-080002-aaaaa2");
        });

        foreach (var (address, schema) in new[]
        {
            ($"/api/v1/compare/report?run={Id}&run=20261120-080002-aaaaa2", "tonne.report-comparison/1"),
            ("/api/v1/estimates/training/report?model=llama-3.1-8b&hardware=h100,a100&zone=FR", "tonne.report-estimate/1"),
            ("/api/v1/estimates/inference/report?model=llama-3.1-70b&hardware=h100&output-tokens=400", "tonne.report-estimate/1"),
            ("/api/v1/estimates/inference/report?task=image-generation&requests=1000", "tonne.report-estimate/1"),
        })
            Assert.Equal(schema, (string)(await server.GetJsonAsync(address))["schema"]!);
        // The page has the figure of the document of the command line.
        var estimate = await server.GetJsonAsync("/api/v1/estimates/training?model=llama-3.1-8b&hardware=h100&zone=FR");
        var page = await server.GetJsonAsync("/api/v1/estimates/training/report?model=llama-3.1-8b&hardware=h100&zone=FR");
        Assert.Equal((double)estimate["emissions_kg"]!["total"]!["value"]!, (double)page["figures"]![0]!["figure"]!["value"]!);
        await server.GetAsync($"/api/v1/compare/report?run={Id}", 400);
        await server.GetAsync("/api/v1/estimates/inference/report?model=gpt-4o&hardware=h100", 400);
    }

    [Fact]
    public async Task Runs_can_be_filtered_by_each_value_that_is_offered()
    {
        await using var server = await RunningServer.StartAsync(home =>
        {
            for (var i = 0; i < 6; i++)
            {
                var number = i;
                home.Complete(FormattableString.Invariant($"20261120-08000{i}-aaaaa{i}"), with: opening => opening with
                {
                    Project = number % 2 == 0 ? "vision" : "text",
                    User = number < 2 ? "ada" : "grace",
                    Node = "node" + (number % 3),
                    Tags = opening.Tags.Add("fold", (number % 2).ToString(System.Globalization.CultureInfo.InvariantCulture)),
                });
            }
        });
        var filters = await server.GetJsonAsync("/api/v1/filters");

        Assert.Equal(6, (int)filters["runs"]!);
        Assert.Equal(["grace", "ada"], filters["users"]!.AsArray().Select(user => (string)user!["value"]!));
        foreach (var (list, parameter) in new[] { ("projects", "project"), ("users", "user"), ("machines", "machine"), ("tags", "tag") })
        {
            Assert.NotEmpty(filters[list]!.AsArray());
            foreach (var value in filters[list]!.AsArray())
            {
                var page = await server.GetJsonAsync($"/api/v1/runs?{parameter}={Uri.EscapeDataString((string)value!["value"]!)}");
                Assert.Equal((int)value["runs"]!, (int)page["total"]!);
            }
        }
    }

    [GeneratedRegex("/assets/([^\"]+)", RegexOptions.None, 1000)]
    private static partial Regex AssetNames();
}
