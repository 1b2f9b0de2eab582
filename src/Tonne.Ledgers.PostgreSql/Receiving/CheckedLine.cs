using System.Globalization;
using System.Security.Cryptography;
using Tonne.Accounting;
using Tonne.Ledgers.Pushing;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>A pushed line that can be kept: its checksum is right, and it was read.</summary>
/// <param name="Line">The line.</param>
/// <param name="Record">The record, if its sequence is 0.</param>
/// <param name="Statement">The statement, if its sequence is 1 or more.</param>
sealed record CheckedLine(PushedLine Line, RunRecord? Record, FootprintStatement? Statement)
{
    // A partition is made for each month that a node names, so it cannot name any.
    static readonly DateTime _oldest = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly TimeSpan _latest = TimeSpan.FromDays(31);

    /// <summary>How far the start in a record may be from the one in its id, so that conditions on the start choose partitions.</summary>
    public static readonly TimeSpan MaxStartDifference = TimeSpan.FromDays(1);

    /// <summary>SHA-256 of the line.</summary>
    public byte[] Hash { get; } = SHA256.HashData(Line.Line.Span);

    /// <summary>First day of the month of its run's id.</summary>
    public DateOnly Month => GetMonth(Line.Run);

    /// <summary>The run and its number, which identify the line.</summary>
    public (string Run, int Sequence) Key => (Line.Run, Line.Sequence);

    /// <summary>First day of the month in the id of a run.</summary>
    public static DateOnly GetMonth(string run) => new(
        int.Parse(run.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture),
            int.Parse(run.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture), 1);

    /// <summary>Checks a line.</summary>
    /// <param name="line">The line as it was received.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="FormatException">It cannot be kept; the message says why.</exception>
    public static CheckedLine Check(PushedLine line, DateTimeOffset now)
    {
        if (!LedgerHome.IsRunId(line.Run))
            throw new FormatException("it has no valid id of a run");
        if (line.Sequence < 0)
            throw new FormatException("its sequence is negative");
        if (line.Line.Length > PushedLine.MaxBytes)
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it has more than {PushedLine.MaxBytes} bytes"));
        var start = DateTime
            .ParseExact(line.Run.AsSpan(0, 15), "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        if (start < _oldest || start > now.UtcDateTime + _latest)
            throw new FormatException(
                string.Create(CultureInfo.InvariantCulture,
                    $"its run starts before {_oldest.Year} or more than {_latest.TotalDays:0} days from now"));
        if (line.Sequence > 0)
            return new CheckedLine(line, null, PushedRun.ReadStatement(line));
        var record = PushedRun.ReadRecord(line);
        if (record.Opening.StartedAt.UtcDateTime is var stated
            && (stated < start - MaxStartDifference || stated > start + MaxStartDifference))
            throw new FormatException("its start is more than a day from the one in its id");
        if (!(record.DurationSeconds >= 0))
            throw new FormatException("its duration is not 0 or more");
        if (record.Components.IsDefault || record.QuarterHours.IsDefault || record.QuarterHours.Any(quarter => quarter.Energy.IsDefault))
            throw new FormatException("it has no energy");
        try
        {
            HourlyEnergy.Of(record);
        }
        catch (OverflowException error)
        {
            throw new FormatException("its energies exceed 64 bits of microjoules", error);
        }

        return new CheckedLine(line, record, null);
    }
}
