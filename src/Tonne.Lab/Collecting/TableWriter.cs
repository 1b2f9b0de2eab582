using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tonne.Lab.Collecting;

/// <summary>Writes rows as CSV, row by row.</summary>
public static class TableWriter
{
    /// <summary>Writes a header and all rows of a source.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="path">The file; replaced.</param>
    /// <param name="rejections">Receives the bad rows of the source.</param>
    /// <returns>Rows written.</returns>
    public static long Write(RowSource source, string path, RejectionLog rejections)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16) { NewLine = "\n" };
        using var csv = new CsvWriter(writer, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        foreach (var column in source.Columns)
            csv.WriteField(column);
        csv.NextRecord();
        var rows = 0L;
        foreach (var row in source.ReadRows(rejections))
        {
            for (var column = 0; column < row.Columns; column++)
                csv.WriteField(row.GetCell(column));
            csv.NextRecord();
            rows++;
        }
        return rows;
    }
}
