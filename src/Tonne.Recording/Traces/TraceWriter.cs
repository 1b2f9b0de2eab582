using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Tonne.Recording.Metering;

namespace Tonne.Recording.Traces;

/// <summary>Appends blocks to the trace of a run.</summary>
/// <remarks>
/// A trace begins with the eight bytes <c>tonne.t1</c>. A block is: length of the payload (uint32, little endian), kind (byte), payload,
/// CRC-32C of kind and payload (uint32). Each block is one write, so a kill loses at most the block being written. See docs/formats/trace.md.
/// A failed write is stored in <see cref="Failure"/>. From then on blocks are collected in <see cref="Unwritten"/>, up to 64 MiB, so that
/// the run can
/// still be accounted: a failure of measuring never stops the training.
/// Thread safe.
/// </remarks>
public sealed class TraceWriter(Stream stream)
{
    /// <summary>The first eight bytes of a trace.</summary>
    public static ReadOnlySpan<byte> Magic => "tonne.t1"u8;

    const int MaxUnwrittenBytes = 64 * 1024 * 1024;

    readonly Lock _gate = new();
    readonly Dictionary<string, int> _reasons = new(StringComparer.Ordinal);
    byte[] _buffer = new byte[512];
    ArrayBufferWriter<byte>? _unwritten;
    bool _begun;

    /// <summary>The first error of writing; null if there is none.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>Blocks that could not be written to the stream; they follow its first <see cref="Length"/> bytes.</summary>
    public ReadOnlyMemory<byte> Unwritten => _unwritten is null ? default : _unwritten.WrittenMemory;

    /// <summary>Bytes written as whole blocks.</summary>
    public long Length { get; private set; }

    /// <summary>Appends a block.</summary>
    public void Append(TraceBlock kind, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            Begin(payload.Length);
            payload.CopyTo(_buffer.AsSpan(5));
            Write(kind, payload.Length);
        }
    }

    /// <summary>Appends one sample.</summary>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    /// <param name="readings">One per meter, in the order of the opening.</param>
    public void AppendSample(long timestamp, ReadOnlySpan<Reading> readings)
    {
        lock (_gate)
        {
            foreach (var reading in readings)
            {
                if (reading.Reason is { } reason && !_reasons.ContainsKey(reason))
                {
                    _reasons.Add(reason, _reasons.Count);
                    Append(TraceBlock.Reason, Encoding.UTF8.GetBytes(reason));
                }
            }

            var length = 8 + (9 * readings.Length);
            Begin(length);
            var at = _buffer.AsSpan(5);
            BinaryPrimitives.WriteInt64LittleEndian(at, timestamp);
            at = at[8..];
            foreach (var reading in readings)
            {
                at[0] = reading.IsGap ? (byte)1 : (byte)0;
                BinaryPrimitives.WriteInt64LittleEndian(at[1..], reading.Reason is { } reason ? _reasons[reason] : reading.Value);
                at = at[9..];
            }

            Write(TraceBlock.Sample, length);
        }
    }

    void Begin(int payload)
    {
        if (_buffer.Length < payload + 9)
            _buffer = new byte[payload + 9];
    }

    void Write(TraceBlock kind, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, length);
        _buffer[4] = (byte)kind;
        var sum = Crc32C.Of(_buffer.AsSpan(4, length + 1));
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(5 + length), sum);
        if (_unwritten is not null)
        {
            if (_unwritten.WrittenCount < MaxUnwrittenBytes)
                _unwritten.Write(_buffer.AsSpan(0, length + 9));
            return;
        }

        try
        {
            if (!_begun)
            {
                stream.Write(Magic);
                Length += Magic.Length;
                _begun = true;
            }

            stream.Write(_buffer, 0, length + 9);
            stream.Flush();
            Length += length + 9;
        }
        catch (IOException error)
        {
            Failure = error;
            _unwritten = new ArrayBufferWriter<byte>();
            if (!_begun)
                _unwritten.Write(Magic);
            _unwritten.Write(_buffer.AsSpan(0, length + 9));
        }
    }
}
