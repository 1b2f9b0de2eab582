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
    public abstract IEnumerable<Row> Rows(Rejections rejections);
}
