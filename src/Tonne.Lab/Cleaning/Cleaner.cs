using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Cleaning;

/// <summary>Removes irrelevant and duplicate rows. Use one cleaner for each data set, and pass its rows one at a time.</summary>
/// <remarks>
/// Exact duplicates are recognised by 128 bits of SHA-256 of label and content, near duplicates by the same hash of the <c>NormalForm</c>
/// or by sketches of it. Texts are not stored, so a data set may be larger than memory (about 400 bytes are stored for each row kept).
/// Deterministic. Not thread safe.
/// </remarks>
sealed class Cleaner
{
    readonly CleaningOptions _options;
    readonly long[] _removed = new long[Enum.GetValues<RemovalReason>().Length];
    readonly HashSet<UInt128> _contents = [];
    readonly Dictionary<UInt128, int> _normalForms = [];
    readonly Dictionary<ulong, int> _families = [];
    readonly Dictionary<string, int> _labels = [];
    readonly List<long> _keptByLabel = [];
    readonly MinHashLshIndex _similar = new();
    readonly List<int> _rowOfText = [];
    readonly List<int> _found = [];
    readonly DisjointSet _linked = new();
    long _rows;
    int _columnsBefore;
    int _columnsAfter;

    /// <summary>Creates a cleaner that has seen no row.</summary>
    /// <param name="options">What it removes; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A similarity is out of range.</exception>
    public Cleaner(CleaningOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
    }

    /// <summary>The report up to now.</summary>
    public CleaningReport Report => new(
        new(_rows, _columnsBefore),
        new(_linked.Count, _columnsAfter),
        Enum.GetValues<RemovalReason>().Where(reason => _removed[(int)reason] > 0).ToDictionary(reason => reason, reason => _removed[(int)reason]),
        _labels.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => _keptByLabel[pair.Value]));

    /// <summary>Cleans a source into memory.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="options">What is removed; null for the defaults.</param>
    /// <exception cref="UnusableDataException">The source cannot be used at all, or no row is left.</exception>
    public static CleaningResult Clean(RowSource source, CleaningOptions? options = null)
    {
        var rejections = new RejectionLog();
        var cleaner = new Cleaner(options);
        List<Row> rows = [.. source.ReadRows(rejections).Where(cleaner.Keep)];
        var report = cleaner.Report;
        if (rows.Count == 0)
            throw new UnusableDataException(source.Name, 0, $"no row is left of {report.Before.Rows:N0}: {string.Join(", ", report.Removed.Select(pair => $"{pair.Value:N0} × {pair.Key}"))}.");
        return new(rows, cleaner.GetGroups(), report, rejections);
    }

    /// <summary>Decides whether a row is kept; for use as <c>rows.Where(cleaner.Keep)</c>.</summary>
    /// <param name="row">The next row.</param>
    public bool Keep(Row row)
    {
        _rows++;
        _columnsBefore = Math.Max(_columnsBefore, row.Columns);
        if (FindRemovalReason(row) is { } reason)
        {
            _removed[(int)reason]++;
            return false;
        }
        _columnsAfter = Math.Max(_columnsAfter, row.Columns);
        _keptByLabel[_labels[row.Label]]++;
        return true;
    }

    /// <summary>
    /// For each row kept, in order, the number of its group: rows that are linked, directly or through others, have the same number.
    /// </summary>
    public int[] GetGroups() => _linked.GetGroups();

    RemovalReason? FindRemovalReason(Row row)
    {
        var text = row.Text.AsSpan().Trim();
        if (_options.RemoveIrrelevant && text.Length > 0)
        {
            if (TextAnalyzer.IsPlaceholdersOnly(text))
                return RemovalReason.PlaceholdersOnly;
            if (row.SourceText is { } neutral && text.SequenceEqual(neutral.AsSpan().Trim()))
                return RemovalReason.Untranslated;
            if (TextAnalyzer.GetScriptsOfLanguage(row.Label) is { } scripts && (TextAnalyzer.FindScripts(text) & scripts) == Script.None)
                return RemovalReason.WrongScript;
        }

        if (!_labels.TryGetValue(row.Label, out var label))
        {
            _labels.Add(row.Label, label = _labels.Count);
            _keptByLabel.Add(0);
        }
        if (_options.RemoveExactDuplicates && !_contents.Add(text.Length > 0 ? Hash(label, MemoryMarshal.AsBytes(text)) : Hash(label, MemoryMarshal.AsBytes(row.Numbers))))
            return RemovalReason.ExactDuplicate;
        return text.Length > 0 ? CheckSimilarity(row, text, label) : Link(row);
    }

    RemovalReason? CheckSimilarity(Row row, ReadOnlySpan<char> text, int label)
    {
        var number = _linked.Count;
        var buffer = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            ReadOnlySpan<char> normal = buffer.AsSpan(0, TextNormalizer.Normalize(text, buffer));
            var form = Hash(label, MemoryMarshal.AsBytes(normal));
            if (_normalForms.TryGetValue(form, out var same) && _options.RemoveNearDuplicates)
                return RemovalReason.NearDuplicate;

            Span<byte> sketch = stackalloc byte[MinHash.Size];
            MinHash.Sketch(normal, sketch);
            _similar.Find(sketch, label, _found);
            var related = 0;
            for (var i = 0; i < _found.Count; i++)
            {
                var other = _found[i];
                var similarity = MinHash.EstimateSimilarity(sketch, _similar.GetSketch(other));
                if (similarity >= _options.NearSimilarity && _options.RemoveNearDuplicates)
                    return RemovalReason.NearDuplicate;
                if (similarity >= _options.RelatedSimilarity)
                    _found[related++] = other;
            }
            Link(row);
            if (!_normalForms.TryAdd(form, number))
                _linked.Union(number, same);
            for (var i = 0; i < related; i++)
                _linked.Union(number, _rowOfText[_found[i]]);
            _similar.Add(sketch, label);
            _rowOfText.Add(number);
            return null;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    RemovalReason? Link(Row row)
    {
        var number = _linked.Count;
        _linked.Add();
        if (row.Family != 0 && !_families.TryAdd(row.Family, number))
            _linked.Union(number, _families[row.Family]);
        return null;
    }

    static UInt128 Hash(int label, ReadOnlySpan<byte> content)
    {
        var length = content.Length + sizeof(int);
        byte[]? rented = null;
        Span<byte> all = length <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(length);
        MemoryMarshal.Write(all, in label);
        content.CopyTo(all[sizeof(int)..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(all[..length], digest);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return MemoryMarshal.Read<UInt128>(digest);
    }
}
