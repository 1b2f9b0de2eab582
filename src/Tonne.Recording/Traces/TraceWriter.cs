using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Tonne.Recording.Metering;

namespace Tonne.Recording.Traces;

/// <summary>Appends blocks to the trace of a run.</summary>
/// <remarks>
/// A trace begins with the eight bytes <c>tonne.t1</c>. A block is: length of the payload (uint32, little endian), kind (byte), payload,
/// CRC-32C of kind and payload (uint32). No block is ever split between two writes, so a kill leaves whole blocks, and loses at most the one being written
/// and the marks that <see cref="AppendMark"/> had not yet written. See docs/formats/trace.md.
/// A failed write is stored in <see cref="Failure"/>. From then on blocks are collected in <see cref="Unwritten"/>, up to 64 MiB, so that
/// the run can
/// still be accounted: a failure of measuring never stops the training.
/// Thread safe.
/// </remarks>
public sealed class TraceWriter(Stream stream)
{
    /// <summary>The first eight bytes of a trace.</summary>
    public static ReadOnlySpan<byte> Magic => "tonne.t1"u8;

    /// <summary>Bytes of a block around its payload: length, kind, checksum.</summary>
    const int Frame = 9;

    const int MaxUnwrittenBytes = 64 * 1024 * 1024;

    // Marks that come one upon another are written together; a write takes longer than making ten of them.
    const int MaxTogetherBytes = 16 * 1024;
    static readonly TimeSpan _together = TimeSpan.FromMilliseconds(1);

    readonly Lock _gate = new();
    readonly Dictionary<string, int> _reasons = new(StringComparer.Ordinal);
    byte[] _buffer = new byte[512];
    ArrayBufferWriter<byte>? _unwritten;
    byte[]? _marks;
    int _markBytes;
    long _writtenAt;
    bool _begun;

    /// <summary>The first error of writing; null if there is none.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>Blocks that could not be written to the stream; they follow its first <see cref="Length"/> bytes.</summary>
    public ReadOnlyMemory<byte> Unwritten => _unwritten is null ? default : _unwritten.WrittenMemory;

    /// <summary>Bytes written as whole blocks.</summary>
    public long Length { get; private set; }

    /// <summary>Continues a trace that another process began.</summary>
    /// <param name="stream">Appends to it, after its last whole block.</param>
    /// <param name="length">Bytes that it has.</param>
    /// <param name="reasons">Reasons of gaps that it has, by number.</param>
    public static TraceWriter Resume(Stream stream, long length, IEnumerable<string> reasons)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        var writer = new TraceWriter(stream) { _begun = true, Length = length };
        foreach (var reason in reasons)
            writer._reasons.TryAdd(reason, writer._reasons.Count);
        return writer;
    }

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

    /// <summary>Appends a mark. One that follows another write by less than a millisecond is written with the next block, at the latest with the next sample.</summary>
    /// <param name="timestamp">Monotonic time in ns, of the same clock for all marks.</param>
    /// <param name="payload">The mark.</param>
    public void AppendMark(long timestamp, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            if (!_begun || _unwritten is not null || payload.Length > MaxTogetherBytes / 2)
            {
                Append(TraceBlock.Mark, payload);
                _writtenAt = timestamp;
                return;
            }

            _marks ??= new byte[MaxTogetherBytes];
            if (_markBytes + payload.Length + Frame > _marks.Length)
                WriteMarks();
            payload.CopyTo(_marks.AsSpan(_markBytes + 5));
            Seal(_marks, TraceBlock.Mark, _markBytes, payload.Length);
            _markBytes += payload.Length + Frame;
            if (timestamp - _writtenAt >= _together.Ticks * 100)
            {
                WriteMarks();
                _writtenAt = timestamp;
            }
        }
    }

    /// <summary>Writes marks that are not yet written.</summary>
    public void Flush()
    {
        lock (_gate)
            WriteMarks();
    }

    /// <summary>Appends one sample.</summary>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    /// <param name="readings">One per meter, in the order of the opening.</param>
    public void AppendSample(long timestamp, ReadOnlySpan<Reading> readings) => AppendSample(timestamp, readings, []);

    /// <summary>Appends one sample with the values of all ranks before it. A kill never separates the two.</summary>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    /// <param name="readings">One per meter, in the order of the opening.</param>
    /// <param name="rankValues">One per meter of a rank, in the order of joining; empty if the run has no ranks.</param>
    public void AppendSample(long timestamp, ReadOnlySpan<Reading> readings, ReadOnlySpan<long> rankValues)
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

            var before = rankValues.IsEmpty ? 0 : 8 + (8 * rankValues.Length) + Frame;
            var length = 8 + (9 * readings.Length);
            Begin(before + length);
            if (before > 0)
                FillRankValues(timestamp, rankValues);
            var at = _buffer.AsSpan(before + 5);
            BinaryPrimitives.WriteInt64LittleEndian(at, timestamp);
            at = at[8..];
            foreach (var reading in readings)
            {
                at[0] = reading.IsGap ? (byte)1 : (byte)0;
                BinaryPrimitives.WriteInt64LittleEndian(at[1..], reading.Reason is { } reason ? _reasons[reason] : reading.Value);
                at = at[9..];
            }

            Write(TraceBlock.Sample, length, before);
        }
    }

    void FillRankValues(long timestamp, ReadOnlySpan<long> values)
    {
        var at = _buffer.AsSpan(5);
        BinaryPrimitives.WriteInt64LittleEndian(at, timestamp);
        foreach (var value in values)
        {
            at = at[8..];
            BinaryPrimitives.WriteInt64LittleEndian(at, value);
        }

        Seal(_buffer, TraceBlock.RankValues, 0, 8 + (8 * values.Length));
    }

    void Begin(int payload)
    {
        if (_buffer.Length < payload + Frame)
            _buffer = new byte[payload + Frame];
    }

    /// <summary>Completes a block in a buffer: length, kind and checksum around its payload.</summary>
    static void Seal(byte[] buffer, TraceBlock kind, int start, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(start), length);
        buffer[start + 4] = (byte)kind;
        var sum = Crc32C.Of(buffer.AsSpan(start + 4, length + 1));
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(start + 5 + length), sum);
    }

    /// <summary>Writes the block that begins at an offset in the buffer, and the complete one before it if there is one.</summary>
    void Write(TraceBlock kind, int payload, int before = 0)
    {
        WriteMarks();
        Seal(_buffer, kind, before, payload);
        Write(_buffer.AsSpan(0, before + payload + Frame));
    }

    void WriteMarks()
    {
        if (_markBytes == 0)
            return;
        Write(_marks.AsSpan(0, _markBytes));
        _markBytes = 0;
    }

    /// <summary>Writes whole blocks.</summary>
    void Write(ReadOnlySpan<byte> blocks)
    {
        if (_unwritten is not null)
        {
            if (_unwritten.WrittenCount < MaxUnwrittenBytes)
                _unwritten.Write(blocks);
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

            stream.Write(blocks);
            stream.Flush();
            Length += blocks.Length;
        }
        catch (IOException error)
        {
            Failure = error;
            _unwritten = new ArrayBufferWriter<byte>();
            if (!_begun)
                _unwritten.Write(Magic);
            _unwritten.Write(blocks);
        }
    }
}
