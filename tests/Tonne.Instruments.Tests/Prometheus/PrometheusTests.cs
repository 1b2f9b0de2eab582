using System.Globalization;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Tests.HttpPolling;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Prometheus;

public class PrometheusTests
{
    static double _now = 1_732_264_260;

    /// <summary>One series as the query asks for it: its value, and the time of its scrape.</summary>
    static IEnumerable<string> Series(string metric, string labels, string value, double age = 0) =>
    [
        $$"""{"metric":{"__name__":"{{metric}}","tonne_value":"{{metric}}",{{labels}}},"value":[{{Text(_now)}},"{{value}}"]}""",
        $$"""{"metric":{"tonne_time":"{{metric}}",{{labels}}},"value":[{{Text(_now)}},"{{Text(_now - age)}}"]}""",
    ];

    static string Text(double number) => number.ToString("F3", CultureInfo.InvariantCulture);

    static string Vector(params IEnumerable<string>[] series) => $$$"""{"status":"success","data":{"resultType":"vector","result":[{{{string.Join(',', series.SelectMany(each => each))}}}]}}""";

    static string Gpu(int gpu, string extra = "") => $$"""
        "instance":"node1:9400","job":"dcgm","gpu":"{{gpu}}","UUID":"GPU-6d5c0ac5-74d7-3130-46f1-e93ed57f469{{gpu}}","device":"nvidia{{gpu}}","modelName":"NVIDIA A100-SXM4-80GB","Hostname":"node1"{{extra}}
        """;

    static string Refusal(string address, string text) => Assert.Single(PlayedDevice.Saying(text).Opened(address).Sources.Missing).Reason;

    const string Dcgm = "prometheus+http://prom:9090/?preset=dcgm";
    const string Energy = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION";
    const string Power = "DCGM_FI_DEV_POWER_USAGE";

    [Fact]
    public void Each_gpu_is_a_device_of_its_own_with_its_counter_in_millijoules()
    {
        using var server = PlayedDevice.Saying(Vector(Series(Energy, Gpu(0), "15152422938"), Series(Energy, Gpu(1), "257858316"), Series(Power, Gpu(0), "68.244"), Series(Power, Gpu(1), "55.4"))).Opened(Dcgm);

        Assert.Equal([("prometheus:dcgm/gpu-0", MeterKind.EnergyCounter), ("prometheus:dcgm/gpu-1", MeterKind.EnergyCounter)], server.Sources.Meters.Select(meter => (meter.Description.Id, meter.Description.Kind)));
        Assert.Equal([(Component.Gpu, "0", "NVIDIA A100-SXM4-80GB"), (Component.Gpu, "1", "NVIDIA A100-SXM4-80GB")], server.Sources.Parts.Select(part => (part.Component, part.Device!, part.Name!)));
        var before = server.Read().Value;
        server.Answer = _ => PlayedDevice.Json(Vector(Series(Energy, Gpu(0), "15152722938"), Series(Energy, Gpu(1), "257858316")));
        // 300,000 mJ.
        Assert.Equal(300_000_000, server.Turn(1).Value - before);
    }

