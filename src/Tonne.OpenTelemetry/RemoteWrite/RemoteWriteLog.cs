using Microsoft.Extensions.Logging;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>What is logged: once when something begins, once when it ends.</summary>
static partial class RemoteWriteLog
{
    [LoggerMessage(1, LogLevel.Warning, "Metrics cannot be sent to {Endpoint} ({Reason}). They are kept, up to {Limit} samples, and sent again")]
    public static partial void Failing(ILogger logger, string endpoint, string reason, int limit);

    [LoggerMessage(2, LogLevel.Information, "Metrics are sent to {Endpoint} again")]
    public static partial void Recovered(ILogger logger, string endpoint);

    [LoggerMessage(3, LogLevel.Warning, "Samples for {Endpoint} are dropped ({Reason}: {Detail}); tonne.export.dropped counts them")]
    public static partial void Dropping(ILogger logger, string endpoint, string reason, string detail);

    [LoggerMessage(4, LogLevel.Warning, "The metric {Metric} cannot be sent to {Endpoint}: remote write 1.0 has sums since the start, gauges and histograms with fixed bounds")]
    public static partial void Unsupported(ILogger logger, string metric, string endpoint);

    [LoggerMessage(5, LogLevel.Error, "Metrics could not be prepared for {Endpoint}")]
    public static partial void NotPrepared(ILogger logger, string endpoint, Exception error);
}
