namespace Tonne.Lab.Collecting;

/// <summary>Reads PGM pictures, plain (P2) and raw (P5).</summary>
/// <remarks>
/// Source: Netpbm, the PGM format. A file has a magic number, width, height and maximum value, separated by blanks or # comments, one
/// blank, then the pixels row by row. Above a maximum of 255 a pixel has two bytes, the high byte first.
/// </remarks>
static class PgmReader
{
    /// <summary>Whether a file begins like a PGM.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == 'P' && file[1] is (byte)'2' or (byte)'5';

    /// <summary>Reads a picture.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message says where.</exception>
    public static GrayscaleImage Read(ReadOnlySpan<byte> file, string label)
    {
        if (!HasSignature(file))
            throw new InvalidDataException("does not begin with P2 or P5");
        var (plain, at) = (file[1] == '2', 2);
        var width = ReadNumber(file, ref at, "width", 1, ImageLimits.MaxSide);
        var height = ReadNumber(file, ref at, "height", 1, ImageLimits.MaxSide);
        var most = ReadNumber(file, ref at, "greatest value", 1, 65535);
        var count = ImageLimits.CountPixels(width, height);
        var bytes = most > 255 ? 2 : 1;
        // Each plain pixel needs a digit and a blank, except the last.
        if (file.Length - at < (plain ? 2L * count - 1 : (long)count * bytes + 1))
            throw new InvalidDataException($"has {file.Length - at:N0} bytes of pixels, too few for {width} × {height}");
        if (!plain)
            at++;

        var pixels = new float[count];
        for (var i = 0; i < count; i++)
        {
            var value = plain ? ReadNumber(file, ref at, "pixel", 0, most) : bytes == 1 ? file[at++] : file[at++] << 8 | file[at++];
            if (value > most)
                throw new InvalidDataException($"pixel {i} is {value}, above the maximum {most}");
            pixels[i] = value / (float)most;
        }
        return new(label, width, height, pixels);
    }

    static int ReadNumber(ReadOnlySpan<byte> file, ref int at, string what, int least, int most)
    {
        while (at < file.Length && (file[at] is (byte)' ' or (byte)'#' || file[at] is >= 9 and <= 13))
        {
            if (file[at] == '#')
            {
                while (at < file.Length && file[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
            }
            else
            {
                at++;
            }
        }
        var (start, value) = (at, 0L);
        while (at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9' && value <= most)
            value = value * 10 + file[at++] - '0';
        return at > start && value >= least && value <= most ? (int)value : throw new InvalidDataException($"the {what} at byte {start} is not a number from {least} to {most}");
    }
}
