using System.Globalization;

namespace Tonne.Lab.Collecting;

/// <summary>A greyscale picture and its label: a column for each pixel and one for the label.</summary>
sealed class GrayscaleImage : Row
{
    readonly float[] _pixels;

    /// <summary>Creates a picture.</summary>
    /// <param name="label">Class of the image.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <param name="pixels">Brightness, 0 to 1, row after row.</param>
    public GrayscaleImage(string label, int width, int height, float[] pixels)
    {
        if ((long)width * height != pixels.Length)
            throw new ArgumentException($"{pixels.Length} pixels are not {width} × {height}.", nameof(pixels));
        (Label, Width, Height, _pixels) = (label, width, height, pixels);
    }

    /// <inheritdoc/>
    public override string Label { get; }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Numbers => _pixels;

    /// <inheritdoc/>
    public override int Columns => _pixels.Length + 1;

    /// <inheritdoc/>
    public override string GetCell(int column) => column == 0 ? Label : _pixels[column - 1].ToString(CultureInfo.InvariantCulture);

    /// <summary>Mean brightness of each square patch, row after row; patches at the right and lower edge may be smaller.</summary>
    /// <param name="side">Pixels of a side.</param>
    public float[] ComputePatchMeans(int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        var (across, down) = ((Width + side - 1) / side, (Height + side - 1) / side);
        var means = new float[across * down];
        for (var y = 0; y < down; y++)
        {
            for (var x = 0; x < across; x++)
            {
                var (right, bottom) = (Math.Min(Width, (x + 1) * side), Math.Min(Height, (y + 1) * side));
                var sum = 0.0;
                for (var row = y * side; row < bottom; row++)
                {
                    for (var column = x * side; column < right; column++)
                        sum += _pixels[row * Width + column];
                }
                means[y * across + x] = (float)(sum / ((right - x * side) * (bottom - y * side)));
            }
        }
        return means;
    }
}
