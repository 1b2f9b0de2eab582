using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Tonne.Ledgers.Calls;

namespace Tonne.Services.Imports;

/// <summary>An export of the usage page of a provider as CSV: a row has the sum of the tokens of a model over an hour or a day.</summary>
/// <remarks>
/// A row is known by its time, model and its other columns that are no numbers. So a row whose numbers have grown since, as that of
/// today, counts only what was added. Where the export has no number of requests, a row is one request in the ledger, and its energy is
/// that of requests with <see cref="AssumedOutputTokens"/> tokens of answer each.
/// </remarks>
/// <param name="columns">Which columns hold what. Null: those of Anthropic or OpenAI, whichever the file has.</param>
public sealed class UsageExport(UsageColumns? columns) : ITokenLog
{
    /// <summary>Tokens of an answer where the number of requests is unknown.</summary>
    public const int AssumedOutputTokens = 500;

    const int LongestField = 1 << 20;

    readonly UsageColumns[] _choices = columns is not null ? [columns] : [UsageColumns.Anthropic, UsageColumns.OpenAI];

    UsageColumns? _found;

    /// <inheritdoc/>
    public string Service => Provider.Length > 0 ? Provider + "-usage" : "usage";

    /// <inheritdoc/>
    public string Provider => _found?.Provider ?? "";

    /// <inheritdoc/>
    public bool CanContinue => false;

    /// <inheritdoc/>
    public void Read(TokenLogStream stream, Action<TokenReply> add)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(add);
        using var text = stream.OpenText();
        using var csv = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = null, HasHeaderRecord = false, MaxFieldSize = LongestField,
        });
        try
        {
            ReadRows(csv, stream, add);
        }
        catch (CsvHelperException)
        {
            // Its message has the row.
            stream.Skip(csv.RawRow, SkipReason.WrongValue);
        }
    }

    void ReadRows(CsvParser csv, TokenLogStream stream, Action<TokenReply> add)
    {
        if (!csv.Read() || csv.Record is not { } header)
        {
            stream.Skip(0, SkipReason.MissingColumn);
            return;
        }

        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < header.Length; i++)
            places.TryAdd(header[i].Trim(), i);
        _found = _choices.FirstOrDefault(choice => choice.All.All(places.ContainsKey));
        if (_found is not { } found)
        {
            stream.Skip(1, SkipReason.MissingColumn);
            return;
        }

        var numbers = found.Input.Concat(found.Uncached).Concat(found.Cached).Concat(found.Output).Append(found.Requests).OfType<string>()
            .Select(name => places[name]).ToHashSet();
        var alike = new Dictionary<string, int>(StringComparer.Ordinal);
        while (csv.Read())
        {
            var row = csv.Record!;
            if (row.All(string.IsNullOrWhiteSpace))
                continue;
            var reason = ReadRow(row, found, places, out var reply);
            if (reason is { } why)
            {
                stream.Skip(csv.RawRow, why);
                continue;
            }

            // Time, model and whatever else is no number; of rows that are alike, the first, the second …
            var id = $"{found.Provider}\n{reply!.Time.UtcTicks}\n{reply.Model}\n" + string.Join('\n', row.Where((field, i) =>
                !numbers.Contains(i) && !double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _)));
            var number = alike[id] = alike.GetValueOrDefault(id) + 1;
            if (reply.Tokens is not { Input: 0, Output: 0 })
                add(reply with { Id = string.Create(CultureInfo.InvariantCulture, $"{id}\n{number}") });
        }
    }

    static SkipReason? ReadRow(string[] row, UsageColumns columns, Dictionary<string, int> places, out TokenReply? reply)
    {
        reply = null;
        if (columns.All.Any(name => places[name] >= row.Length))
            return SkipReason.MissingField;
        if (Sum(columns.Input) is not { } input || Sum(columns.Uncached) is not { } uncached || Sum(columns.Cached) is not { } cached
            || Sum(columns.Output) is not { } output)
            return SkipReason.WrongValue;
        long? requests = columns.Requests is { } name ? Sum([name]) : null;
        var tokens = new CallTokens(columns.Input.IsEmpty ? uncached + cached : input, cached, output);
        var model = row[places[columns.Model]].Trim();
        if (JsonFields.ParseTime(row[places[columns.Time]]) is not { } time || !tokens.IsValid
            || (columns.Requests is not null && requests is null) || (model.Length > 0 && !JsonFields.IsModel(model)))
            return SkipReason.WrongValue;
        reply = new TokenReply
        {
            Id = "",
            Time = time,
            Model = model,
            Folder = columns.Project is { } project ? row[places[project]].Trim() : "",
            Tokens = tokens,
            Requests = Math.Max(1, requests ?? 1),
            HasUnknownRequests = requests is null,
        };
        return null;

        long? Sum(IEnumerable<string> names)
        {
            var sum = 0L;
            foreach (var column in names)
            {
                var field = row[places[column]].Trim();
                if (field.Length == 0)
                    continue;
                if (!decimal.TryParse(field, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                    || number != decimal.Truncate(number) || number > JsonFields.MostTokens)
                    return null;
                sum += (long)number;
            }

            return sum;
        }
    }
}
