using Tonne.Quantities;

namespace Tonne.Instruments.HttpPolling;

/// <summary>A polled source: its requests, and how to parse its answers.</summary>
abstract class PolledSource(SourceAddress address)
{
    internal SourceAddress Address { get; } = address;

    /// <summary>Begins the ids of its meters: <c>wall:shelly@plug.lan</c>.</summary>
    internal abstract string Id { get; }

    /// <summary>Whether the password is sent unasked (Basic), or only in answer to a challenge (Basic or Digest).</summary>
    internal virtual bool WaitsForChallenge => false;

    /// <summary>The oldest that a value may be already when it is reported.</summary>
    internal virtual TimeSpan MaxValueAge => TimeSpan.MaxValue;

    /// <summary>Whether a first request without a good answer is repeated as long as a run waits for the first answer.</summary>
    internal virtual bool RepeatsFirst => false;

    /// <summary>Warnings about what it has reported.</summary>
    internal virtual IEnumerable<Warning> GetFinalWarnings() => [];

    /// <summary>Asks once. Called on a thread that may wait.</summary>
    internal abstract PollResult Poll(IHttpTransport transport);

    /// <summary>The meters that the source offers for this machine.</summary>
    internal abstract SourceCapabilities GetCapabilities(PollResult first);
}
