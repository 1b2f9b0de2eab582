namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Why samples were not sent.</summary>
enum DropReason
{
    /// <summary>The queue was full.</summary>
    QueueFull,

    /// <summary>The server answered that it will not take them.</summary>
    Refused,

    /// <summary>The program ended before they could be sent.</summary>
    Shutdown,

    /// <summary>Another sample of the same collection has the same labels.</summary>
    Duplicate,
}
