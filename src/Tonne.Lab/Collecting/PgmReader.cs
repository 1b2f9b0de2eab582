namespace Tonne.Lab.Collecting;

/// <summary>Reads PGM pictures, plain (P2) and raw (P5).</summary>
/// <remarks>Source: Netpbm, the PGM format: a magic, width, height and greatest value apart by blanks or # comments, one blank, then pixels row after row, of two bytes, high first, above 255.</remarks>
static class PgmReader
{
    /// <summary>Whether a file begins as a PGM does.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == 'P' && file[1] is (byte)'2' or (byte)'5';

    /// <summary>Reads a picture.</summary>
    /// <exception cref="InvalidDataException">It is broken; the message says where.</exception>
    public static GrayscaleImage Read(ReadOnlySpan<byte> file, string label)
    {
        if (!HasSignature(file))
            throw new InvalidDataException("begins neither with P2 nor with P5");
        var (plain, at) = (file[1] == '2', 2);
        var width = ReadNumber(file, ref at, "width", 1, ImageLimits.MaxSide);
        var height = ReadNumber(file, ref at, "height", 1, ImageLimits.MaxSide);
        var most = ReadNumber(file, ref at, "greatest value", 1, 65535);
        var count = ImageLimits.CountPixels(width, height);
        var bytes = most > 255 ? 2 : 1;
        // Each plain pixel takes a digit and a blank, but for the last.
        if (file.Length - at < (plain ? 2L * count - 1 : (long)count * bytes + 1))
            throw new InvalidDataException($"holds {file.Length - at:N0} bytes of pixels, too few for {width} × {height}");
        if (!plain)
            at++;

        var pixels = new float[count];
        for (var i = 0; i < count; i++)
        {
            var value = plain ? ReadNumber(file, ref at, "pixel", 0, most) : bytes == 1 ? file[at++] : file[at++] << 8 | file[at++];
            if (value > most)
                throw new InvalidDataException($"pixel {i} is {value}, above the greatest value {most}");
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
        return at > start && value >= least && value <= most ? (int)value : throw new InvalidDataException($"the {what} at byte {start} is no number of {least} to {most}");
    }
}
