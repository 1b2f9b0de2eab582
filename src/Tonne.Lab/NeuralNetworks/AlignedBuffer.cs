namespace Tonne.Lab.NeuralNetworks;

/// <summary>
/// Memory for numbers that begins on a cache line and is not moved by the garbage collector, so that vectors are loaded whole.
/// </summary>
sealed unsafe class AlignedBuffer
{
    /// <summary>Additional numbers, so that the beginning of a cache line is among the first.</summary>
    internal const int Padding = CacheLine / sizeof(float);

    const int CacheLine = 64;
    readonly float[] _numbers;
    readonly int _skipped;

    /// <summary>Creates a buffer of zeros.</summary>
    /// <param name="length">Number of elements.</param>
    internal AlignedBuffer(long length)
    {
        _numbers = GC.AllocateArray<float>(checked((int)length + Padding), pinned: true);
        fixed (float* first = _numbers)
        {
            Start = Align(first);
            _skipped = (int)(Start - first);
        }

        Length = (int)length;
    }

    /// <summary>The first number. Valid as long as this object is reachable.</summary>
    internal float* Start { get; }

    internal int Length { get; }

    /// <summary>The first number at the beginning of a cache line.</summary>
    internal static float* Align(float* first) => (float*)(((nuint)first + CacheLine - 1) & ~(nuint)(CacheLine - 1));

    internal Span<float> Values => _numbers.AsSpan(_skipped, Length);
}
