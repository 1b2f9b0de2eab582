namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>How one try to deliver a request ended.</summary>
/// <param name="Kind">Delivered, refused for good, or to be tried again.</param>
/// <param name="Detail">What the server or the network said.</param>
/// <param name="RetryAfter">The wait that the server asks for; null: none.</param>
sealed record SendOutcome(SendOutcomeKind Kind, string Detail, TimeSpan? RetryAfter = null);
