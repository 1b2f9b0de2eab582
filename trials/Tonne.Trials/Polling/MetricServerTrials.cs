using System.Text.Json.Nodes;

namespace Tonne.Trials.Polling;

/// <summary>Meters in a real Prometheus: a run counts the energy of its own time, whatever the scrape interval.</summary>
public sealed class MetricServerTrials(MetricServer server) : IClassFixture<MetricServer>
{
    /// <summary>A value is up to 0.7 s old at each end of some 6 s, and carried on at the slope of two minutes, in which other trials have played their swells.</summary>
    /// <summary>2 % on a quiet machine; on a busy one, scrapes are late.</summary>
    const double Tolerance = 0.04;

    async Task<RunJson> MeasureAsync(TonneCommand tonne, string query)
    {
        var (finished, run) = await PlayedPower.MeasureAsync(tonne, ["-q", "--period", "200ms", "--meter", $"prometheus+http://{server.Host}/?{query}&every=200ms&wait=5s"], server.Package, server.Memory, server.Gpu);
        finished.Expect(0);
        Assert.Empty(run.Gaps);
        return run;
    }

    static void Near(PlayedPower power, RunJson run, double joules, double tolerance = Tolerance)
    {
        var truth = power.Of(run);
        Assert.InRange(joules, truth * (1 - tolerance), truth * (1 + tolerance));
    }

    [Theory]
    [InlineData("kepler")]
    [InlineData("scaphandre")]
    [InlineData("node-rapl")]
    public async Task Processor_and_memory_are_what_the_exporter_counted(string preset)
    {
        server.Needed();
        using var tonne = new TonneCommand();

        var run = await MeasureAsync(tonne, $"preset={preset}&instance={(preset == "node-rapl" ? server.NodeExporter : server.Exporter)}");

        // The node exporter runs all of its collectors during a scrape, so a counter may be read up to a scrape interval (0.5 s of some 6 s)
        // after the time that Prometheus gives it.
        var tolerance = preset == "node-rapl" ? 0.1 : Tolerance;
        Near(server.Package, run, run.Microjoules("cpu", "machine") / 1e6, tolerance);
        Near(server.Memory, run, run.Microjoules("memory", "machine") / 1e6, tolerance);
        Assert.All(run.Components.Where(component => (string)component["component"]! is "cpu" or "memory"), component => Assert.Equal("measured", (string?)component["quality"]));
    }

    // codecarbon#1316: an old GPU has no counter: its power is integrated, and is not 0 kWh.
    [Fact]
    public async Task Each_gpu_is_what_it_counted_and_one_without_a_counter_what_its_power_comes_to()
    {
        server.Needed();
        using var tonne = new TonneCommand();

        var run = await MeasureAsync(tonne, "preset=dcgm");

        Near(server.Gpu, run, Joules(run, "0"));
        // A power is read every 0.5 s during swells of 1.5 s: three readings each.
        Assert.InRange(Joules(run, "1"), server.Memory.Of(run) * 0.94, server.Memory.Of(run) * 1.06);
        Assert.Equal(["NVIDIA A100-SXM4-80GB", "Tesla P100"], run.Root["host"]!["gpus"]!.AsArray().Select(gpu => (string?)gpu));

        static double Joules(RunJson run, string device) => run.Components.Where(component => (string)component["component"]! == "gpu" && (string?)component["device"] == device).Sum(component => (long)component["machine_uj"]!) / 1e6;
    }

    [Fact]
    public async Task A_query_of_ones_own_is_the_whole_machine()
    {
        server.Needed();
        using var tonne = new TonneCommand();

        var run = await MeasureAsync(tonne, $"query=sum({{__name__=~\"scaph_socket_energy_microjoules|scaph_domain_energy_microjoules\",domain_name!=\"core\",instance=\"{server.Exporter}\"}})&component=platform&kind=energy&unit=uJ");

        var truth = server.Package.Of(run) + server.Memory.Of(run);
        // A sum has no rate and no time of scrape: up to a scrape of 0.5 s at either end of some 6 s.
        Assert.InRange(run.Components.Sum(component => (long)component["machine_uj"]!) / 1e6, truth * 0.9, truth * 1.1);
    }

    [Fact]
    public async Task Machines_are_distinguished_and_errors_of_the_server_are_reported()
    {
        server.Needed();
        using var tonne = new TonneCommand();

        var stranger = await DoctorAsync("preset=kepler&instance=another:9999");
        var wrong = await DoctorAsync("query=sum(((&component=cpu&kind=power&unit=W");
        var many = await DoctorAsync("query=up&component=cpu&kind=power&unit=W");

        Assert.Contains("of the instance 'another:9999' now", stranger, StringComparison.Ordinal);
        Assert.Contains("refuses the query", wrong, StringComparison.Ordinal);
        Assert.Contains("2 series", many, StringComparison.Ordinal);

        async Task<string> DoctorAsync(string query)
        {
            var finished = await tonne.RunAsync("doctor", "--json", "--meter", $"prometheus+http://{server.Host}/?{query}&wait=5s");
            var missing = JsonNode.Parse(finished.Expect(0).Output)!["missing"]!.AsArray();
            return (string)missing.First(each => ((string)each!["id"]!).StartsWith("prometheus:", StringComparison.Ordinal))!["reason"]!;
        }
    }
}
