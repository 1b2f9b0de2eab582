using System.Collections.Immutable;
using System.Globalization;

namespace Tonne.Ledgers.Calls;

/// <summary>Calls added up by groups. It is no part of the totals of runs.</summary>
/// <param name="Rows">The groups: times in their order, others with the most energy first.</param>
/// <param name="Sum">All calls.</param>
public sealed record CallTotal(ImmutableArray<CallTotalRow> Rows, CallTotalRow Sum)
{
    /// <summary>Adds up rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="by">What they are grouped by; not <see cref="CallGroup.Commit"/>, which sums of an hour do not know.</param>
    /// <exception cref="ArgumentOutOfRangeException">They cannot be grouped so.</exception>
    public static CallTotal Of(IEnumerable<CallRow> rows, CallGroup by)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfEqual(by, CallGroup.Commit);
        var all = rows.ToList();
        var groups = all.GroupBy(row => GetGroup(row.Key, by), StringComparer.Ordinal).Select(group => AddUp(group.Key, group));
        var isTime = by is CallGroup.Hour or CallGroup.Day;
        return new CallTotal(
            [.. groups.OrderByDescending(group => isTime ? 0 : group.Sum.EnergyKwh.Best)
                .ThenBy(group => group.Group, StringComparer.Ordinal)],
            AddUp("", all));
    }

    static CallTotalRow AddUp(string group, IEnumerable<CallRow> rows)
    {
        var (estimated, measured) = (new CallSum(), new CallSum());
        foreach (var row in rows)
        {
            if (row.Key.IsMeasured)
                measured = measured.Plus(row.Sum);
            else
                estimated = estimated.Plus(row.Sum);
        }

        return new CallTotalRow(group, estimated, measured);
    }

    static string GetGroup(CallKey key, CallGroup by) => by switch
    {
        CallGroup.Hour => key.Hour.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture),
        CallGroup.Day => key.Hour.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        CallGroup.Service => key.Service,
        CallGroup.Provider => key.Provider,
        CallGroup.Project => key.Project,
        _ => key.Model.Length > 0 ? key.Model : key.AnsweredModel,
    };
}
