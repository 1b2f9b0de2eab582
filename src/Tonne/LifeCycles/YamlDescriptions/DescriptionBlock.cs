using Tonne.Quantities;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Reads a block of known keys. Every number in it becomes a factor that names file, line and source.</summary>
sealed class DescriptionBlock
{
    static readonly string[] _offsets = ["offsets", "offset", "removals", "compensation", "credits", "avoided", "neutralised"];

    readonly DescriptionNode.Mapping _mapping;
    readonly DescriptionProblems _problems;
    readonly SourceResolver _sources;

    public DescriptionBlock(DescriptionNode.Mapping mapping, string path, DescriptionProblems problems, SourceResolver sources, params ReadOnlySpan<string> known)
    {
        (_mapping, Path, _problems, _sources) = (mapping, path, problems, sources);
        string[] all = [.. known];
        foreach (var (key, _) in mapping.Entries)
        {
            if (Array.IndexOf(all, key.Text) >= 0)
                continue;
            if (Array.Exists(_offsets, word => string.Equals(word, key.Text, StringComparison.OrdinalIgnoreCase)))
                problems.Add(key, $"'{key.Text}': offsets are not part of a footprint. They are never subtracted, neither in "
                    + "location-based nor in market-based emissions (GHG Protocol) nor in SCI (ISO/IEC 21031). Report them separately.");
            else if (key.Text.Length > 0 && char.IsAsciiDigit(key.Text[0]))
                problems.Add(key, $"'{DescriptionNode.Shorten(key.Text)}' is not a key. If it is the end of a number, write the "
                    + "number without commas.");
            else
                problems.AddUnknown(key.Line, "key", key.Text, all.Where(name => name != "pue" || all.Length == DescriptionKeys.Facility.Length));
        }

        Source = ReadText("source") is { } source ? sources.Resolve(source) : null;
    }

    public string Path { get; }

    public long Line => _mapping.Line;

    /// <summary>Source of the whole block; null if it names none.</summary>
    public Source? Source { get; }

    public bool HasKey(string key) => this[key] is not null;

    public long GetLine(string key) => this[key]?.Line ?? Line;

    public DescriptionNode? this[string key]
    {
        get
        {
            foreach (var (name, value) in _mapping.Entries)
            {
                if (string.Equals(name.Text, key, StringComparison.Ordinal))
                    return value is DescriptionNode.Scalar { Text: "" or "~" or "null" } ? null : value;
            }

            return null;
        }
    }

    /// <summary>Reads a text; null if absent.</summary>
    public string? ReadText(string key)
    {
        switch (this[key])
        {
            case null:
                return null;
            case DescriptionNode.Scalar scalar:
                return scalar.Text.Trim();
            case { } other:
                _problems.Add(other, $"'{key}' must be a text, not {other.Kind}.");
                return null;
        }
    }

    /// <summary>Reads one text or a list of texts.</summary>
    public IEnumerable<string> ReadTexts(string key)
    {
        foreach (var item in ReadItems(key))
        {
            if (item is DescriptionNode.Scalar scalar)
                yield return scalar.Text.Trim();
            else
                _problems.Add(item, $"'{key}' must be texts, not {item.Kind}.");
        }
    }

    /// <summary>The items of a key's list, or its single value; empty if absent.</summary>
    public IEnumerable<DescriptionNode> ReadItems(string key) => this[key] switch
    {
        null => [],
        DescriptionNode.Sequence list => list.Items,
        var one => [one],
    };

    /// <summary>The block below a key; null if absent. A value that is not a block is added to the problems.</summary>
    public DescriptionNode.Mapping? ReadBlock(string key)
    {
        switch (this[key])
        {
            case null:
                return null;
            case DescriptionNode.Mapping block:
                return block;
            case { } other:
                _problems.Add(other, $"'{key}' must be a block of keys, not {other.Kind}.");
                return null;
        }
    }

    /// <summary>Reads yes or no; false if absent.</summary>
    public bool ReadFlag(string key)
    {
        switch (ReadText(key)?.ToLowerInvariant())
        {
            case null or "false" or "no":
                return false;
            case "true" or "yes":
                return true;
            default:
                _problems.Add(GetLine(key), $"'{key}' must be yes or no, not {this[key]?.Kind}.");
                return false;
        }
    }

