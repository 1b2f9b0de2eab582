using Microsoft.Extensions.Logging;
using Tonne.Recording;

namespace Tonne.Hosting;

/// <summary>What is logged.</summary>
static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information, "This host is recorded as run {Run}")]
    public static partial void Started(ILogger logger, string run);

    [LoggerMessage(2, LogLevel.Information, "Run {Run} used {EnergyKwh} kWh ({EnergyLow} to {EnergyHigh}) and emitted {EmissionsKg} kg CO2e ({EmissionsLow} to {EmissionsHigh})")]
    public static partial void Finished(ILogger logger, string run, double energyKwh, double energyLow, double energyHigh, double emissionsKg, double emissionsLow, double emissionsHigh);

    [LoggerMessage(3, LogLevel.Warning, "This host is not recorded")]
    public static partial void NotStarted(ILogger logger, Exception error);

    [LoggerMessage(4, LogLevel.Warning, "Run {Run} could not be evaluated; its trace is kept")]
    public static partial void NotFinished(ILogger logger, string run, Exception error);

    [LoggerMessage(5, LogLevel.Warning, "A problem of the recorder: {Kind}")]
    public static partial void Problem(ILogger logger, RecorderProblemKind kind, Exception error);
}
