using System.Buffers.Binary;
using System.Text;
using Tonne.Recording.Metering;

namespace Tonne.Recording.Traces;

/// <summary>Reads a trace block by block and stops at the first damage, keeping all before it.</summary>
/// <remarks>
/// An incomplete last block is normal after a kill and is not an error. A wrong checksum is one, and <see cref="Damage"/> has its
/// position.
/// </remarks>
public sealed class TraceReader(Stream stream)
{
    /// <summary>The largest payload accepted, in bytes.</summary>
    public const int MaxPayloadBytes = 16 * 1024 * 1024;

    readonly List<string> _reasons = [];
    byte[] _buffer = new byte[4096];
    bool _begun;

    /// <summary>The damage and its byte position; null if the trace is whole, or only its last block is incomplete.</summary>
    public string? Damage { get; private set; }

    /// <summary>Whether the last block was cut short.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Reasons of gaps read so far, by number.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>Bytes read as whole blocks.</summary>
    public long Position { get; private set; }

    /// <summary>The kind of the current block.</summary>
    public TraceBlock Kind { get; private set; }

    /// <summary>The payload of the current block; valid until the next is read.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>Reads the next block, and remembers reasons of gaps.</summary>
    /// <returns>False at the end, at an incomplete block, or at damage.</returns>
    public bool Read()
    {
        do
        {
            if (!ReadBlock())
                return false;
            if (Kind == TraceBlock.Reason)
                _reasons.Add(Encoding.UTF8.GetString(Payload.Span));
        }
        while (Kind == TraceBlock.Reason);
        return true;
    }

    /// <summary>Reads the current block as a sample.</summary>
    /// <param name="readings">Receives one reading per meter.</param>
    /// <returns>Monotonic time in ns from the start of the run.</returns>
    /// <exception cref="TraceDamagedException">The sample has another number of meters, or names an unknown reason.</exception>
    public long ReadSample(Span<Reading> readings)
    {
        var at = Payload.Span;
        if (at.Length != 8 + (9 * readings.Length))
            throw new TraceDamagedException($"The sample before byte {Position} has {at.Length} bytes, where {readings.Length} meters need {8 + (9 * readings.Length)}.");
        var timestamp = BinaryPrimitives.ReadInt64LittleEndian(at);
        at = at[8..];
        for (var i = 0; i < readings.Length; i++, at = at[9..])
        {
            var value = BinaryPrimitives.ReadInt64LittleEndian(at[1..]);
            if (at[0] == 0)
                readings[i] = Reading.FromValue(value);
            else if (value >= 0 && value < _reasons.Count)
                readings[i] = Reading.FromGapReason(_reasons[(int)value]);
            else
                throw new TraceDamagedException($"The sample before byte {Position} names reason {value}, which the trace does "
                    + "not contain.");
        }

        return timestamp;
    }

    /// <summary>Reads the current block as values of all ranks' meters.</summary>
    /// <param name="values">Receives the values, in the order in which the ranks joined.</param>
    /// <exception cref="TraceDamagedException">The block is no number of whole values.</exception>
    public void ReadRankValues(List<long> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var at = Payload.Span;
        if (at.Length < 8 || at.Length % 8 != 0)
            throw new TraceDamagedException($"The rank values before byte {Position} have {at.Length} bytes, which is no multiple of 8.");
        values.Clear();
        for (at = at[8..]; !at.IsEmpty; at = at[8..])
            values.Add(BinaryPrimitives.ReadInt64LittleEndian(at));
    }

    bool ReadBlock()
    {
        if (Damage is not null || IsTruncated)
            return false;
        if (!_begun)
        {
            var magic = TraceWriter.Magic.Length;
            var got = FillBuffer(magic);
            if (got == 0)
                return false;
            if (got < magic)
                return MarkTruncated();
            if (!_buffer.AsSpan(0, magic).SequenceEqual(TraceWriter.Magic))
                return MarkDamaged("does not begin with the mark of a trace (tonne.t1)");
            Position += magic;
            _begun = true;
        }

        var head = FillBuffer(4);
        if (head == 0)
            return false;
        if (head < 4)
            return MarkTruncated();
        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer);
        if (length is < 0 or > MaxPayloadBytes)
            return MarkDamaged($"has a block of {length} bytes");
        if (FillBuffer(length + 5) < length + 5)
            return MarkTruncated();
        var sum = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(length + 1));
        if (Crc32C.Of(_buffer.AsSpan(0, length + 1)) != sum)
            return MarkDamaged("has a block whose checksum is wrong");
        if (_buffer[0] is < (byte)TraceBlock.Opening or > (byte)TraceBlock.RankValues)
            return MarkDamaged($"has a block of unknown kind {_buffer[0]}");
        Kind = (TraceBlock)_buffer[0];
        Payload = _buffer.AsMemory(1, length);
        Position += length + 9;
        return true;
    }

    int FillBuffer(int count)
    {
        if (_buffer.Length < count)
            _buffer = new byte[Math.Max(count, _buffer.Length * 2)];
        return stream.ReadAtLeast(_buffer.AsSpan(0, count), count, throwOnEndOfStream: false);
    }

    bool MarkTruncated()
    {
        IsTruncated = true;
        return false;
    }

    bool MarkDamaged(string what)
    {
        Damage = $"The trace {what} at byte {Position}; the blocks before it are used.";
        return false;
    }
}
