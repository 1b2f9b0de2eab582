using System.Collections.Immutable;

namespace Tonne.Instruments.HttpPolling;

/// <summary>A kind of meter that is asked over HTTP: the scheme of its addresses, its defaults and its options.</summary>
public sealed class SourceKind
{
    static readonly ImmutableArray<string> _plug = ["every", "timeout", "wait", "accuracy", "password-file"];

    SourceKind(string scheme, string example, bool encrypted, double pollIntervalSeconds, double timeoutSeconds, double startupTimeoutSeconds, ImmutableArray<string> options, Func<SourceAddress, string?>? check = null, string passwordVariable = "TONNE_METER_PASSWORD")
    {
        (Scheme, Example, Encrypted, Options, Validate, PasswordVariable) = (scheme, example, encrypted, options, check ?? (static _ => null), passwordVariable);
        (PollInterval, Timeout, StartupTimeout) = (TimeSpan.FromSeconds(pollIntervalSeconds), TimeSpan.FromSeconds(timeoutSeconds), TimeSpan.FromSeconds(startupTimeoutSeconds));
    }

    /// <summary>Plugs and meters of Shelly, first generation and RPC.</summary>
    public static SourceKind Shelly { get; } = new("shelly", "shelly://192.168.1.20/0", false, 0.5, 2, 1, _plug, PlugMeters.ShellySource.Validate);

    /// <summary>Plugs with the Tasmota firmware.</summary>
    public static SourceKind Tasmota { get; } = new("tasmota", "tasmota://192.168.1.21", false, 0.5, 2, 1, _plug, PlugMeters.TasmotaSource.Validate);

    /// <summary>Anything that answers in JSON.</summary>
    public static SourceKind Json { get; } = new("json+http", JsonExample, false, 0.5, 2, 1, [.. _plug, "unit"], PlugMeters.JsonSource.Validate);

    /// <summary>Anything that answers in JSON, encrypted.</summary>
    public static SourceKind JsonEncrypted { get; } = new("json+https", JsonExample, true, 0.5, 2, 1, [.. _plug, "unit", "tls"], PlugMeters.JsonSource.Validate);

    /// <summary>Management controllers with Redfish.</summary>
    public static SourceKind Redfish { get; } = new("redfish+https", RedfishExample, true, 2, 5, 3, [.. _plug, "tls"], Instruments.Redfish.RedfishSource.Validate, "TONNE_REDFISH_PASSWORD");

    /// <summary>Management controllers with Redfish, unencrypted: only within a machine, and for trials.</summary>
    public static SourceKind RedfishUnencrypted { get; } = new("redfish+http", RedfishExample, false, 2, 5, 3, _plug, Instruments.Redfish.RedfishSource.Validate, "TONNE_REDFISH_PASSWORD");

    /// <summary>Prometheus, and what answers like it.</summary>
    public static SourceKind Prometheus { get; } = new("prometheus+http", PrometheusExample, false, 1, 2, 1, [.. _plug, .. Instruments.Prometheus.PrometheusSource.Options], Instruments.Prometheus.PrometheusSource.Validate);

    /// <summary>Prometheus, encrypted.</summary>
    public static SourceKind PrometheusEncrypted { get; } = new("prometheus+https", PrometheusExample, true, 1, 2, 1, [.. _plug, "tls", .. Instruments.Prometheus.PrometheusSource.Options], Instruments.Prometheus.PrometheusSource.Validate);

    /// <summary>The page of NVIDIA's DCGM exporter on this machine.</summary>
    public static SourceKind Dcgm { get; } = new("dcgm+http", DcgmExample, false, 2, 2, 1, [.. _plug,
        .. Instruments.Prometheus.ExporterSource.Options], Instruments.Prometheus.ExporterSource.Validate);

    /// <summary>The page of NVIDIA's DCGM exporter, encrypted.</summary>
    public static SourceKind DcgmEncrypted { get; } = new("dcgm+https", DcgmExample, true, 2, 2, 1, [.. _plug, "tls",
        .. Instruments.Prometheus.ExporterSource.Options], Instruments.Prometheus.ExporterSource.Validate);

    /// <summary>The page of Kepler on this machine.</summary>
    public static SourceKind Kepler { get; } = new("kepler+http", KeplerExample, false, 2, 2, 1, [.. _plug,
        .. Instruments.Prometheus.ExporterSource.Options], Instruments.Prometheus.ExporterSource.Validate);

    /// <summary>The page of Kepler, encrypted.</summary>
    public static SourceKind KeplerEncrypted { get; } = new("kepler+https", KeplerExample, true, 2, 2, 1, [.. _plug, "tls",
        .. Instruments.Prometheus.ExporterSource.Options], Instruments.Prometheus.ExporterSource.Validate);

    /// <summary>Metrics of hardware that a collector sends to an address of this process over OTLP/HTTP.</summary>
    public static SourceKind Otlp { get; } = new("otlp", "otlp://127.0.0.1:4318", false, 1, 2, 1, ["every", "wait", "accuracy", "host"],
        Instruments.Otlp.OtlpSource.Validate);

    /// <summary>All kinds of source.</summary>
    public static ImmutableArray<SourceKind> All { get; } =
        [Shelly, Tasmota, Json, JsonEncrypted, Redfish, RedfishUnencrypted, Prometheus, PrometheusEncrypted, Dcgm, DcgmEncrypted, Kepler,
            KeplerEncrypted, Otlp];

    /// <summary>The scheme of its addresses.</summary>
    public string Scheme { get; }

    /// <summary>An address.</summary>
    public string Example { get; }

    internal bool Encrypted { get; }

    internal TimeSpan PollInterval { get; }

    internal TimeSpan Timeout { get; }

    internal TimeSpan StartupTimeout { get; }

    internal ImmutableArray<string> Options { get; }

    /// <summary>Checks an address beyond its syntax; returns the problem, or null.</summary>
    internal Func<SourceAddress, string?> Validate { get; }

    /// <summary>The environment variable that holds the password of its user.</summary>
    public string PasswordVariable { get; }

    const string JsonExample = "json+http://192.168.1.22/status#/power?unit=W";
    const string RedfishExample = "redfish+https://monitor@bmc.lan/redfish/v1/Chassis/1/Power";
    const string DcgmExample = "dcgm+http://127.0.0.1:9400/metrics";
    const string KeplerExample = "kepler+http://127.0.0.1:28282/metrics";
    const string PrometheusExample = "prometheus+http://127.0.0.1:9090/?preset=dcgm&instance=node1:9400";

    /// <summary>The kind with a scheme; null if there is none.</summary>
    public static SourceKind? Find(string scheme) => All.FirstOrDefault(kind => string.Equals(kind.Scheme, scheme, StringComparison.OrdinalIgnoreCase));
}
