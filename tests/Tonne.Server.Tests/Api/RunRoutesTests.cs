using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Ledgers.Tests;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;

namespace Tonne.Server.Tests.Api;

public class RunRoutesTests
{
    static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"20261120-0800{number % 60:00}-{number:000000}");

    static void Fill(TemporaryHome home, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = i;
            home.Complete(Id(i), trace => SampleRun.Write(trace, seconds: 21 + (number * 7 % 10)), opening => opening with
            {
                Name = $"run {number % 5}",
                Project = number % 2 == 0 ? "vision" : "text",
                User = number % 3 == 0 ? "ada" : "grace",
                Node = "node" + (number % 4),
                Tags = opening.Tags.Add("fold", (number % 2).ToString(CultureInfo.InvariantCulture)),
            });
        }
    }

    [Fact]
    public async Task A_run_is_the_document_of_the_command_line_to_the_digit()
    {
        await using var server = await RunningServer.StartAsync(home => Fill(home, 1));
        var entry = server.Ledger.Ledger.Load(Id(0));

        var answer = await server.GetAsync("/api/v1/runs/last");

        Assert.Equal(RunDocument.From(entry.Record, entry.Account()).ToJson(), answer);
        // The list has the same figures.
        var row = (await server.GetJsonAsync("/api/v1/runs"))["runs"]![0]!;
        var whole = JsonNode.Parse(answer)!;
        foreach (var figure in new[] { "energy_kwh", "facility_energy_kwh", "emissions_kg" })
            Assert.True(JsonNode.DeepEquals(whole[figure], row[figure]), figure);
    }

    [Fact]
    public async Task Derivations_and_comparisons_are_those_of_the_command_line()
    {
        await using var server = await RunningServer.StartAsync(home => Fill(home, 2));
        var entries = new[] { Id(0), Id(1) }.Select(server.Ledger.Ledger.Load).ToList();
        var footprint = entries[0].Account();

        Assert.Equal(
            ExplanationDocument.From(entries[0].Record, footprint, Explanation.Create(FigureIndex.Find(footprint, "energy").ValueOrThrow)).ToJson(),
            await server.GetAsync($"/api/v1/runs/{Id(0)}/explain?figure=energy"));
        Assert.Equal(
            ComparisonDocument.From(RunComparison.Compare([.. entries.Select(entry => new ComparedRun(entry.Record, entry.Account()))])).ToJson(),
            await server.GetAsync($"/api/v1/compare?run={Id(0)}&run={Id(1)}"));
    }

    [Theory]
    [InlineData("project=vision", 12)]
    [InlineData("user=ada&project=vision", 4)]
    [InlineData("machine=node1", 6)]
    [InlineData("tag=fold%3D1", 12)]
    [InlineData("tag=fold", 24)]
    [InlineData("q=NODE2+vision+ada", 2)]
    [InlineData("status=completed&kind=recorded", 24)]
    [InlineData("status=failed", 0)]
    [InlineData("since=2026-11-21", 0)]
    [InlineData("until=2026-11-20T08:00:10Z", 10)]
    public async Task Runs_are_filtered(string query, int expected)
    {
        await using var server = await RunningServer.StartAsync(home => Fill(home, 24));

        var page = await server.GetJsonAsync("/api/v1/runs?" + query);

        Assert.Equal(expected, (int)page["total"]!);
        Assert.Equal(expected, page["runs"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("-started")]
    [InlineData("name")]
    [InlineData("-emissions")]
    [InlineData("duration")]
    public async Task Pages_that_follow_each_other_are_the_whole_list_once(string sort)
    {
        await using var server = await RunningServer.StartAsync(home => Fill(home, 24));
        var ids = new List<string>();

        for (var next = (string?)$"/api/v1/runs?limit=7&sort={sort}"; next is not null;)
        {
            var page = await server.GetJsonAsync(next);
            ids.AddRange(page["runs"]!.AsArray().Select(run => (string)run!["id"]!));
            next = (string?)page["next"];
        }

        var whole = await server.GetJsonAsync($"/api/v1/runs?limit=500&sort={sort}");
        Assert.Equal(whole["runs"]!.AsArray().Select(run => (string)run!["id"]!), ids);
        Assert.Equal(24, ids.Distinct(StringComparer.Ordinal).Count());
        if (sort == "-emissions")
        {
            var values = whole["runs"]!.AsArray().Select(run => (double)run!["emissions_kg"]!["total"]!["value"]!).ToList();
            Assert.Equal(values.OrderDescending(), values);
        }
    }

    [Fact]
    public async Task A_run_that_is_new_recounted_or_removed_is_seen_by_the_next_list()
    {
        await using var server = await RunningServer.StartAsync(home => Fill(home, 3));
        Assert.Equal(3, (int)(await server.GetJsonAsync("/api/v1/runs"))["total"]!);

        server.Ledger.Complete(Id(7));
        await AssertEventuallyAsync(async () => (int)(await server.GetJsonAsync("/api/v1/runs"))["total"]! == 4);
        server.Ledger.Ledger.Recount(Id(1), entry => SampleRun.Account(entry.Record, 112, new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero)));
        var recounted = JsonNode.Parse(await server.GetAsync($"/api/v1/runs/{Id(1)}"))!["emissions_kg"];
        await AssertEventuallyAsync(async () => JsonNode.DeepEquals(
            recounted, (await server.GetJsonAsync("/api/v1/runs"))["runs"]!.AsArray().Single(run => (string)run!["id"]! == Id(1))!["emissions_kg"]));
        Directory.Delete(server.Ledger.Home.GetRunFolder(Id(2)).Location, recursive: true);
        await AssertEventuallyAsync(async () => (int)(await server.GetJsonAsync("/api/v1/runs"))["total"]! == 3);
    }

    [Theory]
    [InlineData("/api/v1/runs/nothing", 404)]
    [InlineData("/api/v1/runs/20261120", 409)]
    [InlineData("/api/v1/runs/last/explain?figure=happiness", 400)]
    [InlineData("/api/v1/runs?projekt=x", 400)]
    [InlineData("/api/v1/runs?limit=0", 400)]
    [InlineData("/api/v1/runs?limit=1&limit=2", 400)]
    [InlineData("/api/v1/runs?project=", 400)]
    [InlineData("/api/v1/runs?sort=colour", 400)]
    [InlineData("/api/v1/runs?since=yesterday", 400)]
    [InlineData("/api/v1/runs?status=7", 400)]
    [InlineData("/api/v1/compare?run=last", 400)]
    [InlineData("/api/v1/compare?run=last&run=last", 400)]
    [InlineData("/api/v1/compare", 400)]
    [InlineData("/api/v1/totals?by=colour", 400)]
    [InlineData("/api/v1/totals?year-before=true", 400)]
    [InlineData("/api/v1/catalogs/colours", 404)]
    [InlineData("/api/v1/estimates/training?hardware=abacus&parameters=1e9&tokens=1e9", 400)]
    [InlineData("/api/v1/estimates/training?parameters=1e9&tokens=1e9", 400)]
    [InlineData("/api/v1/estimates/training?hardware=h100&parameters=1e9&tokens=1e9&zone=Atlantis", 400)]
    [InlineData("/api/v1/estimates/inference?hardware=h100&model=gpt-4o", 400)]
    [InlineData("/api/v2/runs", 404)]
    public async Task An_error_says_what_where_and_what_to_do(string address, int status)
    {
        await using var server = await RunningServer.StartAsync(home => Fill(home, 2));

        var problem = await server.GetJsonAsync(address, status);

        Assert.Equal(status, (int)problem["status"]!);
        Assert.All(new[] { "title", "detail", "where", "remedy" }, field => Assert.False(string.IsNullOrWhiteSpace((string?)problem[field]), field));
    }

    [Fact]
    public async Task A_run_that_is_recorded_now_is_in_the_list_and_has_no_figures_yet()
    {
        await using var server = await RunningServer.StartAsync();
        using var run = server.Ledger.Ledger.Begin(SampleRun.Opening(Id(0)));
        SampleRun.Write(run.Trace, ending: false);

        var row = (await server.GetJsonAsync("/api/v1/runs?status=running"))["runs"]!.AsArray().Single()!;

        Assert.Equal("running", (string)row["status"]!);
        Assert.Null(row["energy_kwh"]);
        Assert.Contains("/live", (string)(await server.GetJsonAsync($"/api/v1/runs/{Id(0)}", 409))["remedy"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Totals_budgets_and_estimates_are_those_of_the_command_line()
    {
        await using var server = await RunningServer.StartAsync(home => Fill(home, 6));
        var total = server.Ledger.Ledger.Total(new() { By = Tonne.Ledgers.Totals.TotalKey.Parse("project,user") });

        Assert.Equal(Tonne.Reporting.Totals.TotalDocument.From(total).ToJson(), await server.GetAsync("/api/v1/totals?by=project,user"));
        Assert.Equal("tonne.budget/1", (string)(await server.GetJsonAsync("/api/v1/budgets"))["schema"]!);
        Assert.Equal("tonne.training-estimate/1", (string)(await server.GetJsonAsync("/api/v1/estimates/training?model=llama-3.1-8b&hardware=h100,a100&zone=FR"))["schema"]!);
        Assert.Equal("tonne.inference-estimate/1", (string)(await server.GetJsonAsync("/api/v1/estimates/inference?model=llama-3.1-70b&hardware=h100&output-tokens=400"))["schema"]!);
        Assert.Equal(CatalogDocument.All.Single(catalog => catalog.Name == "zones").ToJson("france"), await server.GetAsync("/api/v1/catalogs/zones?search=france"));
        Assert.Equal("tonne.doctor/1", (string)(await server.GetJsonAsync("/api/v1/doctor"))["schema"]!);
    }

    [Fact]
    public async Task A_description_is_accounted_and_the_files_it_names_are_not_read()
    {
        await using var server = await RunningServer.StartAsync();
        var bloom = await File.ReadAllTextAsync(Path.Combine(Tonne.Tests.Architecture.Repository.Root, "examples", "footprints", "bloom.yaml"), TestContext.Current.CancellationToken);

        Assert.Equal("tonne.footprint/1", (string)(await PostAsync(server, bloom, 200))["schema"]!);
        Assert.Equal(422, (int)(await PostAsync(server, "format: tonne.life/1\nname: x\nphases: 7\n", 422))["status"]!);
        await PostAsync(server, "", 400);
    }

    static async Task<JsonNode> PostAsync(RunningServer server, string text, int status)
    {
        using var content = new StringContent(text, System.Text.Encoding.UTF8, "application/yaml");
        using var response = await server.Client.PostAsync(new Uri("/api/v1/footprint", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == status, answer);
        return JsonNode.Parse(answer)!;
    }

    /// <summary>A list may be a quarter of a second old.</summary>
    static async Task AssertEventuallyAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (await condition())
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail("it was not seen in 100 lists");
    }
}
