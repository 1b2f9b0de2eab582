using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Prometheus;
using Tonne.Instruments.Tests.HttpPolling;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Prometheus;

/// <summary>Pages of exporters as their documentation shows them (dcgm-exporter README; Kepler docs/user/metrics.md), and broken ones.</summary>
public class ExporterTests
{
    const string Dcgm = "dcgm+http://localhost:9400/metrics";
    const string Kepler = "kepler+http://localhost:28282/metrics";
    const string First = "GPU-6d5c0ac5-74d7-3130-46f1-e93ed57f4690", Second = "GPU-6d5c0ac5-74d7-3130-46f1-e93ed57f4691";

    static string DcgmPage(long first, long second, string extra = "") => string.Create(CultureInfo.InvariantCulture, $$"""
        # HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).
        # TYPE DCGM_FI_DEV_SM_CLOCK gauge
        DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="{{First}}",pci_bus_id="00000000:00:1E.0",device="nvidia0",modelName="NVIDIA A100-SXM4-80GB",Hostname="node1",DCGM_FI_DRIVER_VERSION="550.54.15"{{extra}}} 139
        # HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
        # TYPE DCGM_FI_DEV_POWER_USAGE gauge
        DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="{{First}}",device="nvidia0",modelName="NVIDIA A100-SXM4-80GB",Hostname="node1",DCGM_FI_DRIVER_VERSION="550.54.15"{{extra}}} 68.244
        # HELP DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION Total energy consumption since boot (in mJ).
        # TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
        DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="{{First}}",device="nvidia0",modelName="NVIDIA A100-SXM4-80GB",Hostname="node1",DCGM_FI_DRIVER_VERSION="550.54.15"{{extra}}} {{first}}
        DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="1",UUID="{{Second}}",device="nvidia1",modelName="NVIDIA A100-SXM4-80GB",Hostname="node1",DCGM_FI_DRIVER_VERSION="550.54.15"} {{second}}

        """);

    static string KeplerPage(double package0, double package1, double dram) => string.Create(CultureInfo.InvariantCulture, $$"""
        # HELP kepler_build_info A metric with a constant '1' value labeled by branch, revision, version, and goversion from which kepler was built.
        # TYPE kepler_build_info gauge
        kepler_build_info{arch="amd64",branch="main",goversion="go1.24",node_name="node1",revision="abc",version="v0.11.4"} 1
        # HELP kepler_node_cpu_joules_total Energy consumption of cpu at node level in joules
        # TYPE kepler_node_cpu_joules_total counter
        kepler_node_cpu_joules_total{node_name="node1",path="/sys/class/powercap/intel-rapl:0",zone="package"} {{package0}}
        kepler_node_cpu_joules_total{node_name="node1",path="/sys/class/powercap/intel-rapl:1",zone="package"} {{package1}}
        kepler_node_cpu_joules_total{node_name="node1",path="/sys/class/powercap/intel-rapl:0:0",zone="core"} 5
        kepler_node_cpu_joules_total{node_name="node1",path="/sys/class/powercap/intel-rapl:0:1",zone="dram"} {{dram}}
        kepler_node_cpu_joules_total{node_name="node1",path="/sys/class/powercap/intel-rapl:2",zone="psys"} 900
        kepler_process_cpu_joules_total{comm="python3",node_name="node1",pid="4711",zone="package"} 7

        """);

    // Kepler 0.7 and its metrics page: mode dynamic and idle, source, package.
    static string OldKeplerPage(double dynamicJoules, double idle, string source = "intel_rapl") => string.Create(CultureInfo.InvariantCulture, $$"""
        # HELP kepler_exporter_build_info A metric with a constant '1' value labeled by version
        # TYPE kepler_exporter_build_info gauge
        kepler_exporter_build_info{branch="HEAD",revision="abc",version="0.7.11"} 1
        # TYPE kepler_node_package_joules_total counter
        kepler_node_package_joules_total{exporter="kepler",instance="node1",mode="dynamic",package="0",source="{{source}}"} {{dynamicJoules}}
        kepler_node_package_joules_total{exporter="kepler",instance="node1",mode="idle",package="0",source="{{source}}"} {{idle}}
        kepler_node_platform_joules_total{instance="node1",mode="dynamic",source="acpi"} 12

        """);

    static HttpReply Page(string text) => PlayedDevice.Json(text);

    static string Refusal(PlayedDevice device, string address) => Assert.Single(device.Opened(address).Sources.Missing).Reason;

