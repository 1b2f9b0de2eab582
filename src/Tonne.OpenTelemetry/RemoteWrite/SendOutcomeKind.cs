namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>How a try to deliver ended.</summary>
enum SendOutcomeKind
{
    /// <summary>The server has it.</summary>
    Delivered,

    /// <summary>The server will not take it, now or later.</summary>
    Refused,

    /// <summary>It may be taken later.</summary>
    Retry,
}
