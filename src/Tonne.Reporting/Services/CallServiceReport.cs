using System.Collections.Immutable;
using Tonne.Ledgers.Calls;

namespace Tonne.Reporting.Services;

/// <summary>What is shown of a program that wrote its calls to AI models into the ledger: a service of the kind "calls".</summary>
/// <remarks>
/// Estimated and measured calls stay apart, and nothing here is added to a service that tonne records: the requests that it served may be
/// the same ones.
/// </remarks>
public sealed record CallServiceReport
{
    /// <summary>The program, as its calls name it (<see cref="CallKey.Service"/>).</summary>
    public required string Name { get; init; }

    /// <summary>Time of the report, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Start of the first hour with calls, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The day so far (UTC).</summary>
    public required CallTotalRow Today { get; init; }

    /// <summary>The last seven days, today included.</summary>
    public required CallTotalRow Week { get; init; }

    /// <summary>The seven days before these.</summary>
    public required CallTotalRow WeekBefore { get; init; }

    /// <summary>All of it.</summary>
    public required CallTotalRow All { get; init; }

    /// <summary>The models, with the most energy first.</summary>
    public required ImmutableArray<CallTotalRow> Models { get; init; }

    /// <summary>Lines that could not be read and are not counted.</summary>
    public required ImmutableArray<string> Problems { get; init; }

    /// <summary>Names of the programs that wrote calls, sorted; those without a name are none.</summary>
    public static ImmutableArray<string> ListNames(CallReading calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        return [.. calls.Rows.Select(static row => row.Key.Service).Where(static name => name.Length > 0)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>How the energy of some calls is known: <c>estimated</c>, <c>measured</c>, <c>measured and estimated</c>, or
    /// <c>unknown</c>.</summary>
    public static string DescribeBasis(CallTotalRow calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        return (HasFigure(calls.Measured), HasFigure(calls.Estimated)) switch
        {
            (true, true) => "measured and estimated",
            (true, false) => "measured",
            (false, true) => "estimated",
            _ => "unknown",
        };
    }

    /// <summary>The calls of a program.</summary>
    /// <param name="calls">What was read of the calls of the ledger.</param>
    /// <param name="name">The program.</param>
    /// <param name="at">The time, UTC.</param>
    /// <returns>Null if it wrote none.</returns>
    public static CallServiceReport? From(CallReading calls, string name, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var rows = calls.Rows.Where(row => row.Key.Service == name).ToList();
        if (rows.Count == 0)
            return null;
        var today = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
        var all = CallTotal.Of(rows, CallGroup.Model);
        return new CallServiceReport
        {
            Name = name,
            At = at,
            Since = rows.Min(static row => row.Key.Hour),
            Today = Sum(today, null),
            Week = Sum(today.AddDays(-6), null),
            WeekBefore = Sum(today.AddDays(-13), today.AddDays(-6)),
            All = all.Sum,
            Models = all.Rows,
            Problems = [.. calls.Problems.Select(static problem => problem.ToString())],
        };

        CallTotalRow Sum(DateTimeOffset since, DateTimeOffset? until) =>
            CallTotal.Of(rows.Where(row => row.Key.Hour >= since && !(row.Key.Hour >= until)), CallGroup.Model).Sum;
    }

    static bool HasFigure(CallSum sum) => sum.Requests > sum.WithoutFigure;
}
