using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Cleaning;

/// <summary>Removes irrelevant and duplicate rows. Use one cleaner for each data set, and pass its rows one at a time.</summary>
/// <remarks>
/// Exact duplicates are recognised by the first 128 bits of SHA-256 of label and content. Near duplicates are recognised by the same hash
/// of
/// the normalised text, or by MinHash sketches of it. Texts are not stored, so a data set may be larger than memory (about 400 bytes are
/// stored for each row kept). Deterministic. Not thread safe.
/// </remarks>
sealed class Cleaner
{
    readonly CleaningOptions _options;
    readonly long[] _removedByReason = new long[Enum.GetValues<RemovalReason>().Length];
    readonly HashSet<UInt128> _contentHashes = [];
    // Number of the kept row by hash of its normalised text, by source family, and number of the label by its name.
    readonly Dictionary<UInt128, int> _rowByNormalForm = [];
    readonly Dictionary<ulong, int> _rowByFamily = [];
    readonly Dictionary<string, int> _labels = [];
    readonly List<long> _keptByLabel = [];
    readonly MinHashLshIndex _sketches = new();
    
    // Number of the kept row by number of its sketch.
    readonly List<int> _rowBySketch = [];
    
    // Numbers of the sketches that are similar to the current row; a field only to avoid allocations.
    readonly List<int> _candidates = [];
    readonly DisjointSet _groups = new();
    long _rowsBefore;
    int _columnsBefore;
    int _columnsAfter;

    /// <summary>Creates a cleaner that has seen no row.</summary>
    /// <param name="options">Which rows it removes; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A similarity is out of range.</exception>
    public Cleaner(CleaningOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
    }

    /// <summary>The report on the rows passed so far.</summary>
    public CleaningReport Report => new(
        new(_rowsBefore, _columnsBefore),
        new(_groups.Count, _columnsAfter),
        Enum.GetValues<RemovalReason>().Where(reason => _removedByReason[(int)reason] > 0)
            .ToDictionary(reason => reason, reason => _removedByReason[(int)reason]),
        _labels.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ToDictionary(pair => pair.Key, pair => _keptByLabel[pair.Value]));

    /// <summary>Cleans all rows of a source and keeps the rest in memory.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="options">Which rows are removed; null for the defaults.</param>
    /// <exception cref="UnusableDataException">The source cannot be used at all, or no row is left.</exception>
    public static CleaningResult Clean(RowSource source, CleaningOptions? options = null)
    {
        var rejections = new RejectionLog();
        var cleaner = new Cleaner(options);
        List<Row> rows = [.. source.ReadRows(rejections).Where(cleaner.Keep)];
        var report = cleaner.Report;
        if (rows.Count == 0)
        {
            var removed = string.Join(", ", report.Removed.Select(pair => $"{pair.Value:N0} × {pair.Key}"));
            throw new UnusableDataException(source.Name, 0, $"no row is left of {report.Before.Rows:N0}: {removed}.");
        }

        return new(rows, cleaner.GetGroups(), report, rejections);
    }

    /// <summary>Decides whether a row is kept; for use as <c>rows.Where(cleaner.Keep)</c>.</summary>
    /// <param name="row">The next row.</param>
    public bool Keep(Row row)
    {
        _rowsBefore++;
        _columnsBefore = Math.Max(_columnsBefore, row.Columns);
        if (FindRemovalReason(row) is { } reason)
        {
            _removedByReason[(int)reason]++;
            return false;
        }
        _columnsAfter = Math.Max(_columnsAfter, row.Columns);
        _keptByLabel[_labels[row.Label]]++;
        return true;
    }

    /// <summary>
    /// Returns the number of the group of each row kept, in their order. Rows that are similar or of the same family are linked; rows that
    /// are linked, directly or through others, are one group.
    /// </summary>
    public int[] GetGroups() => _groups.GetGroups();

