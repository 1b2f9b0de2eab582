using System.Globalization;
using Tonne.Runs;

namespace Tonne.Recording.Attribution;

/// <summary>Metrics of one epoch by canonical name. A loss that is NaN is stored as it is.</summary>
sealed class MetricValues
{
    /// <summary>Most metrics kept of one epoch.</summary>
    public const int MaxCount = 64;

    readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    public int Count => _values.Count;

    public IReadOnlyDictionary<string, double> Values => _values;

    /// <summary>Sets a value; a later one of the same name replaces it.</summary>
    /// <returns>False if there are too many.</returns>
    public bool Set(string name, double value)
    {
        if (Count >= MaxCount && !_values.ContainsKey(name))
            return false;
        _values[name] = value;
        return true;
    }

    public void Clear() => _values.Clear();

    /// <summary>The mark of the epoch that has these metrics.</summary>
    public Mark ToMark(int number, long timestamp, MarkOrigin origin) =>
        new(MarkKind.Epoch, timestamp, Number: number, Metrics: Count == 0 ? null : new Dictionary<string, double>(_values, StringComparer.Ordinal), Origin: origin);

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
