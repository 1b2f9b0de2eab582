using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.Indexing;

/// <summary>What a total needs of a run as bytes in the index: short, quick to read, and with a checksum.</summary>
/// <remarks>
/// Little-endian: texts as length (int32, −1 for none) and UTF-8, numbers as doubles, at the end CRC-32C of what precedes. The index is a cache of one
/// version; another version is built again.
/// </remarks>
static class CountedRunCodec
{
    public static byte[] Write(CountedRun run)
    {
        using var bytes = new MemoryStream(512);
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            foreach (var text in new[] { run.Id, run.Name, run.Project, run.Account, run.User, run.Parent, run.Node, run.BootId, run.Cpu, run.Zone, run.JobKey, run.Step, run.NodeList, run.ForeignId, run.Boundary })
                WriteText(writer, text);
            writer.Write((long)run.Restarts);
            writer.Write(run.CoversJob);
            writer.Write(run.CoversNode);
            writer.Write((byte)run.Kind);
            writer.Write((byte)(run.Status is { } status ? (int)status + 1 : 0));
            writer.Write(run.HasFigures);
            writer.Write(run.Start.UtcTicks);
            writer.Write(run.Seconds);
            writer.Write(run.ReservedShare);
            writer.Write(run.SteadyIdleShare);
            foreach (var bounds in new[] { run.Energy, run.FacilityEnergy, run.Operational, run.Emissions, run.IdleEnergy, run.IdleEmissions })
                WriteBounds(writer, bounds);
            writer.Write(run.Embodied is not null);
            WriteBounds(writer, run.Embodied ?? default);
            writer.Write((byte)run.Quality);
            writer.Write(run.MeasuredShare);
            writer.Write(run.Months.Length);
            foreach (var (month, part) in run.Months)
            {
                WriteText(writer, month);
                writer.Write(part);
            }

            writer.Write(run.Tags.Length);
            foreach (var (tag, value) in run.Tags)
            {
                WriteText(writer, tag);
                WriteText(writer, value);
            }
        }

        var sum = Crc32C.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        bytes.Write(BitConverter.GetBytes(sum));
        return bytes.ToArray();
    }

    /// <summary>Reads a run; null if the bytes were changed.</summary>
    /// <param name="bytes">What <see cref="Write"/> has written.</param>
    /// <param name="texts">Texts that were read before, so that each is in memory once.</param>
    /// <param name="withTags">Whether the tags are read; there may be as many of them as runs. Default: yes.</param>
    /// <param name="ids">Ids of the runs that there are; a run of another id is null. Default: null, any id.</param>
    public static CountedRun? Read(ReadOnlySpan<byte> bytes, TextCache texts, bool withTags = true, HashSet<string>? ids = null)
    {
        if (bytes.Length < 4 || Crc32C.Of(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
            return null;
        var reader = new Reader(bytes[..^4]);
        if (ReadId(reader.Bytes(), ids) is not { } id)
            return null;
        return new CountedRun
        {
            Id = id,
            Name = texts.Get(reader.Bytes()),
            Project = reader.Text(texts),
            Account = reader.Text(texts),
            User = reader.Text(texts),
            Parent = reader.Text(texts),
            Node = reader.Text(texts),
            BootId = reader.Text(texts),
            Cpu = reader.Text(texts),
            Zone = reader.Text(texts),
            JobKey = reader.NewText(),
            Step = reader.Text(texts),
            NodeList = reader.Text(texts),
            ForeignId = reader.Text(texts),
            Boundary = reader.Text(texts) ?? "",
            Restarts = (int)reader.Long(),
            CoversJob = reader.Byte() != 0,
            CoversNode = reader.Byte() != 0,
            Kind = (RunKind)reader.Byte(),
            Status = reader.Byte() is > 0 and var status ? (RunStatus)(status - 1) : null,
            HasFigures = reader.Byte() != 0,
            Start = new DateTimeOffset(reader.Long(), TimeSpan.Zero),
            Seconds = reader.Double(),
            ReservedShare = reader.Double(),
            SteadyIdleShare = reader.Double(),
            Energy = reader.Bounds(),
            FacilityEnergy = reader.Bounds(),
            Operational = reader.Bounds(),
            Emissions = reader.Bounds(),
            IdleEnergy = reader.Bounds(),
            IdleEmissions = reader.Bounds(),
            Embodied = reader.OptionalBounds(),
            Quality = (Quality)reader.Byte(),
            MeasuredShare = reader.Double(),
            Months = reader.Months(texts),
            Tags = withTags ? reader.Tags(texts) : [],
        };
    }

    /// <summary>The id of a run, as the one of <paramref name="ids"/> if they are given; null if it is none of them.</summary>
    static string? ReadId(ReadOnlySpan<byte> bytes, HashSet<string>? ids)
    {
        Span<char> text = stackalloc char[64];
        if (bytes.Length > text.Length)
            return null;
        text = text[..Encoding.UTF8.GetChars(bytes, text)];
        return ids is null ? text.ToString() : ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var id) ? id : null;
    }

    static void WriteText(BinaryWriter writer, string? text)
    {
        if (text is null)
        {
            writer.Write(-1);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    static void WriteBounds(BinaryWriter writer, Bounds bounds)
    {
        writer.Write(bounds.Low);
        writer.Write(bounds.Best);
        writer.Write(bounds.High);
    }

    ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> _rest = bytes;

        public ReadOnlySpan<byte> Bytes() => Take(Math.Max(0, Int()));

        public string? Text(TextCache texts)
        {
            var length = Int();
            return length < 0 ? null : texts.Get(Take(length));
        }

        /// <summary>A text that few other runs have.</summary>
        public string? NewText()
        {
            var length = Int();
            return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
        }

        public byte Byte() => Take(1)[0];

        public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

        public Bounds Bounds() => new(Double(), Double(), Double());

        public Bounds? OptionalBounds()
        {
            var known = Byte() != 0;
            var bounds = Bounds();
            return known ? bounds : null;
        }

        public ImmutableArray<KeyValuePair<string, string>> Tags(TextCache texts)
        {
            var count = Int();
            if (count == 0)
                return [];
            var tags = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(count);
            for (var i = 0; i < count; i++)
                tags.Add(new(texts.Get(Bytes()), texts.Get(Bytes())));
            return tags.MoveToImmutable();
        }

        public ImmutableArray<KeyValuePair<string, double>> Months(TextCache texts)
        {
            var count = Int();
            if (count == 0)
                return [];
            var months = ImmutableArray.CreateBuilder<KeyValuePair<string, double>>(count);
            for (var i = 0; i < count; i++)
                months.Add(new(texts.Get(Bytes()), Double()));
            return months.MoveToImmutable();
        }

        int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

        ReadOnlySpan<byte> Take(int length)
        {
            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }

    /// <summary>Texts by their bytes: most runs of a ledger have the same few projects, users and machines.</summary>
    public sealed class TextCache
    {
        // A power of two.
        const int Size = 8192;

        readonly (byte[] Bytes, string Text)[] _entries = new (byte[], string)[Size];

        public string Get(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
                return "";
            var hash = default(HashCode);
            hash.AddBytes(bytes);
            ref var entry = ref _entries[hash.ToHashCode() & (Size - 1)];
            if (entry.Bytes is null || !bytes.SequenceEqual(entry.Bytes))
                entry = (bytes.ToArray(), Encoding.UTF8.GetString(bytes));
            return entry.Text;
        }
    }
}
