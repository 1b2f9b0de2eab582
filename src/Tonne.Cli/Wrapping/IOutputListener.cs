namespace Tonne.Cli.Wrapping;

/// <summary>Receives the child's output after it has been passed on.</summary>
interface IOutputListener
{
    /// <summary>Called on the thread that relays <paramref name="stream"/>, so possibly on two threads at once.</summary>
    /// <param name="stream">Which stream the bytes were written to.</param>
    /// <param name="bytes">Raw bytes, split at any point; valid only during the call.</param>
    /// <remarks>An exception removes the listener from this stream and has no other effect.</remarks>
    void OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes);
}
