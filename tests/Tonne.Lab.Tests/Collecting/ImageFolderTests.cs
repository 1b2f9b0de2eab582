using Tonne.Lab.Collecting;

namespace Tonne.Lab.Tests.Collecting;

public sealed class ImageFolderTests : IDisposable
{
    // Made by netpbm (pnmtopng) of an 11 × 9 picture whose pixel at (x, y) is (23x + 37y) mod 256.
    const string Grey = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAAAAADBD4nxAAAAJklEQVQImWNkEIcDRlUEmwXBVoWzVRHiqnA1EAHGe0jmMGM1RxwAFpQKJithLIgAAAAASUVORK5CYII=";
    const string GreyInterlaced = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAAAAAG2CLlnAAAAWUlEQVQImWNg2MGg8YAhhkmDYcoHHwa9rmfMqyt+MIRt4mP00tPT09NjvAehxPX09PRYvPT09PQYV+vp6ekxftXT09NjtNfT09NjVBWHA8Z8JPZOJDYzgg0Ag0oWq2zzH/gAAAAASUVORK5CYII=";
    // Value · 256 + 7, of 16 bits.
    const string Grey16 = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJEAAAAACRn1WyAAAAKUlEQVQImWNkYBdnwIQsqlgEcQirYgqrYlOtimkIsgLGe1hdwshMigMBEMkKPkFrqCcAAAAASUVORK5CYII=";
    // Red the value, green thrice it mod 256, blue 255 − it; all lines of filter 1, and all of filter 4.
    const string Colour = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAIAAABrBkF6AAAAPUlEQVQYlWNkYPgv7voSD2JUzb9FQIXXva0EVOT7TiCgYsqebAIqdmq7EVBxb5YiARXMnH8IqNCouI5fBQCdLX7fwcAakwAAAABJRU5ErkJggg==";
    const string ColourPaeth = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAIAAABrBkF6AAAARElEQVQYlWNhYPgv7voSD2JRzb+N4Oe/xGQjqcjHok41/zaLav5trFrhOrGZgSQNU4FDDiKO4lKs5kFVYPcRphlYnQwAHVGCJkGC/PMAAAAASUVORK5CYII=";
    // Three colours by the value mod 3: (10, 20, 30), (200, 100, 0), (0, 0, 0); interlaced, of 2 bits.
    const string PaletteInterlaced = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAgMAAAHuDQ4oAAAACVBMVEUAAADIZAAKFB7LXMt0AAAAPElEQVQImQXBoQ2AMBAAwLO4yuIqOshbtigJg1SQ1w1hBAblzhKYLkNT9OZb+nSEd9p4wplF7reaVdbxAwMNCqeDCyKFAAAAAElFTkSuQmCC";
    // Black where the value is odd.
    const string Bits = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJAQAAAADMH+uAAAAAEUlEQVQImWNYtYAh1IEBGwkAds8Ix5oro28AAAAASUVORK5CYII=";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pictures");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Grey)]
    [InlineData(GreyInterlaced)]
    public void A_grey_PNG_of_another_program_is_read(string file) =>
        AssertPixels(file, value => value / 255.0);

    [Fact]
    public void A_PNG_of_16_bits_is_read() => AssertPixels(Grey16, value => (value * 256 + 7) / 65535.0);

    [Theory]
    [InlineData(Colour)]
    [InlineData(ColourPaeth)]
    public void Colours_become_their_luma(string file) =>
        AssertPixels(file, value => (0.299 * value + 0.587 * (value * 3 % 256) + 0.114 * (255 - value)) / 255);

    [Fact]
    public void Colours_of_a_palette_become_their_luma() =>
        AssertPixels(PaletteInterlaced, value => (value % 3) switch { 0 => 0.299 * 10 + 0.587 * 20 + 0.114 * 30, 1 => 0.299 * 200 + 0.587 * 100, _ => 0 } / 255);

    [Fact]
    public void A_PNG_of_single_bits_is_read() => AssertPixels(Bits, value => 1 - value % 2);

    [Fact]
    public void A_plain_and_a_raw_PGM_are_the_same_picture()
    {
        var plain = PgmReader.Read("P2 # two by three\n2 3\n# greatest\n200\n0 50 100\n150 200 20"u8, "a");
        var raw = PgmReader.Read([.. "P5 2 3 200\n"u8, 0, 50, 100, 150, 200, 20], "a");
        var wide = PgmReader.Read([.. "P5 2 1 1000\n"u8, 0x01, 0xF4, 0x03, 0xE8], "a");

        Assert.Equal([0, 0.25f, 0.5f, 0.75f, 1, 0.1f], plain.Numbers.ToArray());
        Assert.Equal(plain.Numbers.ToArray(), raw.Numbers.ToArray());
        Assert.Equal([0.5f, 1], wide.Numbers.ToArray());
        Assert.Equal((2, 3), (plain.Width, plain.Height));
    }

    [Fact]
    public void Subfolders_are_labels_and_what_is_no_picture_or_of_another_size_is_rejected_with_its_path()
    {
        Put("cat/1.pgm", "P2 2 2 9 1 2 3 4"u8);
        Put("cat/2.pgm", "P2 2 2 9 1 2 3"u8);
        Put("cat/3.png", "no picture"u8);
        Put("cat/.hidden", "no picture"u8);
        Put("dog/1.pgm", "P2 2 2 9 4 3 2 1"u8);
        Put("dog/2.pgm", "P2 3 1 9 4 3 2"u8);
        Put("dog/3.pgm", ""u8);
        Put("loose.pgm", "P2 2 2 9 1 2 3 4"u8);
        var source = RowSource.Open(_folder.FullName);
        var rejections = new RejectionLog();

        var rows = source.ReadRows(rejections).ToList();

        Assert.Equal(["cat", "dog"], rows.Select(row => row.Label));
        Assert.All(rows, row => Assert.Equal((5, 5), (row.Columns, source.Columns.Length)));
        Assert.Equal(
            [(RejectionReason.MissingLabel, "loose.pgm"), (RejectionReason.NotAPicture, "2.pgm"), (RejectionReason.NotAPicture, "3.png"), (RejectionReason.OtherSize, "2.pgm"), (RejectionReason.NotAPicture, "3.pgm")],
            rejections.Examples.Select(rejection => (rejection.Reason, Path.GetFileName(rejection.File))));
    }

    [Fact]
    public void A_folder_without_a_picture_is_an_error()
    {
        Assert.Contains("no subfolders", Assert.Throws<UnusableDataException>(() => ImageFolder.Open(_folder.FullName)).Message, StringComparison.Ordinal);
        Put("cat/1.png", "no picture"u8);
        Assert.Contains("no readable PGM or PNG", Assert.Throws<UnusableDataException>(() => ImageFolder.Open(_folder.FullName)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_patch_is_the_mean_of_its_pixels_and_smaller_at_the_edge()
    {
        var picture = new GrayscaleImage("a", 3, 3, [0, 1, 2, 3, 4, 5, 6, 7, 8]);

        // (0 + 1 + 3 + 4) ÷ 4, (2 + 5) ÷ 2, (6 + 7) ÷ 2, 8.
        Assert.Equal([2, 3.5f, 6.5f, 8], picture.ComputePatchMeans(2));
    }

    [Fact]
    public void Ten_thousand_broken_pictures_are_read_or_refused_and_nothing_else()
    {
        byte[][] seeds = [.. new[] { Grey, GreyInterlaced, Grey16, Colour, PaletteInterlaced, Bits }.Select(Convert.FromBase64String), [.. "P5 2 3 200\n"u8, 0, 50, 100, 150, 200, 20], [.. "P2 2 2 9 1 2 3 4"u8]];
        var random = new Random(5);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var file = seeds[i % seeds.Length].ToArray();
            for (var changes = random.Next(4); changes >= 0; changes--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            if (i % 7 == 0)
                file = file[..random.Next(file.Length)];
            try
            {
                var picture = PgmReader.HasSignature(file) ? PgmReader.Read(file, "") : PngReader.Read(file, "");
                Assert.Equal(picture.Width * picture.Height, picture.Numbers.Length);
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.True(read > 100 && refused > 5000, $"{read} read, {refused} refused");
    }

    static void AssertPixels(string base64, Func<int, double> expected)
    {
        var picture = PngReader.Read(Convert.FromBase64String(base64), "a");

        Assert.Equal((11, 9), (picture.Width, picture.Height));
        for (var i = 0; i < 99; i++)
            Assert.Equal(expected((i % 11 * 23 + i / 11 * 37) % 256), picture.Numbers[i], 1e-6);
    }

    void Put(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content.ToArray());
    }
}
