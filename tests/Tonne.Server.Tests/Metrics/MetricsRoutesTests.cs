using System.Globalization;
using System.Text.RegularExpressions;
using Tonne.Ledgers.Tests;
using Tonne.Ledgers.Totals;
using Tonne.Server.Security;
using Tonne.Server.Tests.Fleet;

namespace Tonne.Server.Tests.Metrics;

public partial class MetricsRoutesTests
{
    [Fact]
    public async Task Totals_and_live_powers_are_metrics_with_units()
    {
        await using var server = await RunningServer.StartAsync(home =>
        {
            home.Complete("20261120-080001-aaaaa1");
            home.Complete("20261120-080002-aaaaa2");
        });
        using var running = server.Ledger.Ledger.Begin(SampleRun.Opening("20261120-080003-aaaaa3") with { Name = "a \"quoted\"\nname\\" });
        SampleRun.Write(running.Trace, ending: false);

        var text = await server.GetAsync("/metrics");

        var lines = text.Split('\n');
        Assert.Equal(["# EOF", ""], lines[^2..]);
        // OpenMetrics 1.0: a metadata line, or a sample with labels.
        Assert.All(lines[..^2], line => Assert.Matches(Line(), line));
        var sum = LedgerTotal.Of(server.Ledger.Ledger.ListRuns()).Sum;
        Assert.Equal(sum.FacilityEnergy.Best * 3.6e6, Read(lines, "tonne_ledger_facility_energy_joules{bound=\"best\"}"));
        Assert.Equal(sum.Emissions.High * 1000, Read(lines, "tonne_ledger_emissions_grams{bound=\"high\"}"));
        Assert.Equal(2, Read(lines, "tonne_ledger_runs{status=\"completed\"}"));
        Assert.Equal(1, Read(lines, "tonne_running_runs"));
        Assert.True(Read(lines, "tonne_run_power_watts{run=\"20261120-080003-aaaaa3\",name=\"a \\\"quoted\\\" name\\\\\"}") > 0);
    }

    [Fact]
    public async Task A_fleet_has_sums_by_node_and_account_and_the_states_of_its_nodes()
    {
        const string First = "20261120-080001-aaaaa1", Second = "20261120-080002-aaaaa2";
        using var node = new TemporaryHome();
        node.Complete(First);
        node.Complete(Second);
        await using var fleet = await FleetServer.StartAsync();
        var key = await fleet.EnrolAsync("node-1");
        await fleet.EnrolAsync("node-2");
        await fleet.PushAsync(key, FleetServer.Write(FleetServer.ReadLines(node)), null);

        var lines = (await fleet.Server.GetAsync("/metrics")).Split('\n');

        Assert.Equal(["# EOF", ""], lines[^2..]);
        Assert.All(lines[..^2], line => Assert.Matches(Line(), line));
        var sum = fleet.Store.Total(RequestPerson.TokenHolder, new TotalQuery()).Sum;
        foreach (var group in new[] { "node", "account" })
        {
            Assert.Equal(2, Sum(lines, $"tonne_fleet_{group}_runs{{"));
            Assert.Equal(sum.Energy.Best * 3.6e6, Sum(lines, $"tonne_fleet_{group}_it_energy_joules{{"), 1e-9 * sum.Energy.Best * 3.6e6);
            Assert.Equal(sum.Emissions.Best * 1000, Sum(lines, $"tonne_fleet_{group}_emissions_grams{{"), 1e-9 * sum.Emissions.Best * 1000);
        }

        Assert.Equal(2, Sum(lines, "tonne_fleet_nodes{"));
        Assert.Equal(fleet.Time.GetUtcNow().ToUnixTimeSeconds(), Read(lines, "tonne_fleet_node_last_heard_timestamp_seconds{node=\"node-1\"}"));
    }

    static double Sum(string[] lines, string begin) => lines.Where(line => line.StartsWith(begin, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    static double Read(string[] lines, string name) =>
        double.Parse(Assert.Single(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);

    [GeneratedRegex("""^(# (TYPE|UNIT|HELP) [a-z_]+ .+|[a-z_]+(\{[a-z]+="([^"\\\n]|\\["\\n])*"(,[a-z]+="([^"\\\n]|\\["\\n])*")*\})? -?[0-9.E+-]+)$""", RegexOptions.None, 1000)]
    private static partial Regex Line();
}
