namespace Tonne.Lab.Collecting;

/// <summary>Sizes of pictures that are read; what claims to be larger is taken for broken, before memory is asked for.</summary>
static class ImageLimits
{
    /// <summary>Pixels of the longest side.</summary>
    public const int MaxSide = 1 << 14;

    /// <summary>Pixels of the largest picture.</summary>
    public const int MaxPixels = 1 << 22;

    /// <summary>Pixels of a picture.</summary>
    /// <exception cref="InvalidDataException">It has too many.</exception>
    public static int CountPixels(int width, int height) => (long)width * height <= MaxPixels
        ? width * height
        : throw new InvalidDataException($"{width} × {height} are more than {MaxPixels:N0} pixels");
}
