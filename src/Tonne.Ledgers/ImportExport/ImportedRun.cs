using Tonne.Accounting;
using Tonne.Runs;

namespace Tonne.Ledgers.ImportExport;

/// <summary>A run of another tool, as an entry of a ledger, with the text it was read from.</summary>
/// <remarks>
/// The row is kept, and the entry, which is much larger, is made from it each time it is asked for: a file may have many rows.
/// </remarks>
public sealed class ImportedRun
{
    readonly CodeCarbonRow _row;
    readonly string _header;
    readonly string _text;
    readonly Func<CodeCarbonRow, LedgerEntry> _convert;

    /// <summary>A run.</summary>
    /// <param name="row">Its row.</param>
    /// <param name="header">The text of the header.</param>
    /// <param name="text">The text of the row.</param>
    /// <param name="line">Line of the row in its file.</param>
    /// <param name="convert">Makes the entry of a row.</param>
    internal ImportedRun(CodeCarbonRow row, string header, string text, int line, Func<CodeCarbonRow, LedgerEntry> convert)
    {
        (_row, _header, _text, _convert) = (row, header, text, convert);
        (Id, Line, PartsAdd) = (CodeCarbonConverter.CreateId(row), line, CodeCarbonSplit.DescribeDifference(row) is null);
    }

    /// <summary>Id of the run.</summary>
    public string Id { get; }

    /// <summary>Record and statement; the same each time, but not the same object.</summary>
    public LedgerEntry Entry => _convert(_row);

    /// <summary>The header and the row, stored as evidence instead of a trace.</summary>
    public string Origin => $"{_header}\n{_text}\n";

    /// <summary>Line of the row in its file.</summary>
    public int Line { get; }

    /// <summary>Whether its stated parts add up to its stated energy.</summary>
    internal bool PartsAdd { get; }

    /// <summary>The record alone.</summary>
    internal RunRecord CreateRecord() => CodeCarbonConverter.BuildRecord(_row);
}
