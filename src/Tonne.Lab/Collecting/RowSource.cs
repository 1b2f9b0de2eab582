using System.Collections.Immutable;

namespace Tonne.Lab.Collecting;

/// <summary>A source of raw rows. Rows are read on demand and can be read again, so a source may be larger than memory.</summary>
public abstract class RowSource
{
    /// <summary>Name for messages: a file's path, or words.</summary>
    public abstract string Name { get; }

    /// <summary>Names of the columns.</summary>
    public abstract ImmutableArray<string> Columns { get; }

    /// <summary>Reads the rows, from the first.</summary>
    /// <param name="rejections">Receives the bad rows.</param>
    /// <exception cref="UnusableDataException">The source cannot be used at all; thrown while reading.</exception>
    public abstract IEnumerable<Row> ReadRows(RejectionLog rejections);

    /// <summary>Opens a folder of pictures or a table by its path.</summary>
    /// <param name="path">A folder, whose subfolders are labels, or a file of CSV, TSV or JSON Lines.</param>
    /// <param name="label">A table's column of the classes.</param>
    /// <param name="text">A table's column of the text; null to use the columns of numbers.</param>
    /// <param name="family">A table's column of groups that are not divided by a split; null for none.</param>
    /// <exception cref="UnusableDataException">It cannot be used.</exception>
    public static RowSource Open(string path, string? label = null, string? text = null, string? family = null) => Directory.Exists(path)
        ? ImageFolder.Open(path)
        : TableFile.OpenTable(path, label ?? throw new UnusableDataException(path, 0, "which column has the classes? Name it with --label COLUMN."), text, family);
}
