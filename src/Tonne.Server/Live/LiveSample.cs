namespace Tonne.Server.Live;

/// <summary>One look at a run, as the bytes of a server-sent event.</summary>
/// <param name="Id">Id of the event.</param>
/// <param name="Event">The event; written once for all who watch.</param>
/// <param name="IsLast">Whether the run has ended.</param>
sealed record LiveSample(string Id, ReadOnlyMemory<byte> Event, bool IsLast);
