using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.Instruments.Feeds;
using Tonne.Ledgers.Tests;
using Tonne.Reporting.Services;
using Tonne.Services.Accounts;
using Tonne.Services.Recording;

namespace Tonne.Server.Tests.Api;

public class ServiceRoutesTests
{
    const string Run = "20261120-080001-aaaaa1";

    // A recorder that was killed has left a run and looks: its hours are computed when they are first asked for.
    static void Leave(TemporaryHome home)
    {
        home.Complete(Run);
        var looks = Directory.CreateDirectory(Path.Combine(ServiceFolder.Open(home.Home, "chat").Location, "looks"));
        File.WriteAllText(Path.Combine(looks.FullName, Run + ".jsonl"), "");
    }

    [Fact]
    public async Task A_service_has_the_document_of_its_report()
    {
        await using var server = await RunningServer.StartAsync(Leave);

        var document = await server.GetJsonAsync("/api/v1/services/chat");

        var accountant = new Accountant();
        var intensities = new KnownIntensities(KnownIntensities.OpenHistory(server.Ledger.Home.Root));
        var account = ServiceAccount.Read(
            server.Ledger.Ledger, ServiceFolder.Open(server.Ledger.Home, "chat"),
            record => accountant.Account(record, FactorSelector.SelectFactors(record, intensities)));
        var expected = JsonNode.Parse(ServiceDocument.From(ServiceReport.From(account, (DateTimeOffset)document["at"]!)).ToJson())!;
        Assert.True(JsonNode.DeepEquals(expected, document), document.ToJsonString());
        Assert.Equal([Run], document["runs"]!.AsArray().Select(run => (string)run!));
        // No requests are known: all of the run's energy is idle.
        var record = server.Ledger.Ledger.Load(Run).Record;
        var footprint = accountant.Account(record, FactorSelector.SelectFactors(record, intensities));
        Assert.Equal(footprint.FacilityEnergy.Bounds.Best, (double)document["all"]!["facility_energy_kwh"]!["value"]!, 1e-12);
        Assert.Equal(1, (double)document["all"]!["idle_share"]!);
        var listed = Assert.Single((await server.GetJsonAsync("/api/v1/services"))["services"]!.AsArray())!;
        Assert.True(JsonNode.DeepEquals(document["all"], listed["all"]));
        Assert.Equal("/api/v1/services/chat", (string)listed["address"]!);
        Assert.Empty((await server.GetJsonAsync("/api/v1/services/chat?since=2026-11-21"))["days"]!.AsArray());
    }

    [Fact]
    public async Task A_server_that_only_reads_leaves_hours_uncomputed_and_says_so()
    {
        await using var server = await RunningServer.StartAsync(Leave, options => options with { ReadOnly = true });

        var document = await server.GetJsonAsync("/api/v1/services/chat");

        Assert.Contains(Run, (string)Assert.Single(document["problems"]!.AsArray())!, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(ServiceFolder.Open(server.Ledger.Home, "chat").Location, "hours")));
    }

    [Fact]
    public async Task An_unknown_service_is_an_error_that_names_those_there_are()
    {
        await using var server = await RunningServer.StartAsync(Leave);

        Assert.Equal("There are chat.", (string)(await server.GetJsonAsync("/api/v1/services/chta", 404))["remedy"]!);
        await server.GetAsync("/api/v1/services/..%2F..%2Fruns", 404);
        Assert.Equal("parameter 'sinc'", (string)(await server.GetJsonAsync("/api/v1/services/chat?sinc=30d", 400))["where"]!);
    }
}