    [Fact]
    public void Each_gpu_of_dcgm_is_a_device_with_its_counter_and_the_record_says_who_measures()
    {
        using var exporter = PlayedDevice.Saying(DcgmPage(15_152_422_938, 257_858_316)).Opened(Dcgm);

        Assert.Equal(["exporter:dcgm/gpu-0", "exporter:dcgm/gpu-1"], exporter.Sources.Meters.Select(meter => meter.Description.Id));
        Assert.Equal([(Component.Gpu, "0", First), (Component.Gpu, "1", Second)], exporter.Sources.Parts.Select(part => (part.Component, part.Device!, part.Uuid!)));
        Assert.Contains("localhost:9400 (DCGM exporter, driver 550.54.15)", exporter.Meter.Description.Note, StringComparison.Ordinal);
        Assert.Equal(["metrics"], exporter.Asked);
        var before = exporter.Read().Value;
        exporter.Answer = _ => Page(DcgmPage(15_152_722_938, 257_858_316, ",pod=\"train-0\",namespace=\"ml\",container=\"main\""));
        // 300,000 mJ, and the pod that took the GPU makes no other device of it.
        Assert.Equal(300_000_000, exporter.Turn(2).Value - before);
    }

    [Fact]
    public void Packages_and_dram_of_kepler_are_summed_and_what_they_hold_is_not()
    {
        using var exporter = PlayedDevice.Saying(KeplerPage(1000.5, 2000, 30)).Opened(Kepler);

        Assert.Equal(
            [(Component.Cpu, "exporter:kepler/package@0 exporter:kepler/package@1"), (Component.Memory, "exporter:kepler/dram@0:1")],
            exporter.Sources.Parts.Select(part => (part.Component, string.Join(' ', part.Meters.Order(StringComparer.Ordinal)))));
        Assert.Equal(5, exporter.Sources.Meters.Count);
        Assert.Contains("(Kepler v0.11.4)", exporter.Meter.Description.Note, StringComparison.Ordinal);
        var meter = exporter.Sources.Meters.Single(each => each.Description.Id == "exporter:kepler/package@0");
        var before = meter.Read(exporter.Time.Nanoseconds).Value;
        exporter.Answer = _ => Page(KeplerPage(1100.5, 2000, 30));
        exporter.Turn(5);
        Assert.Equal(100_000_000, meter.Read(exporter.Time.Nanoseconds).Value - before);
    }

