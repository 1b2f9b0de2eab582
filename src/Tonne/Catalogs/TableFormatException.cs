namespace Tonne.Catalogs;

/// <summary>A row of an embedded table is malformed. Names the table, the line (from 1) and what is wrong.</summary>
public sealed class TableFormatException(string table, int line, string problem) : FormatException($"{table}, line {line}: {problem}")
{
    /// <summary>File name of the table.</summary>
    public string Table { get; } = table;

    /// <summary>Line in the file, counted from 1 (the header).</summary>
    public int Line { get; } = line;
}
