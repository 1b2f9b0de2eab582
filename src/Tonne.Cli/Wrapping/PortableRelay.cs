namespace Tonne.Cli.Wrapping;

/// <summary>Reads one output stream of the command, writes it unchanged to another, and passes it to a listener; by .NET's
/// streams.</summary>
sealed class PortableRelay
{
    const int BlockBytes = 64 * 1024;
    // ERROR_BROKEN_PIPE, ERROR_NO_DATA; EPIPE.
    const int WindowsBrokenPipe = 109;
    const int WindowsNoReader = 232;
    const int BrokenPipe = 32;
    static readonly TimeSpan _longestDrain = TimeSpan.FromMilliseconds(500);

    readonly Stream _source;
    readonly Stream _target;
    readonly OutputStream _stream;
    readonly Thread _thread;
    IOutputListener? _listener;

    /// <summary>Creates a relay.</summary>
    /// <param name="source">What the command writes.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="stream">Which stream it is.</param>
    /// <param name="listener">The listener; null if there is none.</param>
    internal PortableRelay(Stream source, Stream target, OutputStream stream, IOutputListener? listener)
    {
        (_source, _target, _stream, _listener) = (source, target, stream, listener);
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = $"relay {stream}" };
    }

    /// <summary>Why a part of the output could not be written; null if all was, or its reader went away.</summary>
    internal string? LostOutput { get; private set; }

    internal void Start() => _thread.Start();

    /// <summary>Waits until the output has been passed on, after the command has ended.</summary>
    /// <returns>False if another process still has it open.</returns>
    internal bool Finish() => _thread.Join(_longestDrain);

    void Run()
    {
        var block = new byte[BlockBytes];
        try
        {
            while (Read(block) is > 0 and var count)
            {
                _target.Write(block, 0, count);
                _target.Flush();
                Notify(block.AsSpan(0, count));
            }
        }
        catch (IOException error)
        {
            if ((error.HResult & 0xFFFF) is not (WindowsBrokenPipe or WindowsNoReader or BrokenPipe))
                LostOutput = error.Message;
        }
        finally
        {
            // The command gets the same error when it writes on.
            _source.Dispose();
        }
    }

    int Read(byte[] block)
    {
        try
        {
            return _source.Read(block, 0, block.Length);
        }
        catch (IOException)
        {
            // All processes have closed the other end.
            return 0;
        }
    }

    void Notify(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _listener?.OnOutput(_stream, bytes);
        }
#pragma warning disable CA1031 // A failing listener must not stop the command's output.
        catch (Exception)
#pragma warning restore CA1031
        {
            _listener = null;
        }
    }
}
