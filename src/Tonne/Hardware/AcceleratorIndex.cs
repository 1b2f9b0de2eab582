using Tonne.Catalogs;

namespace Tonne.Hardware;

/// <summary>
/// Finds accelerators by name: maker and product line must agree, and every word that distinguishes must be accounted for.
/// </summary>
/// <remarks>A wrong board is worse than none: what fits no row, or several, is not found.</remarks>
sealed class AcceleratorIndex
{
    const string VirtualBoardTable = "vgpu_boards.csv";

    // Sizes are rounded in names: 192 GB are reported as 180, 141 as 144.
    const double MemoryTolerance = 0.08;

    // No device has a longer name.
    const int LongestName = 300;

    const int LongestList = 8;

    // Rates within this ratio are one board for an estimate.
    const double RateTolerance = 1.1;

    // Words by which a newer product bears the number of an older one: Quadro RTX 6000, RTX 6000 Ada.
    static readonly string[] GenerationWords = ["ada", "blackwell", "sff", "pro"];

    readonly IReadOnlyList<AcceleratorNameEntry> _entries;
    readonly Dictionary<string, HashSet<string>> _linesByRow;
    readonly Lazy<Dictionary<string, Accelerator>> _virtualBoards;

    public AcceleratorIndex(IReadOnlyList<AcceleratorNameEntry> entries)
    {
        _entries = entries;
        _linesByRow = entries.GroupBy(entry => entry.Row.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => FindLines(group.First().Row, group), StringComparer.Ordinal);
        _virtualBoards = new Lazy<Dictionary<string, Accelerator>>(ReadVirtualBoards);
    }

    /// <summary>The accelerator that a name stands for.</summary>
    public LookupResult<Accelerator> Find(string name)
    {
        if (name.Length > LongestName)
            return new UnknownName("accelerator", name[..LongestName] + "…", Ambiguous: false, []);
        var whole = AcceleratorName.RemoveSlice(AcceleratorName.RemoveRemarks(name));
        var board = AcceleratorName.FindVirtualBoard(whole);
        if (board is not null && _virtualBoards.Value.TryGetValue(NameMatching.ToKey(board), out var virtualBoard)
            && AcceleratorName.Parse(whole) is var stated && IsOfMaker(virtualBoard, stated)
            && stated.Lines.All(line => line is "grid" || LinesOf(virtualBoard).Contains(line)))
        {
            return virtualBoard;
        }

        var parsed = AcceleratorName.Parse(board is null
            ? RemoveSliceOfTpu(whole)
            : whole[..(whole.LastIndexOf(board, StringComparison.Ordinal) + board.Length)]);
        if (parsed.Chip.Length == 0 && parsed.Lines.Count == 0)
            return new UnknownName("accelerator", name, Ambiguous: false, []);
        if (FindRows(parsed) is { Count: > 0 } rows && (board is null || rows.TrueForAll(IsNvidia)))
            return rows.Count == 1 ? rows[0] : CreateAmbiguous(name, rows);
        if (FindListed(whole, parsed) is { Count: > 0 } listed)
            return listed.Count == 1 || AreInterchangeable(listed) ? listed[0] : CreateAmbiguous(name, listed);
        if (FindFamily(parsed) is { Count: > 1 } family)
            return CreateAmbiguous(name, family);
        // Boards of another maker than the stated one are no help.
        var keys = _entries.Where(entry => IsOfMaker(entry.Row, parsed))
            .SelectMany(entry => new[] { (entry.Name.Chip, entry.Row.Name), (string.Concat(entry.Name.Lines) + entry.Name.Chip, entry.Row.Name) });
        var written = string.Join(' ', parsed.Lines.Concat(parsed.Words));
        return new UnknownName("accelerator", name, Ambiguous: false, NameMatching.FindNearest(written, keys));
    }

    static UnknownName CreateAmbiguous(string name, List<Accelerator> rows) =>
        new("accelerator", name, Ambiguous: true, [.. rows.Select(row => row.Name).Take(LongestList)]);

    static bool IsNvidia(Accelerator row) => string.Equals(row.Vendor, "NVIDIA", StringComparison.Ordinal);

    /// <summary>The rows that a name leaves open: of one chip in other sizes and forms, of a list, of a family. Empty if none.</summary>
    public List<Accelerator> FindPossible(string name)
    {
        if (name.Length > LongestName)
            return [];
        var whole = AcceleratorName.RemoveSlice(AcceleratorName.RemoveRemarks(name));
        var parsed = AcceleratorName.Parse(whole);
        if (parsed.Chip.Length < 2)
            return [];
        var anySize = parsed with { MemoryGigabytes = null, MemoryType = null };
        foreach (var loosened in new[] { parsed, anySize, anySize with { Forms = [] } })
        {
            if (FindCompatible(loosened) is { Count: > 0 } rows)
                return rows;
        }

        return FindListed(whole, parsed) is { Count: > 0 } listed ? listed : parsed.Chip.Length >= 3 ? FindFamily(parsed) : [];
    }

