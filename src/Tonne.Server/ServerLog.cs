namespace Tonne.Server;

/// <summary>Messages for the person who started the server, on standard error.</summary>
static partial class ServerLog
{
    /// <summary>Something of the ledger that the user should know.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Text}")]
    public static partial void Warn(this ILogger log, string text);

    /// <summary>A defect.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void Fail(this ILogger log, string method, string path, Exception error);
}
