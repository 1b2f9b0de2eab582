using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tonne.Runs;

/// <summary>Size of a table of data.</summary>
/// <param name="Rows">Number of rows, not negative.</param>
/// <param name="Columns">Number of columns, not negative.</param>
public sealed record DataShape(long Rows, long Columns)
{
    /// <summary>Reads <c>ROWSxCOLS</c>, for example <c>1000000x10</c>; <c>×</c>, commas and underscores between digits are accepted.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DataShape? shape)
    {
        shape = null;
        if (text is null)
            return false;
        var parts = text.Split(['x', 'X', '×']);
        if (parts.Length != 2 || !TryCount(parts[0], out var rows) || !TryCount(parts[1], out var columns))
            return false;
        shape = new(rows, columns);
        return true;

        static bool TryCount(string part, out long count) =>
            long.TryParse(part.Trim().Replace(",", "").Replace("_", ""), NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }

    /// <summary>The shape with thousands grouped, for example <c>1,000,000 × 10</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows:N0} × {Columns:N0}");
}
