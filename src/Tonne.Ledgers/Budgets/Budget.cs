using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.Budgets;

/// <summary>A limit for a project, an account or a user, or for all runs of a ledger.</summary>
public sealed record Budget
{
    /// <summary>Project; null for any.</summary>
    public string? Project { get; init; }

    /// <summary>Account of the scheduler; null for any.</summary>
    public string? Account { get; init; }

    /// <summary>User; null for any.</summary>
    public string? User { get; init; }

    /// <summary>The limit in each period.</summary>
    public required Allowance Limit { get; init; }

    /// <summary>When it begins anew.</summary>
    public required BudgetPeriod Period { get; init; }

    /// <summary>Shares of the limit with a warning, above 0 to 10, from the lowest; null for <see cref="UsualWarnings"/>.</summary>
    public ImmutableArray<double>? WarnAt { get; init; }

    /// <summary>The shares of the limit at which there is a warning, if a budget names none: 50 %, 80 % and 100 %.</summary>
    public static ImmutableArray<double> UsualWarnings { get; } = [0.5, 0.8, 1];

    /// <summary>The shares of the limit at which there is a warning.</summary>
    [JsonIgnore]
    public ImmutableArray<double> Warnings => WarnAt ?? UsualWarnings;

    /// <summary>Reads shares at which there is a warning, in per cent: <c>50,80,100</c>.</summary>
    /// <param name="text">Numbers above 0 to 1000 with commas between, with or without a per cent sign.</param>
    /// <exception cref="FormatException">It has no such form; the message says what to write.</exception>
    public static ImmutableArray<double> ParseWarnings(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shares = new SortedSet<double>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!double.TryParse(part.AsSpan().TrimEnd('%').TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var percent)
                || percent is not (> 0 and <= 1000))
                throw new FormatException($"'{part}' is not a share of the limit: write per cent with commas between, as in 50,80,100.");
            shares.Add(percent / 100);
        }

        return [.. shares];
    }

    /// <summary>Reads the limit and the period, such as <c>50kg/month</c>; without a period it is for all time.</summary>
    /// <exception cref="FormatException">It has no such form; the message says what to write.</exception>
    public static (Allowance Limit, BudgetPeriod Period) ParseLimit(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/', 2, StringSplitOptions.TrimEntries);
        if (parts.Length == 1)
            return (Allowance.Parse(parts[0]), BudgetPeriod.Total);
        return parts[1].Length > 0 && char.IsAsciiLetter(parts[1][0]) && Enum.TryParse<BudgetPeriod>(parts[1], ignoreCase: true, out var period) && period != BudgetPeriod.Total
            ? (Allowance.Parse(parts[0]), period)
            : throw new FormatException($"'{parts[1]}' is not a period: write day, week, month, quarter or year, as in 50kg/month.");
    }

    /// <summary>The period that a time is in: its start, and its end, which is not part of it. Null where there is none.</summary>
    public (DateTimeOffset Start, DateTimeOffset End)? FindPeriod(DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var month = today.AddDays(1 - today.Day);
        var quarter = month.AddMonths(-((month.Month - 1) % 3));
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        return Period switch
        {
            BudgetPeriod.Day => (today, today.AddDays(1)),
            BudgetPeriod.Week => (monday, monday.AddDays(7)),
            BudgetPeriod.Month => (month, month.AddMonths(1)),
            BudgetPeriod.Quarter => (quarter, quarter.AddMonths(3)),
            BudgetPeriod.Year => (month.AddMonths(1 - month.Month), month.AddMonths(13 - month.Month)),
            _ => null,
        };
    }

    /// <summary>Whether two budgets are for the same runs and period; a ledger has one of each.</summary>
    public bool HasSameScope(Budget other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Project, Account, User, Period, Limit.IsEnergy) == (other.Project, other.Account, other.User, other.Period, other.Limit.IsEnergy);
    }

    /// <summary>The runs that count in the period of a time, by day where there is a period.</summary>
    /// <param name="now">The time.</param>
    public TotalQuery CreateQuery(DateTimeOffset now)
    {
        var period = FindPeriod(now);
        return new TotalQuery
        {
            By = period is null ? [] : [new TotalKey(TotalDimension.Day)],
            Runs = new LedgerQuery { Project = Project, Account = Account, User = User, Since = period?.Start, Until = period?.End },
        };
    }

    /// <summary>What it is for, in words: <c>project vision</c>.</summary>
    [JsonIgnore]
    public string Scope => (Project, Account, User) switch
    {
        (null, null, null) => "all runs",
        _ => string.Join(", ", new[] { ("project", Project), ("account", Account), ("user", User) }.Where(part => part.Item2 is not null).Select(part => $"{part.Item1} {part.Item2}")),
    };
}
