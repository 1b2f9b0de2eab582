using System.Globalization;

namespace Tonne.Runs;

/// <summary>Metrics of one epoch as they are read, by canonical name.</summary>
/// <remarks>A value that is no finite number has no place in a record's JSON: it is left out of the metrics and said in <see cref="Remark"/>, for example <c>loss is NaN</c>.</remarks>
sealed class MetricReadings
{
    /// <summary>Most metrics kept of one epoch.</summary>
    public const int Most = 64;

    readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, double> _odd = new(StringComparer.Ordinal);

    public int Count => _values.Count + _odd.Count;

    public IReadOnlyDictionary<string, double> Values => _values;

    /// <summary>Values that are no finite numbers.</summary>
    public IReadOnlyDictionary<string, double> Odd => _odd;

    /// <summary>The metrics that are no finite numbers, in words; null if there is none.</summary>
    public string? Remark => _odd.Count == 0 ? null
        : string.Join(", ", _odd.Select(pair => $"{pair.Key} is {(double.IsNaN(pair.Value) ? "NaN" : pair.Value > 0 ? "infinite" : "minus infinity")}"));

    /// <summary>Takes a value; a later one of the same name replaces it.</summary>
    /// <returns>False if there are too many.</returns>
    public bool Set(string name, double value)
    {
        if (Count >= Most && !_values.ContainsKey(name) && !_odd.ContainsKey(name))
            return false;
        var (to, from) = double.IsFinite(value) ? (_values, _odd) : (_odd, _values);
        from.Remove(name);
        to[name] = value;
        return true;
    }

    public void Clear()
    {
        _values.Clear();
        _odd.Clear();
    }

    /// <summary>The epoch mark, and a note if a metric is no finite number.</summary>
    public IEnumerable<Mark> ToMarks(int number, long timestamp, string origin)
    {
        yield return new Mark(MarkKind.Epoch, timestamp, Number: number, Metrics: _values.Count == 0 ? null : new Dictionary<string, double>(_values, StringComparer.Ordinal), Origin: origin);
        if (Remark is { } remark)
            yield return new Mark(MarkKind.Note, timestamp, Name: $"epoch {number}: {remark}", Origin: origin);
    }

    /// <summary>Reads a number as programs print it: invariant, <c>nan</c>, <c>inf</c>, or with a percent sign (94 % is 0.94).</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out double value)
    {
        var percent = text.EndsWith('%');
        var number = percent ? text[..^1].TrimEnd() : text;
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(number, Styles, CultureInfo.InvariantCulture, out value))
        {
            var sign = number.StartsWith('-') ? -1 : 1;
            var word = number.TrimStart("+-");
            if (word.Equals("nan", StringComparison.OrdinalIgnoreCase))
                value = double.NaN;
            else if (word.Equals("inf", StringComparison.OrdinalIgnoreCase) || word.Equals("infinity", StringComparison.OrdinalIgnoreCase))
                value = sign * double.PositiveInfinity;
            else
                return false;
        }

        if (percent)
            value /= 100;
        return true;
    }
}
