using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers.RunFolders;
using Tonne.Runs;

namespace Tonne.Ledgers.Pushing;

/// <summary>Reads lines that were pushed: what a server checks before it keeps one, and the entry they make.</summary>
public static class PushedRun
{
    /// <summary>Reads the line of a record.</summary>
    /// <param name="line">The line, sequence 0.</param>
    /// <exception cref="FormatException">Its checksum, form, or the id inside it is wrong; the message says which.</exception>
    public static RunRecord ReadRecord(PushedLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var record = Read(line, "record", LedgerJson.Default.RunRecord);
        return record.Opening.Id == line.Run ? record : throw new FormatException($"the record is of another run, {record.Opening.Id}");
    }

    /// <summary>Reads the line of a statement.</summary>
    /// <param name="line">The line, sequence 1 or more.</param>
    /// <exception cref="FormatException">Its checksum or form is wrong; the message says which.</exception>
    public static FootprintStatement ReadStatement(PushedLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Read(line, "statement", LedgerJson.Default.FootprintStatement);
    }

    /// <summary>The summary of a run, as its own ledger makes it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="statements">Its statements in the order of their sequence; the one accounted last is shown.</param>
    public static RunSummary Summarize(RunRecord record, IReadOnlyList<FootprintStatement> statements)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(statements);
        // As in a folder: without a statement there are no figures, and of two that were accounted at the same time the later line is shown.
        var trouble = statements.Count > 0 ? null
            : new LedgerProblem(record.Opening.Id, "statements.jsonl", "has no statement", "`tonne ledger recount` adds one.");
        return RunSummary.FromRecord(record, new(statements.Count, statements.OrderBy(statement => statement.AccountedAt).LastOrDefault()), trouble);
    }

    /// <summary>The line of a statement, with its checksum, as a ledger has it.</summary>
    /// <param name="statement">The statement.</param>
    /// <returns>Its bytes without a line feed.</returns>
    public static ReadOnlyMemory<byte> WriteStatement(FootprintStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return ChecksummedLine.Write("statement", StatementJson.ToBytes(statement)).AsMemory(..^1);
    }

    static T Read<T>(PushedLine line, string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        if (ChecksummedLine.Read(name, line.Line, out var json) is { } problem)
            throw new FormatException($"the line {problem}");
        try
        {
            return JsonSerializer.Deserialize(json.Span, type) ?? throw new FormatException($"the {name} is null");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new FormatException($"the {name} cannot be read", error);
        }
    }
}
