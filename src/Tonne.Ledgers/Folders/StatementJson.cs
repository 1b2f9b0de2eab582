using System.Text.Json;
using Tonne.Accounting;

namespace Tonne.Ledgers.Folders;

/// <summary>Statements as text: two say the same if they read the same, the time of accounting apart.</summary>
static class StatementJson
{
    internal static bool Same(FootprintStatement a, FootprintStatement b) =>
        Bytes(a with { AccountedAt = default }).AsSpan().SequenceEqual(Bytes(b with { AccountedAt = default }));

    internal static byte[] Bytes(FootprintStatement statement) => JsonSerializer.SerializeToUtf8Bytes(statement, LedgerJson.Default.FootprintStatement);
}
