using System.Text;
using Tonne.Ledgers.RunFolders;
using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Ledgers.Tests.RunFolders;

public class ChecksummedLineTests
{
    [Fact]
    public void The_checksum_is_crc32c_of_the_json()
    {
        // e3069283 is the check value of CRC-32/ISCSI (CRC-32C) over "123456789" in the RevEng catalogue of CRCs.
        var line = ChecksummedLine.Write("x", "123456789"u8);

        Assert.Equal("{\"crc32c\":\"e3069283\",\"x\":123456789}\n", Encoding.UTF8.GetString(line));
    }

    [Fact]
    public void What_is_closed_opens_as_it_was() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll<string>(text =>
        {
            var json = Encoding.UTF8.GetBytes((text ?? "").Replace("\n", "", StringComparison.Ordinal));
            var wrong = ChecksummedLine.Read("record", ChecksummedLine.Write("record", json), out var back);
            return json.Length == 0 ? wrong is not null : wrong is null && back.Span.SequenceEqual(json);
        }));

    [Fact]
    public void Any_changed_bit_shows()
    {
        var line = ChecksummedLine.Write("record", "{\"a\":1,\"b\":\"two\"}"u8);
        for (var bit = 0; bit < (line.Length - 1) * 8; bit++)
        {
            var changed = (byte[])line.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotNull(ChecksummedLine.Read("record", changed, out _));
        }
    }
}
