using System.Text.Json;
using Tonne.Accounting;

namespace Tonne.Ledgers.RunFolders;

/// <summary>JSON format of statements. Two are equal if their text is the same except for the time of accounting.</summary>
static class StatementJson
{
    internal static bool AreSame(FootprintStatement a, FootprintStatement b) =>
        ToBytes(a with { AccountedAt = default }).AsSpan().SequenceEqual(ToBytes(b with { AccountedAt = default }));

    internal static byte[] ToBytes(FootprintStatement statement) => JsonSerializer.SerializeToUtf8Bytes(statement, LedgerJson.Default.FootprintStatement);
}
