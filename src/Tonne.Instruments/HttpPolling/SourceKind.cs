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

    /// <summary>All kinds of source.</summary>
    public static ImmutableArray<SourceKind> All { get; } = [Shelly, Tasmota, Json, JsonEncrypted, Redfish, RedfishUnencrypted, Prometheus, PrometheusEncrypted];

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
    const string PrometheusExample = "prometheus+http://127.0.0.1:9090/?preset=dcgm&instance=node1:9400";

    /// <summary>The kind with a scheme; null if there is none.</summary>
    public static SourceKind? Find(string scheme) => All.FirstOrDefault(kind => string.Equals(kind.Scheme, scheme, StringComparison.OrdinalIgnoreCase));
}
