using System.Text.Json;
using Tonne.Ledgers.Months;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Reporting.Json;
using Tonne.Reporting.Totals;

namespace Tonne.Reporting.Months;

/// <summary>The report of a month as JSON, schema <c>tonne.month/1</c>; see docs/months.md.</summary>
public sealed record MonthDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.month/1";

    /// <summary>The month: <c>2026-11</c>.</summary>
    public required string Month { get; init; }

    /// <summary>The account that it is of; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>Start of the month, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>End of what is reported, UTC, not included.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Whether the month has not ended.</summary>
    public required bool IsPartial { get; init; }

    /// <summary>The sum: that of <c>tonne total --month</c>. Its idle energy is in no other figure.</summary>
    public required TotalDocument.RowPart Total { get; init; }

    /// <summary>Of the sum, runs and jobs.</summary>
    public required TotalDocument.RowPart Jobs { get; init; }

    /// <summary>Of the sum, the time of nodes outside jobs, where an agent measures them; null where none does.</summary>
    public TotalDocument.RowPart? OutsideJobs { get; init; }

    /// <summary>Runs and jobs by account.</summary>
    public required IReadOnlyList<TotalDocument.RowPart> Accounts { get; init; }

    /// <summary>Runs and jobs by user.</summary>
    public required IReadOnlyList<TotalDocument.RowPart> Users { get; init; }

    /// <summary>Runs and jobs by project.</summary>
    public required IReadOnlyList<TotalDocument.RowPart> Projects { get; init; }

    /// <summary>Runs and jobs by partition.</summary>
    public required IReadOnlyList<TotalDocument.RowPart> Partitions { get; init; }

    /// <summary>Runs and jobs by model.</summary>
    public required IReadOnlyList<TotalDocument.RowPart> Models { get; init; }

    /// <summary>All by grid zone, with intensity and PUE as accounted.</summary>
    public required IReadOnlyList<ZonePart> Zones { get; init; }

    /// <summary>The nodes, by name.</summary>
    public required IReadOnlyList<NodeUsePart> Nodes { get; init; }

    /// <summary>The runs with the largest emissions.</summary>
    public required IReadOnlyList<RunUsePart> LargestRuns { get; init; }

    /// <summary>Budgets at the end of what is reported.</summary>
    public required IReadOnlyList<BudgetDocument.BudgetPart> Budgets { get; init; }

    /// <summary>The change from another month; null if there is none.</summary>
    public ChangePart? Change { get; init; }

    /// <summary>How the runs were accounted.</summary>
    public required IReadOnlyList<FactorsPart> Factors { get; init; }

    /// <summary>What the report says, in sentences.</summary>
    public required SentencesPart Sentences { get; init; }

    /// <summary>Runs that are counted with another one.</summary>
    public required int CountedWithOthers { get; init; }

    /// <summary>Ids of runs without figures.</summary>
    public required IReadOnlyList<string> WithoutFigures { get; init; }

    /// <summary>Nodes of jobs of which no run is there.</summary>
    public required IReadOnlyList<TotalDocument.MissingNodesPart> MissingNodes { get; init; }

    /// <summary>The command for each part.</summary>
    public required IReadOnlyList<FigurePart> Commands { get; init; }

    /// <summary>Warnings.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Creates the document.</summary>
    /// <param name="report">The report.</param>
    public static MonthDocument From(MonthReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var sentences = new MonthSentences(report);
        return new MonthDocument
        {
            Month = report.Month.ToString(),
            Account = report.Account,
            Since = report.Month.Start,
            Until = report.Until,
            IsPartial = report.IsPartial,
            Total = TotalDocument.RowPart.From(report.Total.Sum, []),
            Jobs = TotalDocument.RowPart.From(report.Jobs with { Group = [] }, []),
            OutsideJobs = report.OutsideJobs is { } outside ? TotalDocument.RowPart.From(outside with { Group = [] }, []) : null,
            Accounts = Rows(MonthGroup.Account, "account"),
            Users = Rows(MonthGroup.User, "user"),
            Projects = Rows(MonthGroup.Project, "project"),
            Partitions = Rows(MonthGroup.Partition, "partition"),
            Models = Rows(MonthGroup.Model, "model"),
            Zones = [.. report.Groups[MonthGroup.Zone].Select(ZonePart.From)],
            Nodes = [.. report.Nodes.Select(NodeUsePart.From)],
            LargestRuns = [.. report.LargestRuns.Select(RunUsePart.From)],
            Budgets = [.. report.Budgets.Select(BudgetDocument.BudgetPart.From)],
            Change = report.Change is { } change ? ChangePart.From(change) : null,
            Factors = [.. report.Factors.Select(static factors => new FactorsPart(factors.Method, factors.FactorsHash, factors.Runs))],
            Sentences = new SentencesPart(
                sentences.Title, [.. sentences.DescribeSum()], sentences.DescribeChange(), [.. sentences.DescribeQuality()],
                [.. BudgetText.DescribeWarnings(report.Budgets, "–")]),
            CountedWithOthers = report.Total.CountedWithOthers.Length,
            WithoutFigures = report.Total.WithoutFigures,
            MissingNodes = [.. report.Total.MissingNodes.Select(static job => new TotalDocument.MissingNodesPart(job.JobKey, job.Restarts,
                job.Nodes))],
            Commands = [.. MonthCommands.List(report).Select(static one => new FigurePart(one.Part, one.Command))],
            Warnings = [.. report.Total.Warnings, .. report.Change?.Warnings ?? []],
        };

        IReadOnlyList<TotalDocument.RowPart> Rows(MonthGroup group, string word) =>
            [.. report.Groups[group].Select(row => TotalDocument.RowPart.FromWords(row, [word]))];
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.MonthDocument);

    /// <summary>A grid zone: intensity and PUE are those of the runs, by their energy; null without energy.</summary>
    public sealed record ZonePart(string? Zone, double FacilityEnergyKwh, double OperationalKg, double? IntensityGPerKwh, double? Pue)
    {
        internal static ZonePart From(TotalRow row)
        {
            var (intensity, pue) = MonthSentences.GetFactors(row);
            return new ZonePart(row.Group[0], row.FacilityEnergy.Best, row.Operational.Best, intensity, pue);
        }
    }

    /// <summary>A node. Hours are of the agent's own runs, null without an agent.</summary>
    public sealed record NodeUsePart(
        string Name, int Runs, double FacilityEnergyKwh, double EmissionsKg, double? OutsideJobsKwh, DateTimeOffset LastSeenAt,
            double? MeasuredH, double? MissingH, bool IsSilent)
    {
        internal static NodeUsePart From(MonthNode node) => new(
            node.Name, node.Total?.Runs ?? 0, node.Total?.FacilityEnergy.Best ?? 0, node.Total?.Emissions.Best ?? 0,
                node.OutsideJobs?.FacilityEnergy.Best, node.LastSeen,
            node.MeasuredHours, node.MissingHours, node.IsSilent);
    }

    /// <summary>A run: what it has in this month. Part is that of its energy, above 0 to 1.</summary>
    public sealed record RunUsePart(
        string Id, string Name, string? Account, string? User, string? Project, string? Partition, string? Status,
            DateTimeOffset StartedAt, double? DurationS, double Part,
        QuantityDocument FacilityEnergyKwh, QuantityDocument EmissionsKg, string Command)
    {
        internal static RunUsePart From(MonthRun one)
        {
            var (run, energy, total) = (one.Run, one.Run.FacilityEnergy!, one.Run.Total!);
            return new RunUsePart(
                run.Id, run.Name, run.Job?.Account, run.User, run.Project, run.Job?.Partition, run.Status is { } status
                    ? EnumWords.Format(status) : null, run.StartedAt,
                run.DurationSeconds, one.Part, QuantityDocument.From(one.FacilityEnergy, energy.Boundary, energy.Quality,
                    energy.MeasuredShare),
                QuantityDocument.From(one.Emissions, total.Boundary, total.Quality, total.MeasuredShare), "tonne explain " + run.Id);
        }
    }

    /// <summary>The change from another month. Shares are of its emissions; null if it had none. The terms add up to the
    /// change.</summary>
    public sealed record ChangePart(string Against, double BeforeKg, double AfterKg, double ChangeKg, double? Share,
        IReadOnlyList<TermPart> Terms)
    {
        internal static ChangePart From(MonthChange change) => new(
            change.Against.ToString(), change.Before.Best, change.After.Best, change.Kilograms, change.Share,
            [
                .. change.Terms.Select(term => new TermPart(
                    EnumWords.Format(term.Cause), term.Kilograms, change.Before.Best > 0 ? term.Kilograms / change.Before.Best : null)),
            ]);
    }

    /// <summary>A cause of the change: work, nodes, hardware, facility (PUE), grid, embodied, method.</summary>
    public sealed record TermPart(string Cause, double ChangeKg, double? Share);

    /// <summary>A method and factors, and how many runs were accounted by them.</summary>
    public sealed record FactorsPart(string? Method, string? FactorsHash, int Runs);

    /// <summary>The sentences of the report.</summary>
    public sealed record SentencesPart(string Title, IReadOnlyList<string> Sum, string? Change, IReadOnlyList<string> Quality,
        IReadOnlyList<string> BudgetWarnings);

    /// <summary>The command that prints a part of the report again.</summary>
    public sealed record FigurePart(string Part, string Command);
}
