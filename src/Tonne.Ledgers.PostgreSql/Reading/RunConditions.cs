using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Quantities;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>The conditions of a query as SQL with parameters: of the runs that meet them the rest is the same as <see
/// cref="LedgerQuery.Matches"/>.</summary>
sealed class RunConditions
{
    readonly List<string> _conditions = [];
    readonly List<NpgsqlParameter> _parameters = [];

    /// <summary>Translates a query, without its limit.</summary>
    public static RunConditions From(LedgerQuery query)
    {
        var all = new RunConditions();
        all.AddText("project = ", query.Project);
        all.AddText("account = ", query.Account);
        all.AddText("user_name = ", query.User);
        if (query.Name is { Length: > 0 } part)
            all.Add("strpos(name_folded, {0}) > 0", NpgsqlDbType.Text, RunRow.Clean(part.ToUpperInvariant()));
        all.AddText("status = ", query.Status is { } status ? EnumWords.Format(status) : null);
        all.AddText("kind = ", query.Kind is { } kind ? EnumWords.Format(kind) : null);
        if (query.WithFigures)
            all._conditions.Add("has_figures");
        foreach (var (tag, value) in query.Tags)
        {
            // The one tag that has a column, which has an index.
            if (tag == "model" && value.Length > 0)
                all.AddText("model = ", value);
            else if (value.Length == 0)
                all.Add("tags ? {0}", NpgsqlDbType.Text, RunRow.Clean(tag));
            else
                all.Add("tags @> {0}", NpgsqlDbType.Jsonb,
                    JsonSerializer.Serialize(new Dictionary<string, string> { [RunRow.Clean(tag)] = RunRow.Clean(value) }));
        }

        if (query.Since is { } since)
        {
            all.Add("started_ticks >= {0}", NpgsqlDbType.Bigint, since.UtcTicks);
            all.Add("month >= {0}", NpgsqlDbType.Date, GetMonth(since.UtcTicks - CheckedLine.MaxStartDifference.Ticks));
        }

        if (query.Until is { } until)
        {
            all.Add("started_ticks < {0}", NpgsqlDbType.Bigint, until.UtcTicks);
            all.Add("month <= {0}", NpgsqlDbType.Date, GetMonth(until.UtcTicks + CheckedLine.MaxStartDifference.Ticks));
        }

        if (query.EndedSince is { } ended)
            all.Add("ended_ticks >= {0}", NpgsqlDbType.Bigint, ended.UtcTicks);
        return all;
    }

    /// <summary>Adds a condition.</summary>
    /// <param name="condition">The condition, with <c>{0}</c> for the value.</param>
    /// <param name="type">Type of the value.</param>
    /// <param name="value">The value.</param>
    public RunConditions Add(string condition, NpgsqlDbType type, object value)
    {
        _parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        _conditions.Add(condition
            .Replace("{0}", string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}"), StringComparison.Ordinal));
        return this;
    }

    /// <summary>Adds a value that is used outside of the conditions.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="value">The value.</param>
    /// <returns>What stands for it in SQL.</returns>
    public string AddValue(NpgsqlDbType type, object value)
    {
        _parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }

    /// <summary>Adds a condition with several values.</summary>
    /// <param name="condition">The condition, with <c>{0}</c>, <c>{1}</c> … for the values.</param>
    /// <param name="values">The values with their types.</param>
    public RunConditions Add(string condition, params ReadOnlySpan<(NpgsqlDbType Type, object Value)> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            _parameters.Add(new NpgsqlParameter { NpgsqlDbType = values[i].Type, Value = values[i].Value });
            condition = condition.Replace(string.Create(CultureInfo.InvariantCulture, $"{{{i}}}"),
                string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}"), StringComparison.Ordinal);
        }

        _conditions.Add(condition);
        return this;
    }

    /// <summary>Adds an alternative to the last condition, which opens the parenthesis that this one closes.</summary>
    /// <param name="condition">The condition, with <c>{0}</c> for the value.</param>
    /// <param name="type">Type of the value.</param>
    /// <param name="value">The value.</param>
    public RunConditions AddOr(string condition, NpgsqlDbType type, object value)
    {
        var former = _conditions[^1];
        Add(condition, type, value);
        _conditions[^2] = $"{former} or {_conditions[^1]}";
        _conditions.RemoveAt(_conditions.Count - 1);
        return this;
    }

    /// <summary>Makes a command.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="select">What stands before the conditions.</param>
    /// <param name="after">What stands after them.</param>
    public NpgsqlCommand Create(NpgsqlConnection connection, string select, string after = "")
    {
#pragma warning disable CA2100 // Constant texts; every value is a parameter.
        var command = new NpgsqlCommand(
            $"{select} {(_conditions.Count == 0 ? "" : "where " + string.Join(" and ", _conditions))} {after}", connection);
#pragma warning restore CA2100
        foreach (var parameter in _parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>The conditions with their values, equal for equal conditions.</summary>
    public override string ToString() => string.Join('\0', _conditions.Concat(_parameters.Select(static parameter =>
        parameter.Value is string[] texts ? string.Join('\u0001', texts)
            : Convert.ToString(parameter.Value, CultureInfo.InvariantCulture) ?? "")));

    /// <summary>First day of the month of a time; the first or last there is if it is outside of all.</summary>
    public static DateOnly GetMonth(long ticks)
    {
        var day = new DateTime(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks));
        return new DateOnly(day.Year, day.Month, 1);
    }

    void AddText(string condition, string? value)
    {
        if (value is not null)
            Add(condition + "{0}", NpgsqlDbType.Text, RunRow.Clean(value));
    }
}
