using System.Net;
using Tonne.Cli.Commands;
using Tonne.Services.Logs;
using Tonne.Services.Recording;
using Tonne.Services.Sources;

namespace Tonne.Cli.Services;

/// <summary>Where requests and tokens of a service come from, as the options say.</summary>
/// <param name="Metrics">Address of the metrics; null for none.</param>
/// <param name="Pairs">Names of metrics of software that tonne does not know.</param>
/// <param name="Model">Name of the model where the source does not name it.</param>
/// <param name="Log">An access log; null for none.</param>
/// <param name="LogPattern">Regular expression of its lines; null for the common log format.</param>
/// <param name="Otlp">Where spans are received; null if they are not.</param>
sealed record ServiceSource(Uri? Metrics, IReadOnlyList<string> Pairs, string? Model, string? Log, string? LogPattern, IPEndPoint? Otlp)
{
    /// <summary>Opens it.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="startsAtZero">Whether the server starts with the recording.</param>
    /// <exception cref="InvalidInputException">A pair is wrong, or a port cannot be opened.</exception>
    public IUseSource Open(TimeProvider time, bool startsAtZero)
    {
        if (Log is not null)
            return OpenLog(Log, time);
        if (Otlp is not null)
            return OpenOtlp(Otlp, time);
        if (Metrics is null)
            return new NoUseSource();
        try
        {
            return new MetricsUseSource(Metrics, Pairs.Count > 0 ? ServingMetricSet.FromPairs("configured", Pairs) : null, Model, time, startsAtZero);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException("--metric: " + error.Message);
        }
    }

    OtlpUseSource OpenOtlp(IPEndPoint address, TimeProvider time)
    {
        try
        {
            return new OtlpUseSource(address, Model, time);
        }
        catch (IOException error)
        {
            throw new InvalidInputException($"--otlp: {error.Message}.");
        }
    }

    LogUseSource OpenLog(string path, TimeProvider time)
    {
        try
        {
            return new LogUseSource(path, LogPattern is null ? AccessLogFormat.CreateCommon(AccessLogTime.End, model: Model ?? "")
                : AccessLogFormat.FromRegex(LogPattern, AccessLogTime.End, model: Model ?? ""), time);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException("--log-pattern: " + error.Message);
        }
    }
}