    /// <summary>Whether two names mean one chip in one form, with any size of memory.</summary>
    public static bool AreVariants(string a, string b)
    {
        var (first, second) = (AcceleratorName.Parse(a), AcceleratorName.Parse(b));
        return string.Equals(first.Chip, second.Chip, StringComparison.Ordinal) && first.Chip.Length > 0
            && first.Forms.Count == second.Forms.Count
            && first.Forms.All(form => second.Forms.Any(other => AcceleratorName.IsSameForm(form, other)))
            && (first.Makers.Count == 0 || second.Makers.Count == 0 || first.Makers.SequenceEqual(second.Makers));
    }

    /// <summary>The row whose name or alias is written like a name, else the rows whose form and memory do not contradict it.</summary>
    List<Accelerator> FindRows(AcceleratorName parsed)
    {
        foreach (var key in new Func<AcceleratorName, string>[] { name => name.Key, name => name.KeyWithoutMemoryType })
        {
            List<AcceleratorNameEntry> same = 
                [.. _entries.Where(entry => IsOfChip(entry, parsed) && string.Equals(key(entry.Name), key(parsed), StringComparison.Ordinal))];
            List<AcceleratorNameEntry> best = same.Exists(entry => entry.IsOwnName) ? same.FindAll(entry => entry.IsOwnName) : same;
            if (best.Select(entry => entry.Row).Distinct().Count() == 1)
                return same.TrueForAll(entry => entry.IsOwnName) ? [best[0].Row, .. FindNamesakes(best[0], parsed)] : [best[0].Row];
        }

        return FindCompatible(parsed);
    }

    List<Accelerator> FindCompatible(AcceleratorName parsed)
    {
        List<AcceleratorNameEntry> fitting =
            [.. _entries.Where(entry => IsOfChip(entry, parsed) && HasForms(entry, parsed) && HasMemory(entry, parsed))];
        if (parsed.MemoryGigabytes is { } size && fitting.FindAll(entry => entry.MemoryGigabytes == size) is { Count: > 0 } exact)
            fitting = exact;
        if (parsed.MemoryType is { } type
            && fitting.FindAll(entry => string.Equals(AcceleratorConstruction.Find(entry.Row)?.Memory, type, StringComparison.Ordinal)) is { Count: > 0 } typed)
        {
            fitting = typed;
        }

        List<Accelerator> rows = [.. fitting.Select(entry => entry.Row).Distinct()];
        return rows.Count == 1 && fitting.TrueForAll(entry => entry.IsOwnName) ? [rows[0], .. FindNamesakes(fitting[0], parsed)] : rows;
    }

    /// <summary>
    /// Newer products of the number that a name gives without its line: "RTX 6000" may be a Quadro RTX 6000 or an RTX 6000 Ada.
    /// </summary>
    List<Accelerator> FindNamesakes(AcceleratorNameEntry entry, AcceleratorName parsed) => entry.Name.Lines.All(parsed.Lines.Contains)
        ? []
        : [.. _entries.Where(other => other.IsOwnName && other.Row != entry.Row && IsOfMaker(other.Row, parsed)
            && IsOfLine(other.Row, parsed) && parsed.Words.All(other.Name.Words.Contains)
            && other.Name.Words.Any(GenerationWords.Contains)).Select(other => other.Row)];

    /// <summary>The boards of a list such as <c>Instinct MI250X/MI250</c>; empty if one of them is unknown.</summary>
    List<Accelerator> FindListed(string name, AcceleratorName whole)
    {
        var parts = AcceleratorName.SplitAlternatives(name);
        if (parts.Length < 2 || parts.Length > 8)
            return [];
        var all = new List<Accelerator>();
        foreach (var part in parts)
        {
            var parsed = AcceleratorName.Parse(AcceleratorName.SplitCount(part).Name);
            if (parsed.Chip.Length == 0 || FindRows(parsed with { Makers = whole.Makers, Lines = whole.Lines }) is not { Count: 1 } rows)
                return [];
            all.Add(rows[0]);
        }

        return [.. all.Distinct()];
    }

    /// <summary>All rows that have each word of a name, for example all with <c>orin</c>.</summary>
    List<Accelerator> FindFamily(AcceleratorName parsed) => [.. _entries.Where(entry => entry.IsOwnName
        && IsOfMaker(entry.Row, parsed) && IsOfLine(entry.Row, parsed)
        && parsed.Words.All(entry.Name.Words.Contains) && HasForms(entry, parsed) && HasMemory(entry, parsed)).Select(entry => entry.Row)];

