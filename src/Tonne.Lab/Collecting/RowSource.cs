using System.Collections.Immutable;

namespace Tonne.Lab.Collecting;

/// <summary>Where raw rows come from. Rows are read as they are asked for and can be read again; a source larger than memory works.</summary>
public abstract class RowSource
{
    /// <summary>What it is, for a reader: a file's path, or words.</summary>
    public abstract string Name { get; }

    /// <summary>Names of the columns.</summary>
    public abstract ImmutableArray<string> Columns { get; }

    /// <summary>Reads the rows once, from the first.</summary>
    /// <param name="rejections">Where bad rows go.</param>
    /// <exception cref="UnusableDataException">While reading: the source cannot be used at all.</exception>
    public abstract IEnumerable<Row> ReadRows(RejectionLog rejections);

    /// <summary>Opens what a user names: a folder of pictures, or a table.</summary>
    /// <param name="path">A folder, whose subfolders are labels, or a file of CSV, TSV or JSON Lines.</param>
    /// <param name="label">A table's column of the classes.</param>
    /// <param name="text">A table's column of the text; null for the columns of numbers.</param>
    /// <param name="family">A table's column of what stays on one side of a split; null for none.</param>
    /// <exception cref="UnusableDataException">It cannot be used.</exception>
    public static RowSource Open(string path, string? label = null, string? text = null, string? family = null) => Directory.Exists(path)
        ? ImageFolder.Open(path)
        : TableFile.OpenTable(path, label ?? throw new UnusableDataException(path, 0, "which column holds the classes? Name it with --label COLUMN."), text, family);
}
