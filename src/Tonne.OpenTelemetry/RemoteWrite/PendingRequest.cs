namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>The body of a request that is not yet delivered.</summary>
/// <param name="Body">The message, compressed.</param>
/// <param name="Samples">Samples in it.</param>
sealed record PendingRequest(byte[] Body, int Samples);
