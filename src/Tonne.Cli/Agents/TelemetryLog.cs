using Microsoft.Extensions.Logging;

namespace Tonne.Cli.Agents;

/// <summary>Passes what the sender of metrics logs on as messages for the administrator.</summary>
/// <param name="say">Receives them.</param>
sealed class TelemetryLog(Action<string> say) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
        string> formatter) =>
        say(formatter(state, exception) + ".");
}
