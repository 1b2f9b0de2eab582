using System.Net;

namespace Tonne.Cli.Agents;

/// <summary>Where the metrics of a node go.</summary>
/// <param name="RemoteWrite">Address for Prometheus remote write; null for none.</param>
/// <param name="Otlp">Address for OTLP over HTTP; null for none.</param>
/// <param name="Listen">Where <c>/metrics</c> is served; null for nowhere.</param>
/// <param name="Every">Time between two exports.</param>
sealed record TelemetryRequest(Uri? RemoteWrite, Uri? Otlp, IPEndPoint? Listen, TimeSpan Every)
{
    /// <summary>Whether there is any.</summary>
    public bool IsWanted => RemoteWrite is not null || Otlp is not null || Listen is not null;
}
