namespace Tonne.Lab.Networks;

/// <summary>Numbers that begin on a cache line and are not moved by the garbage collector, so that vectors are loaded whole.</summary>
sealed unsafe class AlignedBuffer
{
    const int CacheLine = 64;
    readonly float[] _numbers;
    readonly int _skipped;

    /// <summary>Zeros.</summary>
    /// <param name="length">How many.</param>
    internal AlignedBuffer(long length)
    {
        _numbers = GC.AllocateArray<float>(checked((int)length + CacheLine / sizeof(float)), pinned: true);
        fixed (float* first = _numbers)
        {
            var address = ((nuint)first + CacheLine - 1) & ~(nuint)(CacheLine - 1);
            Start = (float*)address;
            _skipped = (int)(Start - first);
        }

        Length = (int)length;
    }

    /// <summary>The first number. Valid as long as this object is reachable.</summary>
    internal float* Start { get; }

    internal int Length { get; }

    internal Span<float> Numbers => _numbers.AsSpan(_skipped, Length);
}
