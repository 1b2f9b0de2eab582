namespace Tonne.Cli.Wrapping;

/// <summary>Hears what the child writes, after it has been passed on.</summary>
interface IOutputListener
{
    /// <summary>Called on the thread that relays <paramref name="stream"/>, so possibly on two threads at once.</summary>
    /// <param name="stream">Which stream the bytes were written to.</param>
    /// <param name="bytes">Raw bytes, cut anywhere; valid only during the call.</param>
    /// <remarks>An exception switches the listener off for this stream and harms nothing else.</remarks>
    void OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes);
}
