using System.Globalization;
using System.Text.Json;

namespace Tonne.Instruments.Feeds;

/// <summary>Reads all rows of a question to an Opendatasoft Explore v2.1 service, which gives 100 of them at a time.</summary>
static class OpenDataSoftPages
{
    const int PageSize = 100;
    const int MostPages = 40;

    /// <summary>Reads page after page.</summary>
    /// <param name="get">Sends a request.</param>
    /// <param name="question">Path and query without limit and offset.</param>
    /// <param name="read">Takes a row.</param>
    /// <param name="content">Takes the warning if rows are left.</param>
    internal static async Task ReadAsync(Func<string, Task<FeedReply>> get, string question, Action<JsonElement> read, FeedContent content)
    {
        var got = 0;
        for (var page = 0; page < MostPages; page++)
        {
            var reply = (await get(string.Create(CultureInfo.InvariantCulture,
                $"{question}&limit={PageSize}&offset={got}&timezone=UTC")).ConfigureAwait(false)).RequireGood();
            var (total, count) = reply.ReadJson(root => ReadPage(root, read));
            got += count;
            if (got >= total)
                return;
            if (count == 0)
                break;
        }

        content.Warn("answer-cut", string.Create(CultureInfo.InvariantCulture,
            $"{got} rows were read and there are more; the rest is a gap"), "ask for a shorter span");
    }

    static (double Total, int Count) ReadPage(JsonElement root, Action<JsonElement> read)
    {
        if (root.Field("error_code").Text() is { } error)
            throw new FeedFormatException($"the provider reports an error: {Formatting.TextSanitizer.ToOneLine(error)}");
        // The export of the same rows is a bare list.
        var (list, total) = root.ValueKind == JsonValueKind.Array ? (root, (double?)null) : (root.Field("results"),
            root.Field("total_count").Number());
        var count = 0;
        foreach (var row in list.Items("results"))
        {
            count++;
            read(row);
        }

        return (total ?? count, count);
    }
}