    RemovalReason? FindRemovalReason(Row row)
    {
        var text = row.Text.AsSpan().Trim();
        if (_options.RemoveIrrelevant && text.Length > 0)
        {
            if (TextAnalyzer.IsPlaceholdersOnly(text))
                return RemovalReason.PlaceholdersOnly;
            if (row.SourceText is { } sourceText && text.SequenceEqual(sourceText.AsSpan().Trim()))
                return RemovalReason.Untranslated;
            if (TextAnalyzer.GetScriptsOfLanguage(row.Label) is { } scripts
                && (TextAnalyzer.FindScripts(text) & scripts) == Script.None)
                return RemovalReason.WrongScript;
        }

        if (!_labels.TryGetValue(row.Label, out var label))
        {
            _labels.Add(row.Label, label = _labels.Count);
            _keptByLabel.Add(0);
        }
        if (_options.RemoveExactDuplicates && !_contentHashes.Add(HashContent(row, text, label)))
            return RemovalReason.ExactDuplicate;
        if (text.Length > 0)
            return AddUnlessNearDuplicate(row, text, label);
        AddToGroups(row);
        return null;
    }

    static UInt128 HashContent(Row row, ReadOnlySpan<char> text, int label) =>
        text.Length > 0 ? Hash(label, MemoryMarshal.AsBytes(text)) : Hash(label, MemoryMarshal.AsBytes(row.Numbers));

    /// <summary>Adds a row with text and links it to similar rows, unless it is a near duplicate of one of them.</summary>
    RemovalReason? AddUnlessNearDuplicate(Row row, ReadOnlySpan<char> text, int label)
    {
        var rowNumber = _groups.Count;
        var buffer = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            ReadOnlySpan<char> normalForm = buffer.AsSpan(0, TextNormalizer.Normalize(text, buffer));
            var hash = Hash(label, MemoryMarshal.AsBytes(normalForm));
            if (_rowByNormalForm.TryGetValue(hash, out var rowWithSameForm) && _options.RemoveNearDuplicates)
                return RemovalReason.NearDuplicate;

            Span<byte> sketch = stackalloc byte[MinHash.Size];
            MinHash.Sketch(normalForm, sketch);
            _sketches.Find(sketch, label, _candidates);
            // The related sketches are moved to the front of the list.
            var relatedCount = 0;
            for (var i = 0; i < _candidates.Count; i++)
            {
                var other = _candidates[i];
                var similarity = MinHash.EstimateSimilarity(sketch, _sketches.GetSketch(other));
                if (similarity >= _options.NearSimilarity && _options.RemoveNearDuplicates)
                    return RemovalReason.NearDuplicate;
                if (similarity >= _options.RelatedSimilarity)
                    _candidates[relatedCount++] = other;
            }
            AddToGroups(row);
            if (!_rowByNormalForm.TryAdd(hash, rowNumber))
                _groups.Union(rowNumber, rowWithSameForm);
            for (var i = 0; i < relatedCount; i++)
                _groups.Union(rowNumber, _rowBySketch[_candidates[i]]);
            _sketches.Add(sketch, label);
            _rowBySketch.Add(rowNumber);
            return null;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    /// <summary>Adds a kept row and links it to the rows of its family.</summary>
    void AddToGroups(Row row)
    {
        var rowNumber = _groups.Count;
        _groups.Add();
        if (row.Family != 0 && !_rowByFamily.TryAdd(row.Family, rowNumber))
            _groups.Union(rowNumber, _rowByFamily[row.Family]);
    }

    static UInt128 Hash(int label, ReadOnlySpan<byte> content)
    {
        var length = content.Length + sizeof(int);
        byte[]? rented = null;
        Span<byte> labelAndContent = length <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(length);
        MemoryMarshal.Write(labelAndContent, in label);
        content.CopyTo(labelAndContent[sizeof(int)..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(labelAndContent[..length], digest);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return MemoryMarshal.Read<UInt128>(digest);
    }
}
