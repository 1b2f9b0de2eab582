using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Tonne.Lab.Collecting;

/// <summary>Reads PNG pictures as greyscale: all colour types and depths, also interlaced; transparency is ignored.</summary>
/// <remarks>
/// Source: W3C, Portable Network Graphics (PNG) specification, third edition, 2025: chunks (5), filters (9), Adam7 (8.1). The grey value of
/// a colour is its luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Why no library is used: docs/decisions/0010-libraries.md.
/// </remarks>
static class PngReader
{
    static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether a file starts like a PNG.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>Reads a picture.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message says where.</exception>
    public static GrayscaleImage Read(ReadOnlySpan<byte> file, string label)
    {
        if (!HasSignature(file))
            throw new InvalidDataException("does not start like a PNG");
        PngHeader? form = null;
        var palette = Array.Empty<float>();
        using var packed = new MemoryStream();
        var at = Signature.Length;
        while (true)
        {
            if (file.Length - at < 12)
                throw new InvalidDataException($"ends at byte {file.Length} without its end chunk");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                throw new InvalidDataException($"the chunk at byte {at} is longer than the file");
            var body = file.Slice(at + 8, (int)length);
            if (Crc32.HashToUInt32(file.Slice(at + 4, (int)length + 4)) != BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]))
                throw new InvalidDataException($"the chunk at byte {at} does not match its checksum");
            var kind = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 4)..]);
            if (form is null && kind != 0x49484452)
                throw new InvalidDataException("does not begin with its header chunk");
            if (kind == 0x49484452)
                form = PngHeader.Read(body);
            else if (kind == 0x504C5445)
                palette = ReadPalette(body);
            else if (kind == 0x49444154)
                packed.Write(body);
            else if (kind == 0x49454E44)
                break;
            at += 12 + (int)length;
        }
        packed.Position = 0;
        using var pixels = new ZLibStream(packed, CompressionMode.Decompress);
        return new(label, form!.Width, form.Height, form.Read(pixels, palette));
    }

    static float[] ReadPalette(ReadOnlySpan<byte> body)
    {
        if (body.Length % 3 != 0 || body.Length == 0)
            throw new InvalidDataException($"the palette has {body.Length} bytes");
        var greys = new float[body.Length / 3];
        for (var i = 0; i < greys.Length; i++)
            greys[i] = ComputeLuma(body[3 * i] / 255f, body[3 * i + 1] / 255f, body[3 * i + 2] / 255f);
        return greys;
    }

    static float ComputeLuma(float red, float green, float blue) => 0.299f * red + 0.587f * green + 0.114f * blue;

    sealed record PngHeader(int Width, int Height, int Depth, int Colour, bool Interlaced)
    {
        int Channels => Colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

        public static PngHeader Read(ReadOnlySpan<byte> body)
        {
            if (body.Length != 13)
                throw new InvalidDataException($"the header has {body.Length} bytes");
            var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
            if (width is 0 or > ImageLimits.MaxSide || height is 0 or > ImageLimits.MaxSide)
                throw new InvalidDataException($"{width} × {height} pixels");
            ImageLimits.CountPixels((int)width, (int)height);
            var known = (body[9], body[8]) switch
            {
                (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16) => true,
                _ => false,
            };
            if (!known || body[10] != 0 || body[11] != 0 || body[12] > 1)
                throw new InvalidDataException($"colour type {body[9]} of depth {body[8]}, compression {body[10]}, filter {body[11]}, interlace {body[12]} is not in the standard");
            return new((int)width, (int)height, body[8], body[9], body[12] == 1);
        }

        public float[] Read(Stream packed, float[] palette)
        {
            var pixels = new float[ImageLimits.CountPixels(Width, Height)];
            try
            {
                if (!Interlaced)
                {
                    ReadPass(packed, palette, pixels, 0, 0, 1, 1);
                    return pixels;
                }
                ReadOnlySpan<(int X, int Y, int Across, int Down)> passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
                foreach (var (x, y, across, down) in passes)
                {
                    if (x < Width && y < Height)
                        ReadPass(packed, palette, pixels, x, y, across, down);
                }
                return pixels;
            }
            catch (EndOfStreamException e)
            {
                throw new InvalidDataException($"has too few pixels for {Width} × {Height}", e);
            }
        }

        void ReadPass(Stream packed, float[] palette, float[] pixels, int x0, int y0, int across, int down)
        {
            var columns = (Width - x0 + across - 1) / across;
            var step = Math.Max(1, Channels * Depth / 8);
            var line = new byte[(columns * Channels * Depth + 7) / 8];
            var above = new byte[line.Length];
            for (var y = y0; y < Height; y += down)
            {
                var filter = packed.ReadByte();
                packed.ReadExactly(line);
                Unfilter(filter, line, above, step);
                for (var column = 0; column < columns; column++)
                    pixels[y * Width + x0 + column * across] = ReadGray(line, column, palette);
                (line, above) = (above, line);
            }
        }

        static void Unfilter(int filter, byte[] line, byte[] above, int step)
        {
            if (filter is < 0 or > 4)
                throw filter < 0 ? new EndOfStreamException() : new InvalidDataException($"a line has the unknown filter {filter}");
            for (var i = 0; i < line.Length && filter > 0; i++)
            {
                int left = i < step ? 0 : line[i - step], up = above[i], corner = i < step ? 0 : above[i - step];
                line[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) });
            }
        }

        static int Paeth(int left, int up, int corner)
        {
            var (a, b, c) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
            return a <= b && a <= c ? left : b <= c ? up : corner;
        }

        float ReadGray(byte[] line, int column, float[] palette) => Colour switch
        {
            2 or 6 => ComputeLuma(ReadSample(line, column * Channels), ReadSample(line, column * Channels + 1), ReadSample(line, column * Channels + 2)),
            3 => ReadRawSample(line, column) is var index && index < palette.Length ? palette[index] : throw new InvalidDataException($"colour {index} is not in the palette of {palette.Length}"),
            _ => ReadSample(line, column * Channels),
        };

        float ReadSample(byte[] line, int sample) => ReadRawSample(line, sample) / (float)((1 << Depth) - 1);

        int ReadRawSample(byte[] line, int sample) => Depth switch
        {
            8 => line[sample],
            16 => line[2 * sample] << 8 | line[2 * sample + 1],
            _ => line[sample * Depth / 8] >> 8 - Depth - sample * Depth % 8 & (1 << Depth) - 1,
        };
    }
}