    static bool AreInterchangeable(List<Accelerator> rows) => rows.TrueForAll(row => row.Tdp.Bounds.Best == rows[0].Tdp.Bounds.Best)
        && rows.ConvertAll(row => AcceleratorDatasheet.Find(row)?.Dense16BitTeraflops ?? 0) is var rates
        && rates.Min() > 0 && rates.Max() <= RateTolerance * rates.Min();

    bool IsOfChip(AcceleratorNameEntry entry, AcceleratorName parsed) =>
        string.Equals(entry.Name.Chip, parsed.Chip, StringComparison.Ordinal) && parsed.Chip.Length > 0
        && IsOfMaker(entry.Row, parsed) && IsOfLine(entry.Row, parsed)
        // A bare number is a product of many lines; four digits are taken for a GeForce card, as people write them.
        && (parsed.Lines.Count > 0 || parsed.Chip.AsSpan().ContainsAnyExceptInRange('0', '9')
            || (parsed.Chip.Length == 4 && entry.Name.Lines.Contains("geforce")));

    static bool IsOfMaker(Accelerator row, AcceleratorName parsed) =>
        parsed.Makers.All(maker => string.Equals(maker, row.Vendor, StringComparison.Ordinal));

    bool IsOfLine(Accelerator row, AcceleratorName parsed) => parsed.Lines.All(LinesOf(row).Contains);

    HashSet<string> LinesOf(Accelerator row) => _linesByRow[row.Name];

    static bool HasForms(AcceleratorNameEntry entry, AcceleratorName parsed) => parsed.Forms.All(form => entry.Name.Forms.Count > 0
        ? entry.Name.Forms.Any(own => AcceleratorName.IsSameForm(own, form))
        : AcceleratorConstruction.Find(entry.Row) is not { } build || build.IsModule == (form is not ("pcie" or "fhhl" or "dgxs" or "nvl")));

    static bool HasMemory(AcceleratorNameEntry entry, AcceleratorName parsed) => parsed.MemoryGigabytes is not { } size
        || entry.MemoryGigabytes is not { } own || Math.Abs(size - own) <= MemoryTolerance * own;

    /// <summary>
    /// The lines that a row may be called by: those of its names; Tesla and GRID for NVIDIA's boards without a line, Quadro for its RTX
    /// boards.
    /// </summary>
    static HashSet<string> FindLines(Accelerator row, IEnumerable<AcceleratorNameEntry> entries)
    {
        var lines = entries.SelectMany(entry => entry.Name.Lines).ToHashSet(StringComparer.Ordinal);
        var titan = row.Name.Contains("TITAN", StringComparison.OrdinalIgnoreCase);
        if (lines.Contains("instinct"))
            lines.Add("radeon");
        else if (lines.Contains("quadro"))
            lines.Add("grid");
        else if (IsNvidia(row) && lines.Contains("rtx") && !lines.Contains("geforce") && !titan)
            lines.UnionWith(["quadro", "grid"]);
        else if (IsNvidia(row) && !titan && !row.Name.Contains("Jetson", StringComparison.Ordinal) && lines.IsSubsetOf(["tesla"]))
            lines.UnionWith(["tesla", "grid"]);
        return lines;
    }

    /// <summary><c>v4-8</c> is a slice of TPU v4 chips; the number counts its cores or chips.</summary>
    static string RemoveSliceOfTpu(string name)
    {
        var dash = name.LastIndexOf('-');
        if (dash <= 0 || dash + 1 == name.Length || name.AsSpan(dash + 1).ContainsAnyExceptInRange('0', '9'))
            return name;
        var start = name.LastIndexOfAny([' ', '-', '\t'], dash - 1) + 1;
        var version = name.AsSpan(start, dash - start);
        if (version.StartsWith("tpu", StringComparison.OrdinalIgnoreCase))
            version = version[3..];
        return version.Length >= 2 && version[0] is 'v' or 'V' && char.IsAsciiDigit(version[1]) ? name[..dash] : name;
    }

    Dictionary<string, Accelerator> ReadVirtualBoards()
    {
        var rowByName = _entries.Where(entry => entry.IsOwnName)
            .ToDictionary(entry => entry.Row.Name, entry => entry.Row, StringComparer.Ordinal);
        var boards = new Dictionary<string, Accelerator>(StringComparer.Ordinal);
        var rows = new CsvReader(VirtualBoardTable, EmbeddedTable.ReadText(VirtualBoardTable), "code,accelerator,source");
        while (rows.Read())
        {
            if (!rowByName.TryGetValue(rows.GetText(1), out var row))
                throw rows.CreateFormatException($"{rows.GetText(1)} is not in the table of accelerators");
            if (!boards.TryAdd(NameMatching.ToKey(rows[0]), row))
                throw rows.CreateFormatException($"the code {rows.GetText(0)} is used twice");
        }

        return boards;
    }
}
