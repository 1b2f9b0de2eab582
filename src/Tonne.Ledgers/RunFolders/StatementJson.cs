using System.Text.Json;
using Tonne.Accounting;

namespace Tonne.Ledgers.RunFolders;

/// <summary>JSON format of statements. Two are equal if their text is the same except for the time of accounting and who accounted.</summary>
static class StatementJson
{
    internal static bool AreSame(FootprintStatement a, FootprintStatement b)
    {
        // A statement of before intensities were kept by quarter hour is not changed by keeping them.
        if (HasNoQuarterHours(a) || HasNoQuarterHours(b))
            (a, b) = (RemoveQuarterHours(a), RemoveQuarterHours(b));
        return ToBytes(WithoutOrigin(a)).AsSpan().SequenceEqual(ToBytes(WithoutOrigin(b)));
    }

    static FootprintStatement WithoutOrigin(FootprintStatement statement) => statement with { AccountedAt = default, RecountedBy = null };

    static bool HasNoQuarterHours(FootprintStatement statement) => statement.Factors.Grid.Spans is { } spans && spans.All(span => span.QuarterHours is null);

    static FootprintStatement RemoveQuarterHours(FootprintStatement statement) => statement.Factors.Grid.Spans is not { } spans ? statement
        : statement with
        {
            Factors = statement.Factors with
            {
                Grid = statement.Factors.Grid with { Spans = [.. spans.Select(span => span with { QuarterHours = null })] },
            },
        };

    internal static byte[] ToBytes(FootprintStatement statement) => JsonSerializer.SerializeToUtf8Bytes(statement, LedgerJson.Default.FootprintStatement);
}
