using System.Text.Json;
using Tonne.Accounting;

namespace Tonne.Ledgers.Folders;

/// <summary>Statements as text: two say the same if they read the same, the time of accounting apart.</summary>
static class StatementJson
{
    internal static bool AreSame(FootprintStatement a, FootprintStatement b) =>
        ToBytes(a with { AccountedAt = default }).AsSpan().SequenceEqual(ToBytes(b with { AccountedAt = default }));

    internal static byte[] ToBytes(FootprintStatement statement) => JsonSerializer.SerializeToUtf8Bytes(statement, LedgerJson.Default.FootprintStatement);
}
