using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Files;

/// <summary>A file kept open and read from its start each time, into one buffer: a read allocates nothing.</summary>
/// <remarks>After a failure the next read opens it anew, so that a driver that was reloaded is found again. Not thread safe.</remarks>
public sealed class PersistentFile : IDisposable
{
    readonly FileTree _tree;
    readonly string _relative;
    readonly bool _headOnly;
    SafeFileHandle? _handle;
    byte[] _buffer;

    internal PersistentFile(FileTree tree, string relative, int? head) =>
        (_tree, _relative, _headOnly, _buffer) = (tree, relative, head is not null, new byte[head ?? 256]);

    /// <summary>Path in the tree.</summary>
    public string Path => _relative;

    /// <summary>Reads the present content of the file.</summary>
    /// <param name="reason">Why it cannot be read (<see cref="ReadFailure"/>); null if it was.</param>
    /// <returns>Valid until the next read; empty if it could not be read.</returns>
    public ReadOnlySpan<byte> Read(out string? reason)
    {
        var reopened = _handle is null;
        while (true)
        {
            if (_handle is null)
            {
                var handle = _tree.Open(_relative, out reason);
                if (reason is not null)
                {
                    handle.Dispose();
                    return default;
                }

                _handle = handle;
            }

            var count = Fill();
            if (count > 0)
            {
                reason = null;
                return _buffer.AsSpan(0, count);
            }

            _handle.Dispose();
            _handle = null;
            if (reopened)
            {
                reason = count == 0 ? ReadFailure.Empty : ReadFailure.Describe(-count);
                return default;
            }

            reopened = true;
        }
    }

    /// <summary>The whole number that the file holds now, or why there is none.</summary>
    public bool TryReadNumber(out long value, out string? reason)
    {
        value = 0;
        var bytes = Read(out reason);
        if (reason is not null)
            return false;
        if (KernelText.TryParseNumber(bytes, out value))
            return true;
        reason = ReadFailure.Malformed;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle?.Dispose();

    /// <summary>Reads from the start; the buffer grows, once, to the longest the file has been.</summary>
    int Fill()
    {
        var length = 0;
        while (true)
        {
            var count = Libc.ReadAt(_handle!, _buffer.AsSpan(length), length);
            if (count < 0)
                return count;
            length += count;
            // The kernel gives a small file whole, so a second call would only say that there is no more.
            // A list of records comes by the page (4,096 bytes less at most one record): those are asked again.
            if (_headOnly || count == 0 || length >= FileTree.MaxFileBytes || (length < _buffer.Length && count < 2048))
                return length;
            if (length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 4);
        }
    }
}
