namespace Tonne.Lab.Collecting;

/// <summary>Sizes of pictures that are read; what claims to be larger is taken for broken, before memory is asked for.</summary>
static class Raster
{
    /// <summary>Pixels of the longest side.</summary>
    public const int LongestSide = 1 << 14;

    /// <summary>Pixels of the largest picture.</summary>
    public const int MostPixels = 1 << 22;

    /// <summary>Pixels of a picture.</summary>
    /// <exception cref="InvalidDataException">It has too many.</exception>
    public static int Pixels(int width, int height) => (long)width * height <= MostPixels
        ? width * height
        : throw new InvalidDataException($"{width} × {height} are more than {MostPixels:N0} pixels");
}
