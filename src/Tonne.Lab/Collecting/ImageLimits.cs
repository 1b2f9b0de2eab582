namespace Tonne.Lab.Collecting;

/// <summary>Maximum sizes of pictures. A file that claims more is rejected as damaged before memory is allocated.</summary>
static class ImageLimits
{
    /// <summary>Maximum pixels of a side.</summary>
    public const int MaxSide = 1 << 14;

    /// <summary>Maximum pixels of a picture.</summary>
    public const int MaxPixels = 1 << 22;

    /// <summary>Computes the number of pixels of a picture.</summary>
    /// <exception cref="InvalidDataException">There are too many.</exception>
    public static int CountPixels(int width, int height) => (long)width * height <= MaxPixels
        ? width * height
        : throw new InvalidDataException($"{width} × {height} are more than {MaxPixels:N0} pixels");
}