    /// <summary>
    /// Reads a number as a factor: exact if one value is given, else with bounds, quality and source; null if absent or wrong.
    /// </summary>
    /// <param name="key">Key of the number.</param>
    /// <param name="label">Label of the number, for the derivation.</param>
    /// <param name="dimension">Dimension of the number.</param>
    /// <param name="check">Returns what is wrong with a value in the dimension's unit; null if it is valid.</param>
    public Factor? ReadNumber(string key, string label, Dimension dimension, Func<double, string?>? check = null) =>
        this[key] is { } node ? ReadNumber(node, $"{Path}.{key}", key, label, dimension, check) : null;

    /// <summary>The number in a node.</summary>
    public Factor? ReadNumber(DescriptionNode node, string id, string key, string label, Dimension dimension, Func<double, string?>? check = null)
    {
        switch (node)
        {
            case DescriptionNode.Scalar scalar:
                return Value(scalar, key, dimension, check) is { } exact ? CreateFactor(node, id, label, dimension, Bounds.FromExact(exact), null, Source, null) : null;
            case DescriptionNode.Mapping mapping:
                return ReadInterval(mapping, id, key, label, dimension, check);
            default:
                _problems.Add(node, $"'{key}' must be one number, as in {dimension.Example}, or a block with best, low and high.");
                return null;
        }
    }

    Factor? ReadInterval(DescriptionNode.Mapping mapping, string id, string key, string label, Dimension dimension, Func<double, string?>? check)
    {
        var block = new DescriptionBlock(mapping, id, _problems, _sources, DescriptionKeys.Quantity);
        if (block["best"] is not { } node)
        {
            _problems.Add(mapping, $"'{key}' is a block of keys without 'best'; write {{best: {dimension.Example}, low: …, high: …, source: …}}.");
            return null;
        }

        var best = block.Value(node, key, dimension, check);
        var low = block["low"] is { } below ? block.Value(below, "low", dimension, check) : best;
        var high = block["high"] is { } above ? block.Value(above, "high", dimension, check) : best;
        if (block.HasKey("low") != block.HasKey("high"))
        {
            _problems.Add(mapping, $"'{key}' has {(block.HasKey("low") ? "'low' without 'high'" : "'high' without 'low'")}; give "
                + "both, or neither to take the number as exact.");
            return null;
        }

        if (best is not { } middle || low is not { } least || high is not { } most)
            return null;
        if (!(least <= middle && middle <= most))
        {
            _problems.Add(mapping, $"'{key}': best must lie between low and high.");
            return null;
        }

        return CreateFactor(mapping, id, label, dimension, new Bounds(least, middle, most), block.ReadQuality(), block.Source ?? Source, block.ReadText("note"));
    }

    /// <summary>The quality given in a block; null if none is given.</summary>
    public Quality? ReadQuality()
    {
        switch (ReadText("quality"))
        {
            case null:
                return null;
            case "measured":
                return Quantities.Quality.Measured;
            case "modelled" or "modeled" or "estimated":
                return Quantities.Quality.Modelled;
            case "assumed":
                return Quantities.Quality.Assumed;
            case { } other:
                _problems.AddUnknown(GetLine("quality"), "quality", other, ["measured", "modelled", "assumed"]);
                return null;
        }
    }

    double? Value(DescriptionNode node, string key, Dimension dimension, Func<double, string?>? check)
    {
        if (node is not DescriptionNode.Scalar scalar)
        {
            _problems.Add(node, $"'{key}' must be one number, as in {dimension.Example}, not {node.Kind}.");
            return null;
        }

        var (value, problem) = dimension.Parse(scalar.Text);
        problem ??= check?.Invoke(value);
        if (problem is null)
            return value;
        _problems.Add(scalar, $"'{key}': {problem}");
        return null;
    }

    Factor CreateFactor(DescriptionNode node, string id, string label, Dimension dimension, Bounds bounds, Quality? quality, Source? source, string? note) => new(
        "described/" + id, label, dimension.Unit, bounds, quality ?? Quantities.Quality.Assumed, source ?? _sources.GetDefault(),
        string.Join("; ", new[] { note, $"line {node.Line}", bounds.IsExact ? "taken as exact" : null }.OfType<string>()));
}
