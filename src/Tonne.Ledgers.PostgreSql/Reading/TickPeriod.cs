using NpgsqlTypes;
using Tonne.Ledgers.PostgreSql.Receiving;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>A period in ticks (UTC), both ends included; null for no end.</summary>
/// <param name="From">Its begin.</param>
/// <param name="To">Its end.</param>
readonly record struct TickPeriod(long? From, long? To)
{
    /// <summary>The period with more time at the ends that it has.</summary>
    public TickPeriod Widen(long ticks) => new(
        From is { } from ? Math.Max(0, from - ticks) : null,
        To is { } to ? Math.Min(DateTime.MaxValue.Ticks, to + ticks) : null);

    /// <summary>The period with two other times in it.</summary>
    public TickPeriod Include(long first, long last) => new(
        From is { } from ? Math.Min(from, first) : null,
        To is { } to ? Math.Max(to, last) : null);

    /// <summary>Chooses the runs that overlap it.</summary>
    public RunConditions Overlap()
    {
        var conditions = new RunConditions();
        if (From is { } from)
            conditions.Add("ended_ticks >= {0}", NpgsqlDbType.Bigint, from);
        if (To is { } to)
        {
            conditions.Add("started_ticks <= {0}", NpgsqlDbType.Bigint, to);
            conditions.Add("month <= {0}", NpgsqlDbType.Date, RunConditions.GetMonth(to + CheckedLine.MaxStartDifference.Ticks));
        }

        return conditions;
    }

    /// <summary>Chooses the runs that do not overlap it.</summary>
    /// <param name="conditions">Other conditions, to which these are added.</param>
    public RunConditions Outside(RunConditions conditions) => (From, To) switch
    {
        ({ } from, null) => conditions.Add("ended_ticks < {0}", NpgsqlDbType.Bigint, from),
        (null, { } to) => conditions.Add("started_ticks > {0}", NpgsqlDbType.Bigint, to),
        ({ } from, { } to) => conditions.Add("(ended_ticks < {0}", NpgsqlDbType.Bigint, from)
            .AddOr("started_ticks > {0})", NpgsqlDbType.Bigint, to),
        _ => conditions,
    };
}
