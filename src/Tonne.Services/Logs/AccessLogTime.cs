namespace Tonne.Services.Logs;

/// <summary>What the time in a line of an access log is.</summary>
public enum AccessLogTime
{
    /// <summary>The end of the request: nginx <c>$time_local</c>.</summary>
    End,

    /// <summary>Its arrival: Apache <c>%t</c>.</summary>
    Arrival,
}
