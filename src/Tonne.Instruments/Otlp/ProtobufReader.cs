using System.Buffers.Binary;

namespace Tonne.Instruments.Otlp;

/// <summary>Reads the fields of a Protocol Buffers message in place (protobuf.dev/programming-guides/encoding).</summary>
/// <remarks>
/// Nothing is copied, so a message of many empty ones takes no memory: with generated classes, 16 MiB of empty spans would become
/// hundreds of megabytes.
/// </remarks>
/// <param name="message">The message.</param>
public ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    ReadOnlySpan<byte> _rest = message;

    /// <summary>Number of the field; 0 before the first.</summary>
    public int Field { get; private set; }

    /// <summary>How the field is written: 0 variable length, 1 eight bytes, 2 with its length, 5 four bytes.</summary>
    public int WireType { get; private set; }

    /// <summary>Value of a field of variable length, of eight or of four bytes.</summary>
    public ulong Number { get; private set; }

    /// <summary>Content of a field with its length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Reads the next field.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="FormatException">The message is damaged.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
            return false;
        var tag = ReadVariable();
        if (tag > uint.MaxValue || tag >> 3 == 0)
            throw new FormatException("a field has no number");
        (Field, WireType) = ((int)(tag >> 3), (int)(tag & 7));
        Bytes = default;
        switch (WireType)
        {
            case 0:
                Number = ReadVariable();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case 2:
                Bytes = Take(ReadVariable());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            default:
                throw new FormatException("a field has an unknown wire type");
        }

        return true;
    }

    ulong ReadVariable()
    {
        var value = 0UL;
        for (var (i, shift) = (0, 0); i < _rest.Length && shift < 64; i++, shift += 7)
        {
            value |= (ulong)(_rest[i] & 0x7F) << shift;
            if (_rest[i] >= 0x80)
                continue;
            _rest = _rest[(i + 1)..];
            return value;
        }

        throw new FormatException("a number is cut or too long");
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new FormatException("a field is longer than its message");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
