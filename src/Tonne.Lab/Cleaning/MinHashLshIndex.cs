using System.Buffers.Binary;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Cleaning;

/// <summary>
/// Finds earlier texts similar to a new one. Sketches are divided into 21 bands of 6 minima; texts that agree in a whole band are compared.
/// </summary>
/// <remarks>
/// A pair of similarity s shares a band with probability 1 − (1 − s⁶)²¹: 0.998 at 0.8, 0.93 at 0.7, 0.63 at 0.6, 0.005 at 0.25. Of the
/// texts in one band only the first is compared. Memory: 128 bytes and 21 table entries of 4 bytes a text; no text is stored. Source of
/// banding: Leskovec, Rajaraman, Ullman, Mining of massive datasets, chapter 3.
/// </remarks>
sealed class MinHashLshIndex
{
    const int Bands = 21;
    const int BandSize = 6;
    const int ChunkRows = 1 << 13;

    readonly List<byte[]> _sketches = [];
    readonly List<int> _labels = [];
    int[] _table = new int[1 << 12];
    int _filled;

    /// <summary>The most similar earlier texts that share a band, each once.</summary>
    /// <param name="sketch">The new text's sketch.</param>
    /// <param name="label">Number of its label; texts of other labels are not compared.</param>
    /// <param name="found">Earlier texts by number, in the order in which they were added.</param>
    public void Find(ReadOnlySpan<byte> sketch, int label, List<int> found)
    {
        found.Clear();
        for (var band = 0; band < Bands; band++)
        {
            if (_table[FindSlot(sketch, label, band)] is > 0 and var entry && (entry - 1) / Bands is var text && !found.Contains(text))
                found.Add(text);
        }
    }

    /// <summary>Sketch of an earlier text.</summary>
    public ReadOnlySpan<byte> GetSketch(int text) => _sketches[text / ChunkRows].AsSpan(text % ChunkRows * MinHash.Size, MinHash.Size);

    /// <summary>Adds a text; its number is the count of earlier texts.</summary>
    public void Add(ReadOnlySpan<byte> sketch, int label)
    {
        var text = _labels.Count;
        if (text % ChunkRows == 0)
            _sketches.Add(new byte[ChunkRows * MinHash.Size]);
        sketch.CopyTo(_sketches[^1].AsSpan(text % ChunkRows * MinHash.Size));
        _labels.Add(label);
        if ((_filled + Bands) * 3L > _table.Length * 2L)
            Grow();
        for (var band = 0; band < Bands; band++)
            Insert(text, sketch, label, band);
    }

    void Insert(int text, ReadOnlySpan<byte> sketch, int label, int band)
    {
        ref var entry = ref _table[FindSlot(sketch, label, band)];
        if (entry == 0)
        {
            entry = checked(text * Bands + band + 1);
            _filled++;
        }
    }

    /// <summary>Finds the slot that has this band of this label, or the empty slot for it.</summary>
    int FindSlot(ReadOnlySpan<byte> sketch, int label, int band)
    {
        var key = ComputeBandKey(sketch, band);
        var slot = (int)(SplitMix64.Mix(unchecked(key + (ulong)label * 0x9E3779B97F4A7C15) ^ (ulong)band << 56) & (ulong)(_table.Length - 1));
        while (_table[slot] is > 0 and var entry && !((entry - 1) % Bands == band && _labels[(entry - 1) / Bands] == label && ComputeBandKey(GetSketch((entry - 1) / Bands), band) == key))
            slot = slot + 1 & _table.Length - 1;
        return slot;
    }

    static ulong ComputeBandKey(ReadOnlySpan<byte> sketch, int band) =>
        BinaryPrimitives.ReadUInt32LittleEndian(sketch[(band * BandSize)..]) | (ulong)BinaryPrimitives.ReadUInt16LittleEndian(sketch[(band * BandSize + 4)..]) << 32;

    void Grow()
    {
        var old = _table;
        _table = new int[old.Length * 2];
        _filled = 0;
        foreach (var entry in old)
        {
            if (entry > 0)
                Insert((entry - 1) / Bands, GetSketch((entry - 1) / Bands), _labels[(entry - 1) / Bands], (entry - 1) % Bands);
        }
    }
}
