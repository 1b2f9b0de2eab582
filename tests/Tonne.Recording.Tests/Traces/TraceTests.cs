using System.Text;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Recording.Tests.Traces;

public class TraceTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        using var stream = new MemoryStream();
        var writer = new TraceWriter(stream);
        writer.Append(TraceBlock.Opening, "{}"u8);
        writer.AppendSample(7, [Reading.FromValue(42), Reading.FromGapReason("denied")]);
        writer.AppendSample(8, [Reading.FromValue(-1), Reading.FromGapReason("denied")]);

        var reader = Rewound(stream);

        Assert.True(reader.Read());
        Assert.Equal(TraceBlock.Opening, reader.Kind);
        var readings = new Reading[2];
        Assert.True(reader.Read());
        Assert.Equal(7, reader.ReadSample(readings));
        Assert.Equal([Reading.FromValue(42), Reading.FromGapReason("denied")], readings);
        Assert.True(reader.Read());
        Assert.Equal(8, reader.ReadSample(readings));
        Assert.False(reader.Read());
        Assert.Null(reader.Damage);
        Assert.Equal(writer.Length, reader.Position);
    }

    [Fact]
    public void Marks_that_come_one_upon_another_are_written_together_and_in_order()
    {
        using var stream = new MemoryStream();
        var writer = new TraceWriter(stream);
        writer.Append(TraceBlock.Opening, "{}"u8);
        writer.AppendMark(5_000_000, "first"u8);
        var alone = stream.Length;
        writer.AppendMark(5_100_000, "second"u8);
        writer.AppendMark(5_900_000, "third"u8);
        Assert.Equal(alone, stream.Length);

        // The first one after a millisecond takes along those that wait.
        writer.AppendMark(6_000_000, "fourth"u8);
        var together = stream.Length;
        writer.AppendMark(6_000_001, "fifth"u8);
        writer.AppendSample(7_000_000, [Reading.FromValue(1)]);
        writer.AppendMark(6_000_002, "sixth"u8);
        writer.Flush();

        // Nine bytes around each payload.
        Assert.Equal(alone + 6 + 5 + 6 + (3 * 9), together);
        var reader = Rewound(stream);
        List<string> read = [];
        while (reader.Read())
            read.Add(reader.Kind == TraceBlock.Sample ? "sample" : Encoding.UTF8.GetString(reader.Payload.Span));
        Assert.Equal(["{}", "first", "second", "third", "fourth", "fifth", "sample", "sixth"], read);
        Assert.Null(reader.Damage);
        Assert.Equal(stream.Length, writer.Length);
    }

    [Fact]
    public void More_marks_than_the_buffer_holds_are_all_written()
    {
        using var stream = new MemoryStream();
        var writer = new TraceWriter(stream);
        writer.Append(TraceBlock.Opening, "{}"u8);
        var payload = new byte[1_000];
        for (var mark = 0; mark < 100; mark++)
            writer.AppendMark(5_000_000, payload);
        writer.AppendMark(5_000_000, new byte[20_000]);
        writer.Flush();

        var reader = Rewound(stream);
        var count = 0;
        while (reader.Read())
            count++;
        Assert.Equal((102, stream.Length), (count, 8 + 11 + (100 * 1_009) + 20_009));
    }

    [Fact]
    public void A_trace_cut_anywhere_keeps_every_whole_block_before_the_cut()
    {
        var whole = Trace(50, out var ends);
        for (var cut = 0; cut <= whole.Length; cut++)
        {
            var reader = new TraceReader(new MemoryStream(whole, 0, cut));
            var blocks = 0;
            while (reader.Read())
                blocks++;

            Assert.Equal(ends.Count(end => end <= cut), blocks);
            Assert.Null(reader.Damage);
        }
    }

    [Fact]
    public void A_flipped_bit_is_damage_or_a_torn_end_and_never_another_value()
    {
        var whole = Trace(50, out _);
        var random = new Random(7);
        for (var trial = 0; trial < 3000; trial++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var reader = new TraceReader(new MemoryStream(bytes));
            var readings = new Reading[1];
            var expected = 0L;
            while (reader.Read())
                Assert.Equal(expected++, reader.ReadSample(readings));

            Assert.True(reader.Damage is not null || reader.IsTruncated);
        }
    }

    [Fact]
    public void Noise_is_refused_without_a_crash()
    {
        Prop.ForAll<byte[]>(bytes =>
        {
            var reader = new TraceReader(new MemoryStream([.. TraceWriter.Magic, .. bytes]));
            while (reader.Read())
            {
            }

            return reader.Position <= bytes.Length + TraceWriter.Magic.Length;
        }).QuickCheckThrowOnFailure();
        Assert.False(new TraceReader(new MemoryStream(Encoding.UTF8.GetBytes("not a trace at all"))).Read());
    }

    [Fact]
    public void A_failing_disk_is_remembered_and_never_thrown()
    {
        var writer = new TraceWriter(new FullDisk());

        writer.AppendSample(1, [Reading.FromValue(1)]);
        writer.AppendSample(2, [Reading.FromValue(1)]);

        Assert.NotNull(writer.Failure);
    }

    [Fact]
    public void What_a_full_disk_refused_is_kept_and_can_be_read_behind_what_it_took()
    {
        var disk = new FullDisk { Room = 100 };
        var writer = new TraceWriter(disk);
        for (var i = 0; i < 20; i++)
            writer.AppendSample(i, [Reading.FromValue(i)]);

        var reader = new TraceReader(new MemoryStream([.. disk.ToArray().AsSpan(0, (int)writer.Length), .. writer.Unwritten.Span]));

        var readings = new Reading[1];
        for (var i = 0; i < 20; i++)
        {
            Assert.True(reader.Read());
            Assert.Equal(i, reader.ReadSample(readings));
        }

        Assert.False(reader.Read());
        Assert.InRange(writer.Length, 1, 100);
    }

    static TraceReader Rewound(MemoryStream stream)
    {
        stream.Position = 0;
        return new TraceReader(stream);
    }

    static byte[] Trace(int samples, out List<long> ends)
    {
        using var stream = new MemoryStream();
        var writer = new TraceWriter(stream);
        ends = [];
        for (var i = 0; i < samples; i++)
        {
            writer.AppendSample(i, [Reading.FromValue(i * 1000)]);
            ends.Add(writer.Length);
        }

        return stream.ToArray();
    }

    sealed class FullDisk : MemoryStream
    {
        public int Room { get; init; }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            var fits = (int)Math.Clamp(Room - Length, 0, count);
            base.Write(buffer, offset, fits);
            if (fits < count)
                throw new IOException("No space left on device");
        }
    }
}
