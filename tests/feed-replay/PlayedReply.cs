namespace Tonne.Instruments.Feeds.Replay;

/// <summary>What a played provider answers.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Body.</param>
/// <param name="Type">Content type.</param>
sealed record PlayedReply(int Status, string Body, string Type = "application/json")
{
    /// <summary>The header Retry-After; null for none.</summary>
    internal string? RetryAfter { get; init; }

    /// <summary>Time before it answers.</summary>
    internal TimeSpan Delay { get; init; }

    /// <summary>The bytes to send in place of the body; null for the body.</summary>
    internal byte[]? Bytes { get; init; }

    /// <summary>The bytes that are sent.</summary>
    internal byte[] Content => Bytes ?? System.Text.Encoding.UTF8.GetBytes(Body);
}
