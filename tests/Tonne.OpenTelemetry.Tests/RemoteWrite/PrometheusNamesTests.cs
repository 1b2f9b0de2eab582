using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

public class PrometheusNamesTests
{
    // The examples of the table "List of transformations to convert OpenTelemetry metrics to Prometheus metrics" of the OpenTelemetry Collector,
    // pkg/translator/prometheus/README.md.
    [Theory]
    [InlineData("(lambda).function.executions(#)", "", "Gauge", "lambda_function_executions")]
    [InlineData("system.filesystem.usage", "By", "Gauge", "system_filesystem_usage_bytes")]
    [InlineData("system.network.dropped", "{packets}", "Gauge", "system_network_dropped")]
    [InlineData("system.network.dropped", "packets", "Gauge", "system_network_dropped_packets")]
    [InlineData("system.memory.utilization", "1", "Gauge", "system_memory_utilization_ratio")]
    [InlineData("storage.filesystem.utilization", "%", "Gauge", "storage_filesystem_utilization_percent")]
    [InlineData("astro.light.speed", "m/s", "Gauge", "astro_light_speed_meters_per_second")]
    [InlineData("system.processes.created", "", "Counter", "system_processes_created_total")]
    public void The_examples_of_the_collector_come_out(string name, string unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.GetMetricName(name, unit, Enum.Parse<PrometheusKind>(kind)));

    // Rules of "Prometheus and OpenMetrics Compatibility", OTLP Metric points to Prometheus: Metric Metadata, Sums. Names by hand.
    [Theory]
    [InlineData("http.server.request.duration", "s", "Histogram", "http_server_request_duration_seconds")]
    [InlineData("response_time_seconds", "s", "Gauge", "response_time_seconds")]
    [InlineData("requests_total", "", "Counter", "requests_total")]
    [InlineData("requests.total", "By", "Counter", "requests_bytes_total")]
    [InlineData("items", "1", "Counter", "items_total")]
    [InlineData("pool.used", "1", "UpDownCounter", "pool_used")]
    [InlineData("requests", "1/s", "Gauge", "requests_per_second")]
    [InlineData("rate", "By/{request}", "Gauge", "rate_bytes")]
    [InlineData("a__b..c", null, "Gauge", "a_b_c")]
    [InlineData("123.metric", "", "Gauge", "_123_metric")]
    [InlineData("größe", "", "Gauge", "gr_e")]
    [InlineData("@#$%", "J", "Counter", "")]
    public void The_rules_of_the_specification_hold(string name, string? unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.GetMetricName(name, unit, Enum.Parse<PrometheusKind>(kind)));

    [Theory]
    [InlineData("hw.energy", "J", "Counter", "hw_energy_joules_total")]
    [InlineData("hw.power", "W", "Gauge", "hw_power_watts")]
    [InlineData("hw.host.energy", "J", "Counter", "hw_host_energy_joules_total")]
    [InlineData("hw.host.power", "W", "Gauge", "hw_host_power_watts")]
    [InlineData("tonne.run.energy", "J", "UpDownCounter", "tonne_run_energy_joules")]
    [InlineData("tonne.run.carbon", "g", "UpDownCounter", "tonne_run_carbon_grams")]
    [InlineData("tonne.export.dropped", "{sample}", "Counter", "tonne_export_dropped_total")]
    public void The_metrics_of_tonne_have_the_names_of_the_documentation(string name, string unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.GetMetricName(name, unit, Enum.Parse<PrometheusKind>(kind)));

    [Theory]
    [InlineData("hw.id", "hw_id")]
    [InlineData("a..b", "a_b")]
    [InlineData("0a", "_0a")]
    [InlineData("a:b", "a_b")]
    [InlineData("__name__", "_name_")]
    [InlineData("..", "")]
    public void A_label_has_letters_digits_and_single_underscores(string name, string expected) => Assert.Equal(expected, PrometheusNames.GetLabelName(name));
}