    // codecarbon#1316: before Volta and on many virtual GPUs there is no energy counter.
    [Fact]
    public void A_gpu_without_an_energy_counter_is_measured_by_its_power_and_not_as_zero()
    {
        using var absent = PlayedDevice.Saying(Vector(Series(Power, Gpu(0), "68.244"))).Opened(Dcgm);
        using var blank = PlayedDevice.Saying(Vector(Series(Energy, Gpu(0), "9223372036854775794"), Series(Power, Gpu(0), "68.244"))).Opened(Dcgm);

        Assert.Equal((MeterKind.Power, Reading.FromValue(68_244)), (absent.Meter.Description.Kind, absent.Read()));
        Assert.Equal((MeterKind.Power, Reading.FromValue(68_244)), (blank.Meter.Description.Kind, blank.Read()));
        Assert.Contains("more than is possible", Assert.Single(blank.Sources.Warnings, warning => warning.Code == "meter-silent").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_power_that_is_scraped_says_how_often_it_is_new()
    {
        using var reported = PlayedDevice.Saying(Vector(Series(Power, Gpu(0), "68.244"), [$$"""{"metric":{"tonne_rate":"{{Power}}",{{Gpu(0)}}},"value":[{{Text(_now)}},"24"]}"""])).Opened(Dcgm);
        using var untold = PlayedDevice.Saying(Vector(Series(Power, Gpu(0), "68.244"))).Opened(Dcgm);

        // 24 scrapes in two minutes.
        Assert.Equal(5, reported.Meter.Description.RefreshSeconds);
        Assert.Equal(15, untold.Meter.Description.RefreshSeconds);
    }

    // A GPU in slices: dcgm-exporter gives the board's counter once for each slice.
    [Fact]
    public void A_gpu_in_slices_is_counted_once()
    {
        using var server = PlayedDevice.Saying(Vector(
            Series(Energy, Gpu(0, ",\"GPU_I_PROFILE\":\"2g.20gb\",\"GPU_I_ID\":\"3\""), "257858316"),
            Series(Energy, Gpu(0, ",\"GPU_I_PROFILE\":\"2g.20gb\",\"GPU_I_ID\":\"5\""), "257858316"))).Opened(Dcgm);

        Assert.Single(server.Sources.Meters);
        Assert.Single(server.Sources.Parts);
    }

    [Fact]
    public void A_gpu_is_found_again_when_the_exporter_names_the_pod_that_took_it()
    {
        using var server = PlayedDevice.Saying(Vector(Series(Energy, Gpu(0), "1000"))).Opened(Dcgm);
        var before = server.Read().Value;
        // For a moment the old series is still reported beside the new one; the newer scrape counts.
        server.Answer = _ => PlayedDevice.Json(Vector(Series(Energy, Gpu(0), "1000", age: 16), Series(Energy, Gpu(0, ",\"pod\":\"train-0\""), "201000", age: 1)));

        // 200 J in the 14 s between the two scrapes, carried on for the second since.
        Assert.Equal(200_000_000 + (200_000_000 / 14), server.Turn(15).Value - before);
    }

    // codecarbon#567, #689, #96: everybody's GPUs.
    [Fact]
    public void Gpus_that_the_job_may_not_use_are_the_machines_and_not_the_jobs()
    {
        Assert.Equal("0 - 1 visible", Seen(Dcgm, "1"));
        Assert.Equal("0 visible 1 -", Seen(Dcgm, "GPU-6d5c0ac5-74d7-3130-46f1-e93ed57f4690"));
        Assert.Equal("0 - 1 -", Seen(Dcgm, ""));
        Assert.Equal("0 visible 1 visible", Seen(Dcgm, null));
        Assert.Equal("0 visible 1 visible", Seen(Dcgm, "MIG-4b0f3fd6-6d8e-5d3c-9a1b-1a0e6e0c1d2f"));
        Assert.Equal("0 visible 1 visible", Seen(Dcgm + "&gpu=0,1", "0"));

        static string Seen(string address, string? variable)
        {
            using var server = PlayedDevice.Saying(Vector(Series(Energy, Gpu(0), "1000"), Series(Energy, Gpu(1), "1000")));
            if (variable is not null)
                server.Variables["CUDA_VISIBLE_DEVICES"] = variable;
            server.Opened(address);
            Assert.Contains(server.Sources.Warnings, warning => warning.Code == "gpu-taken-alone");
            return string.Join(' ', server.Sources.Parts.Select(part => $"{part.Device} {(part.Visible ? "visible" : "-")}"));
        }
    }

    // The same trap as codecarbon#544: what belongs to others is not ours. A server holds many machines.
    [Fact]
    public void Other_machines_of_the_same_server_are_refused_and_never_added()
    {
        var text = Vector(Series(Energy, Gpu(0), "1000"), Series(Energy, Gpu(0).Replace("node1", "node2", StringComparison.Ordinal), "5000"));

        Assert.Contains("knows 2 machines (node1:9400, node2:9400): name this one with instance=", Refusal(Dcgm, text), StringComparison.Ordinal);
    }

    /// <summary>Labels as NVIDIA's dcgm-exporter writes them (README of its repository), behind one target.</summary>
    static string Shared(string host, string uuid, string extra = "") => $$"""
        "instance":"dcgm","gpu":"0","UUID":"{{uuid}}","device":"nvidia0","modelName":"NVIDIA H100 80GB HBM3","Hostname":"{{host}}"{{extra}}
        """;

    // Prometheus, scrape_config: behind a service or a gateway, instance is the target and not the machine.
    [Fact]
    public void Two_hosts_behind_one_instance_are_refused_until_one_is_named_and_none_is_dropped()
    {
        var text = Vector(
            Series(Energy, Shared("h1", "GPU-aa"), "1000000"), Series(Energy, Shared("h2", "GPU-cc"), "7000000"),
            Series(Power, Shared("h1", "GPU-aa"), "300"), Series(Power, Shared("h2", "GPU-cc"), "600"));
        using var refused = PlayedDevice.Saying(text).Opened(Dcgm);
        using var named = PlayedDevice.Saying(text).Opened(Dcgm + "&host=h2");
        using var other = PlayedDevice.Saying(text).Opened(Dcgm + "&host=h3");

        Assert.Contains("knows 2 machines behind one instance (Hostname h1, h2): name this one with host=…", Assert.Single(refused.Sources.Missing).Reason, StringComparison.Ordinal);
        Assert.Contains(refused.Sources.Warnings, warning => warning.Code == "named-meter-unusable");
        Assert.Empty(refused.Sources.Parts);
        Assert.Equal("0", Assert.Single(named.Sources.Parts).Device);
        Assert.Contains("of the machine 'h3' now", Assert.Single(other.Sources.Missing).Reason, StringComparison.Ordinal);
        var before = named.Read().Value;
        named.Answer = _ => PlayedDevice.Json(Vector(Series(Energy, Shared("h1", "GPU-aa"), "1300000"), Series(Energy, Shared("h2", "GPU-cc"), "7600000")));
        // 600,000 mJ of h2 alone.
        Assert.Equal(600_000_000, named.Turn(1).Value - before);
    }

    // dcgm-exporter inside each container has a GPU 0 there; without a host, only the UUIDs differ.
    [Fact]
    public void One_number_with_two_uuids_is_two_gpus_and_the_uuid_names_one()
    {
        static string Bare(string uuid) => Shared("", uuid).Replace(",\"Hostname\":\"\"", "", StringComparison.Ordinal);
        var text = Vector(Series(Energy, Bare("GPU-aa"), "1000000"), Series(Energy, Bare("GPU-cc"), "1000000"));

        Assert.Contains("reports gpu-0 more than once, of different machines or parts (UUID GPU-aa, GPU-cc)", Refusal(Dcgm, text), StringComparison.Ordinal);
        using var named = PlayedDevice.Saying(Vector(Series(Energy, Bare("GPU-cc"), "1000000"))).Opened(Dcgm + "&gpu=GPU-cc");
        Assert.Contains("""{UUID=~"GPU-cc",}""", Uri.UnescapeDataString(named.Asked[0]), StringComparison.Ordinal);
        Assert.Contains("either by their numbers or by their UUIDs", Refusal(Dcgm + "&gpu=0,GPU-cc", text), StringComparison.Ordinal);
    }

    // The counter of one host, the power of another that has no counter: both are machines.
    [Fact]
    public void Hosts_that_report_different_metrics_are_several_too()
    {
        Assert.Contains("(Hostname h1, h2)", Refusal(Dcgm, Vector(Series(Energy, Shared("h1", "GPU-aa"), "1000000"), Series(Power, Shared("h2", "GPU-cc"), "600"))), StringComparison.Ordinal);
        Assert.Contains("(UUID GPU-aa, GPU-cc)", Refusal(Dcgm, Vector(Series(Energy, Shared("", "GPU-aa"), "1000000"), Series(Power, Shared("", "GPU-cc"), "600"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exported_instance", "h1:9400", "h2:9400")]
    [InlineData("node", "h1", "h2")]
    [InlineData("kubernetes_node", "h1", "h2")]
    public void A_label_of_the_exporters_machine_names_it_whatever_the_preset(string label, string first, string second)
    {
        string Zone(string host) => $$"""
            "instance":"gateway:9091","zone":"package","path":"intel-rapl:0","{{label}}":"{{host}}"
            """;
        var text = Vector(Series("kepler_node_cpu_joules_total", Zone(first), "100"), Series("kepler_node_cpu_joules_total", Zone(second), "100"));
        using var named = PlayedDevice.Saying(text).Opened($"prometheus+http://h/?preset=kepler&host={second}");

        Assert.Contains($"({label} {first}, {second})", Refusal("prometheus+http://h/?preset=kepler", text), StringComparison.Ordinal);
        Assert.Single(named.Sources.Parts);
    }

    // A gateway with honor_labels may leave nothing but the exporters' pods; their counters are as far apart as the machines are old.
    [Fact]
    public void Counters_too_far_apart_to_be_one_are_not_taken_for_one()
    {
        static string Zone(string pod) => $$"""
            "instance":"gateway:9091","zone":"package","path":"intel-rapl:0","pod":"{{pod}}"
            """;
        var apart = Vector(Series("kepler_node_cpu_joules_total", Zone("kepler-x1"), "1000000"), Series("kepler_node_cpu_joules_total", Zone("kepler-x2"), "7000000"));
        // 5,000 W at most for 90 s: 450 kJ.
        using var near = PlayedDevice.Saying(Vector(Series("kepler_node_cpu_joules_total", Zone("kepler-x1"), "1000000", age: 30), Series("kepler_node_cpu_joules_total", Zone("kepler-x2"), "1004000", age: 1))).Opened("prometheus+http://h/?preset=kepler");

        Assert.Contains("counters 6000000 J apart", Refusal("prometheus+http://h/?preset=kepler", apart), StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(near.Sources.Meters).Description.Role == MeterRole.Machine ? 1 : 0);
    }

    // In a pod, the exporter's host is the pod's name, which is new after a restart; the GPU is the same.
    [Fact]
    public void An_exporter_that_was_started_again_is_the_same_machine()
    {
        using var server = PlayedDevice.Saying(Vector(Series(Energy, Shared("dcgm-old", "GPU-aa"), "1000000", age: 40), Series(Energy, Shared("dcgm-new", "GPU-aa"), "1300000", age: 1))).Opened(Dcgm);

        Assert.Single(server.Sources.Parts);
    }

    [Fact]
    public void A_second_host_that_appears_during_a_run_is_a_gap_and_not_mixed_in()
    {
        using var server = PlayedDevice.Saying(Vector(Series(Energy, Shared("h1", "GPU-aa"), "1000000"))).Opened(Dcgm);
        server.Turn(1);
        server.Answer = _ => PlayedDevice.Json(Vector(Series(Energy, Shared("h1", "GPU-aa"), "1300000"), Series(Energy, Shared("h2", "GPU-cc"), "7600000")));

        server.Turn(40);
        Assert.Contains("2 machines behind one instance", server.Read().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Instance_and_gpu_are_part_of_the_question()
    {
        using var server = PlayedDevice.Saying(Vector(Series(Energy, Gpu(0), "1000"))).Opened(Dcgm + "&instance=node1:9400&gpu=0,1");

        var query = Uri.UnescapeDataString(server.Asked[0]);
        Assert.StartsWith("api/v1/query?query=", query, StringComparison.Ordinal);
        Assert.Contains("""label_replace(timestamp(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{instance="node1:9400",gpu=~"0|1",}), "tonne_time",""", query, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_cannot_leave_its_quotes()
    {
        using var server = PlayedDevice.Saying(Vector()).Opened(Dcgm + "&instance=%22%7D+or+up%7B");

        Assert.Contains("""instance="\"}+or+up{",""", Uri.UnescapeDataString(server.Asked[0]), StringComparison.Ordinal);
    }

    // codecarbon#1305, #1268: package and dram are disjoint; codecarbon#950: psys holds them, mmio shows them again.
    [Fact]
    public void Packages_and_dram_are_summed_and_what_overlaps_is_only_shown()
    {
        static string Zone(string zone, string path) => $$"""
            "instance":"n:28282","zone":"{{zone}}","path":"/sys/devices/virtual/powercap/intel-rapl/{{path}}","node_name":"n"
            """;
        using var kepler = PlayedDevice.Saying(Vector(
            Series("kepler_node_cpu_joules_total", Zone("package", "intel-rapl:0"), "100.5"), Series("kepler_node_cpu_joules_total", Zone("package", "intel-rapl:1"), "90"),
            Series("kepler_node_cpu_joules_total", Zone("core", "intel-rapl:0:0"), "60"), Series("kepler_node_cpu_joules_total", Zone("dram", "intel-rapl:0:1"), "9"),
            Series("kepler_node_cpu_joules_total", Zone("psys", "intel-rapl:2"), "300"))).Opened("prometheus+http://h/?preset=kepler");
        using var node = PlayedDevice.Saying(Vector(
            Series("node_rapl_package_joules_total", "\"index\":\"0\",\"instance\":\"n:9100\",\"path\":\"/sys/class/powercap/intel-rapl:0\"", "118821.12"),
            Series("node_rapl_package_joules_total", "\"index\":\"0\",\"instance\":\"n:9100\",\"path\":\"/sys/class/powercap/intel-rapl-mmio:0\"", "118821.12"),
            Series("node_rapl_dram_joules_total", "\"index\":\"0\",\"instance\":\"n:9100\",\"path\":\"/sys/class/powercap/intel-rapl:0:1\"", "5000"))).Opened("prometheus+http://h/?preset=node-rapl");
        // A published listing: host 346,728 J = sockets 246,522 + 43,039 and dram 49,921 + 7,243 (within the microjoules of one reading).
        using var scaphandre = PlayedDevice.Saying(Vector(
            Series("scaph_socket_energy_microjoules", "\"socket_id\":\"0\"", "43038699818"), Series("scaph_socket_energy_microjoules", "\"socket_id\":\"1\"", "246521945562"),
            Series("scaph_domain_energy_microjoules", "\"domain_name\":\"dram\",\"domain_id\":\"0\",\"socket_id\":\"1\"", "49920589217"), Series("scaph_domain_energy_microjoules", "\"domain_name\":\"core\",\"domain_id\":\"1\",\"socket_id\":\"1\"", "1"),
            Series("scaph_host_energy_microjoules", "\"instance\":\"\"", "346728467994"))).Opened("prometheus+http://h/?preset=scaphandre");

        Assert.Equal(
            [(Component.Cpu, "prometheus:kepler/package@0 prometheus:kepler/package@1"), (Component.Memory, "prometheus:kepler/dram@0:1")],
            kepler.Sources.Parts.Select(part => (part.Component, string.Join(' ', part.Meters))));
        Assert.Equal([(Component.Cpu, "prometheus:node-rapl/package-0"), (Component.Memory, "prometheus:node-rapl/dram-0")], node.Sources.Parts.Select(part => (part.Component, string.Join(' ', part.Meters))));
        Assert.Equal([(Component.Cpu, "prometheus:scaphandre/socket-0 prometheus:scaphandre/socket-1"), (Component.Memory, "prometheus:scaphandre/dram-1")], scaphandre.Sources.Parts.Select(part => (part.Component, string.Join(' ', part.Meters))));
        Assert.All(new[] { kepler, node, scaphandre }, server => Assert.Contains(server.Sources.Meters, meter => meter.Description.Role == MeterRole.Contained));
    }

    // kepler#897: 9.2e14 J for one pod.
    [Fact]
    public void An_impossible_leap_of_a_counter_is_a_counter_that_started_again_and_not_energy()
    {
        using var server = PlayedDevice.Saying(Vector(Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", "100"))).Opened("prometheus+http://h/?preset=kepler");
        server.Read();
        server.Answer = _ => PlayedDevice.Json(Vector(Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", "150")));
        var counted = server.Turn(1);
        server.Answer = _ => PlayedDevice.Json(Vector(Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", "4000000")));
        var leapt = server.Turn(1);
        server.Answer = _ => PlayedDevice.Json(Vector(Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", "9.2e14")));

        Assert.True(leapt.Value < counted.Value, "a smaller value says that it started again");
        Assert.Contains("more than is possible", server.Turn(1).Reason, StringComparison.Ordinal);
        Assert.Equal(50, ((PolledMeter)server.Meter).SampledJoules);
    }

    [Fact]
    public void A_counter_that_is_scraped_every_fifteen_seconds_moves_in_steps_which_count_whole()
    {
        var (at, counter) = (0, 1000.0);
        using var server = PlayedDevice.That(_ => PlayedDevice.Json(Vector(Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", Text(counter), age: at % 15)))).Opened("prometheus+http://h/?preset=kepler");
        var first = server.Read().Value;
        long last = 0;
        for (at = 1; at <= 60; at++)
        {
            _now++;
            // 2,000 W: 30 kJ in one step, which over one second would be 30 kW.
            if (at % 15 == 0)
                counter += 30_000;
            last = server.Turn(1).Value;
        }

        Assert.Equal(120_000_000_000, last - first);
        Assert.Empty(server.Sources.GetFinalWarnings());
    }

    [Fact]
    public void Between_two_scrapes_a_counter_is_carried_on_at_its_rate_so_that_a_run_has_its_own_edges()
    {
        // 100 W since ever, scraped at 0, 15, 30, …; the run is from 8 to 41 s: 3,300 J. Its scrapes alone would say 3,000 J.
        var at = 8;
        using var server = PlayedDevice.That(_ => PlayedDevice.Json(Vector(
            Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", Text(5000 + (at - (at % 15)) * 100.0), age: at % 15),
            [$$"""{"metric":{"tonne_rate":"kepler_node_cpu_joules_total","zone":"package"},"value":[{{Text(_now)}},"100"]}"""]))).Opened("prometheus+http://h/?preset=kepler");
        var first = server.Read().Value;
        long last = 0;
        for (at = 9; at <= 41; at++)
        {
            var before = last;
            last = server.Turn(1).Value;
            Assert.True(last >= before, "a counter never goes back");
        }

        Assert.Equal(3_300_000_000, last - first);
        // 8 s before the run and 11 s at its end were not scraped: 1,900 J.
        var warning = Assert.Single(server.Sources.GetFinalWarnings());
        Assert.Equal("old-values", warning.Code);
        Assert.Contains("8 s old at the start and 11 s at the end: 1.9 kJ of 3.3 kJ", warning.Text.Replace(".00", "", StringComparison.Ordinal).Replace("0 kJ", " kJ", StringComparison.Ordinal).Replace("8.0", "8", StringComparison.Ordinal).Replace("11.0", "11", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_carried_on_too_far_is_waited_for_and_never_counted_twice()
    {
        // 1,000 W until a scrape at 0 s, then 10 W: 150 J at 15 s.
        var counter = 50_000.0;
        var age = 0.0;
        using var server = PlayedDevice.That(_ => PlayedDevice.Json(Vector(
            Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", Text(counter), age: age),
            [$$"""{"metric":{"tonne_rate":"kepler_node_cpu_joules_total","zone":"package"},"value":[{{Text(_now)}},"1000"]}"""]))).Opened("prometheus+http://h/?preset=kepler");
        var first = server.Read().Value;
        long last = 0;
        for (var at = 1; at <= 3000; at++)
        {
            age = at % 15;
            counter = 50_000 + ((at - age) * 10);
            last = server.Turn(1).Value;
        }

        // 3,000 s of 10 W. The first 14 s carried on were 14 kJ; 15 s later the counter was waited for.
        Assert.Equal(30_000_000_000, last - first);
    }

    [Fact]
    public void A_value_that_was_scraped_long_ago_is_a_gap()
    {
        using var server = PlayedDevice.Saying(Vector(Series(Energy, Gpu(0), "1000", age: 5))).Opened(Dcgm);
        server.Answer = _ => PlayedDevice.Json(Vector(Series(Energy, Gpu(0), "1000", age: 91)));

        Assert.Contains("is 91 s old", server.Turn(1).Reason!.Replace("91.0 s", "91 s", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_that_is_not_reported_any_more_is_a_gap()
    {
        using var server = PlayedDevice.Saying(Vector(Series(Energy, Gpu(0), "1000"), Series(Energy, Gpu(1), "1000"))).Opened(Dcgm);
        server.Answer = _ => PlayedDevice.Json(Vector(Series(Energy, Gpu(1), "2000")));

        Assert.Contains("no longer reports it", server.Turn(1).Reason, StringComparison.Ordinal);
        Assert.False(server.Sources.Meters[1].Read(0).IsGap);
    }

    [Fact]
    public void A_query_of_ones_own_reports_what_its_address_says()
    {
        using var server = PlayedDevice.Saying("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{"tonne_value":"query"},"value":[1,"1.25"]},{"metric":{"tonne_time":"query"},"value":[1,"1"]}]}}""")
            .Opened("""prometheus+http://h/prom/?query=sum(pdu_watts{outlet="7"})/1000&component=platform&kind=power&unit=kW""");

        Assert.StartsWith("prom/api/v1/query?query=", server.Asked[0], StringComparison.Ordinal);
        Assert.Contains("label_replace(sum(pdu_watts{outlet=\"7\"})/1000, \"tonne_value\"", Uri.UnescapeDataString(server.Asked[0]), StringComparison.Ordinal);
        Assert.Equal(Reading.FromValue(1_250_000), server.Read());
        Assert.Equal(Component.Platform, Assert.Single(server.Sources.Parts).Component);
    }

    [Theory]
    [InlineData("""{"status":"error","errorType":"bad_data","error":"parse error at char 5"}""", "refuses the query: parse error at char 5")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]}}""", "has no DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[]}}""", "not a vector")]
    [InlineData("""{"status":"success"}""", "not a vector")]
    [InlineData("""{"hello":"world"}""", "not as Prometheus does")]
    [InlineData("<html>Grafana</html>", "HTML")]
    public void What_is_no_answer_is_refused_with_the_reason(string text, string why) => Assert.Contains(why, Refusal(Dcgm, text), StringComparison.Ordinal);

    [Fact]
    public void An_error_with_status_400_says_what_is_wrong_with_the_query()
    {
        using var server = PlayedDevice.That(_ => PlayedDevice.Json("""{"status":"error","errorType":"bad_data","error":"unknown function"}""") with { Status = 400, Reason = "answers 400" }).Opened(Dcgm);

        Assert.Contains("unknown function", Assert.Single(server.Sources.Missing).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NaN", "NaN")]
    [InlineData("+Inf", "more than is possible")]
    [InlineData("-5", "negative")]
    public void Values_that_are_none_are_a_reason(string value, string why) => Assert.Contains(why, Refusal("prometheus+http://h/?preset=kepler", Vector(Series("kepler_node_cpu_joules_total", "\"zone\":\"package\"", value))), StringComparison.Ordinal);

    [Fact]
    public void Two_thousand_broken_answers_never_count_more_than_a_device_can()
    {
        var good = Vector(Series(Energy, Gpu(0), "15152422938", age: 2), Series(Power, Gpu(0), "68.244", age: 2));
        var random = new Random(4);
        using var server = PlayedDevice.Saying(good).Opened(Dcgm);
        server.Read();
        server.Answer = _ => HttpReply.FromStatus(200, Mangled.Bytes(good, random));
        for (var i = 0; i < 2000; i++)
        {
            var reading = server.Turn(1);
            Assert.True(!reading.IsGap || reading.Reason!.Length > 5);
        }

        Assert.InRange(((PolledMeter)server.Meter).SampledJoules, 0, 2500.0 * 2000);
        _ = JsonDocument.Parse(good);
    }
}