    [Fact]
    public void Dynamic_and_idle_energy_of_an_older_kepler_are_added_and_estimates_are_refused()
    {
        using var exporter = PlayedDevice.Saying(OldKeplerPage(10, 100)).Opened(Kepler);
        var package = exporter.Sources.Meters.Single(each => each.Description.Id == "exporter:kepler/package-0");
        var before = package.Read(exporter.Time.Nanoseconds).Value;
        exporter.Answer = _ => Page(OldKeplerPage(14, 106));
        exporter.Turn(3);

        // 4 + 6 J.
        Assert.Equal(10_000_000, package.Read(exporter.Time.Nanoseconds).Value - before);
        Assert.Contains("Kepler 0.7.11", package.Description.Note, StringComparison.Ordinal);
        Assert.Equal([Component.Cpu], exporter.Sources.Parts.Select(part => part.Component));
        using var estimate = PlayedDevice.Saying(OldKeplerPage(10, 100, "trained_power_model").Replace("acpi", "trained_power_model", StringComparison.Ordinal));
        Assert.Contains("estimates of a model", Refusal(estimate, Kepler), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restarted_exporter_is_a_reset_and_one_that_is_away_a_gap_with_its_reason()
    {
        using var exporter = PlayedDevice.Saying(KeplerPage(1000, 2000, 30)).Opened(Kepler);
        var package = exporter.Sources.Meters.Single(each => each.Description.Id == "exporter:kepler/package@0");
        Reading Turn(double seconds)
        {
            exporter.Turn(seconds);
            return package.Read(exporter.Time.Nanoseconds);
        }

        Turn(0);
        exporter.Answer = _ => Page(KeplerPage(1100, 2000, 30));
        var counted = Turn(5).Value;
        exporter.Answer = _ => HttpReply.Failed("refuses the connection");
        // Three periods of 2 s and a time limit of 2 s: then the newest answer is too old.
        Assert.Equal("localhost:28282 refuses the connection", Turn(8.5).Reason);
        exporter.Answer = _ => Page(KeplerPage(3, 4, 1));
        var again = Turn(1);

        Assert.True(again.Value < counted, "the reader does not see that the counter began anew");
    }

    [Fact]
    public void What_tonne_measures_itself_is_not_counted_a_second_time()
    {
        // NVML sees the second GPU only, as its number 0.
        MeteredPart own = new(Component.Gpu, "0", ["nvml:gpu-0"], null, "") { Uuid = Second };
        using var exporter = new PlayedDevice { Answer = _ => Page(DcgmPage(1000, 2000)), Local = [own] };
        exporter.Opened(Dcgm);

        var part = Assert.Single(exporter.Sources.Parts);
        Assert.Equal((First, true), (part.Uuid!, part.Device != "0"));
        Assert.Equal(
            [("exporter:dcgm/gpu-0", MeterRole.Machine), ("exporter:dcgm/gpu-1", MeterRole.Contained)],
            exporter.Sources.Meters.Select(meter => (meter.Description.Id, meter.Description.Role)));
        Assert.Contains("tonne reads the counter of this GPU itself", exporter.Sources.Meters[1].Description.Note, StringComparison.Ordinal);

        using var rapl = new PlayedDevice { Answer = _ => Page(KeplerPage(1, 2, 3)), Local = [new(Component.Cpu, null, ["rapl:package-0"], null, "")] };
        rapl.Opened(Kepler);
        Assert.Equal([Component.Memory], rapl.Sources.Parts.Select(each => each.Component));
        using var both = new PlayedDevice { Answer = _ => Page(DcgmPage(1, 2)), Local = [own, own with { Device = "1", Uuid = First.ToUpperInvariant() }] };
        Assert.Contains("reports only what tonne measures itself (gpu-0, gpu-1)", Refusal(both, Dcgm), StringComparison.Ordinal);
    }

    [Fact]
    public void Gpus_of_other_hosts_on_the_page_are_refused_until_one_is_named()
    {
        var page = DcgmPage(1000, 2000).Replace("nvidia1\",modelName=\"NVIDIA A100-SXM4-80GB\",Hostname=\"node1\"", "nvidia1\",modelName=\"NVIDIA A100-SXM4-80GB\",Hostname=\"node2\"", StringComparison.Ordinal);
        using var several = PlayedDevice.Saying(page);
        using var named = PlayedDevice.Saying(page).Opened(Dcgm + "?host=node2");

        Assert.Contains("node1, node2", Refusal(several, Dcgm), StringComparison.Ordinal);
        Assert.Equal(Second, Assert.Single(named.Sources.Parts).Uuid);
    }

    [Theory]
    [InlineData("<html>login</html>", "not with a page of metrics")]
    [InlineData("", "not with a page of metrics")]
    [InlineData("# TYPE up gauge\nup 1\n", "has no kepler_node_cpu_joules_total")]
    public void A_page_of_something_else_is_refused_with_what_it_is(string page, string reason)
    {
        using var exporter = PlayedDevice.Saying(page);

        Assert.Contains(reason, Refusal(exporter, Kepler), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_page_has_is_a_value_a_gap_or_a_refusal()
    {
        var random = new Random(1130);
        string[] pages = [DcgmPage(15_152_422_938, 257_858_316), KeplerPage(1000.5, 2000, 30), OldKeplerPage(10, 100)];
        string[] addresses = [Dcgm, Kepler, Kepler];
        for (var i = 0; i < 3_000; i++)
        {
            var kind = random.Next(pages.Length);
            Assert.True(SourceAddress.TryParse(addresses[kind], out var address, out _));
            var result = new ExporterSource(address, static _ => null).Parse(Mangled.Bytes(pages[kind], random));
            Assert.All(result.Values, value => Assert.True(value.Value.Reason is not null || value.Value.Value >= 0));
        }
    }

    [Fact]
    public void Runs_that_share_a_pool_share_the_connection_and_count_each_by_itself()
    {
        using var device = PlayedDevice.Saying(KeplerPage(1000, 2000, 30));
        using var pool = new NetworkMeterPool();
        var options = new DiscoveryOptions { MeterAddresses = [Kepler], Time = device.Time, NetworkPool = pool };
        using var first = new NetworkMeters(options, transportFactory: _ => new Answering(device));
        using (var second = new NetworkMeters(options, transportFactory: _ => throw new InvalidOperationException("asked twice")))
            Assert.Equal(first.Meters.Select(meter => meter.Description.Id), second.Meters.Select(meter => meter.Description.Id));

        // The end of the second does not end the first.
        var package = first.Meters.Single(meter => meter.Description.Id == "exporter:kepler/package@0");
        var before = package.Read(0).Value;
        device.Answer = _ => Page(KeplerPage(1010, 2000, 30));
        device.Time.Advance(5);
        first.Pollers[0].PollOnce();
        Assert.Equal(10_000_000, package.Read(0).Value - before);
    }

    sealed class Answering(PlayedDevice device) : IHttpTransport
    {
        public HttpReply Get(string path) => device.Answer(path);
    }
}
