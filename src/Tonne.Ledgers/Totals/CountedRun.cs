using System.Collections.Immutable;
using Tonne.Ledgers.ImportExport;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Totals;

/// <summary>What a total needs of a run: less than a summary, because a total reads every run of a ledger.</summary>
sealed record CountedRun
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Project { get; init; }

    public string? Account { get; init; }

    public string? User { get; init; }

    /// <summary>Partition of the scheduler; null where it is read from an index, which does not have it.</summary>
    public string? Partition { get; init; }

    /// <summary>Tags with their values, in the order of the tags.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Tags { get; init; }

    public string? Parent { get; init; }

    public string? Node { get; init; }

    public string? BootId { get; init; }

    /// <summary>Share of the machine's threads reserved for it, 0 to 1; 0 if none.</summary>
    public double ReservedShare { get; init; }

    public string? Cpu { get; init; }

    public string? Zone { get; init; }

    /// <summary>Identity of the job of a scheduler or launcher; null if none.</summary>
    public string? JobKey { get; init; }

    /// <summary>Id of the step of the job; null outside any.</summary>
    public string? Step { get; init; }

    /// <summary>Nodes of its job or step, as the scheduler writes them; null if unknown.</summary>
    public string? NodeList { get; init; }

    /// <summary>How often its job was started again.</summary>
    public int Restarts { get; init; }

    /// <summary>Whether it has everything of its job on its node.</summary>
    public bool CoversJob { get; init; }

    /// <summary>Whether it has everything of its machine.</summary>
    public bool CoversNode { get; init; }

    public RunKind Kind { get; init; }

    /// <summary>How it ended; null if nothing can be read.</summary>
    public RunStatus? Status { get; init; }

    public bool HasFigures { get; init; }

    public required DateTimeOffset Start { get; init; }

    /// <summary>Duration in s; 0 where it is unknown.</summary>
    public double Seconds { get; init; }

    public Bounds Energy { get; init; }

    public Bounds FacilityEnergy { get; init; }

    public Bounds Operational { get; init; }

    public Bounds? Embodied { get; init; }

    public Bounds Emissions { get; init; }

    public Bounds IdleEnergy { get; init; }

    public Bounds IdleEmissions { get; init; }

    /// <summary>Share of its idle energy that is the same however many threads are reserved, 0 to 1.</summary>
    public double SteadyIdleShare { get; init; }

    public Quality Quality { get; init; }

    public double MeasuredShare { get; init; }

    /// <summary>Boundary of the emissions, without names of components.</summary>
    public string Boundary { get; init; } = "";

    /// <summary>Parts of its energy by month; empty if it is in one.</summary>
    public ImmutableArray<KeyValuePair<string, double>> Months { get; init; } = [];

    public DateTimeOffset End => Start.AddSeconds(Math.Min(Seconds, 1e9));

    public string? GetTag(string name)
    {
        foreach (var (key, value) in Tags)
        {
            if (key == name)
                return value;
        }

        return null;
    }

    public static CountedRun From(RunSummary run) => new()
    {
        Id = run.Id,
        Name = run.Name,
        Project = run.Project,
        Account = run.Job?.Account,
        User = run.User,
        Partition = run.Job?.Partition,
        Tags = [.. run.Tags],
        Parent = run.Parent,
        Node = run.Node,
        BootId = run.BootId,
        ReservedShare = Math.Clamp(run.ReservedShare ?? 0, 0, 1),
        Cpu = run.Cpu,
        Zone = run.Zone,
        JobKey = run.Job?.Key,
        Step = run.Job?.Step,
        NodeList = run.Job?.NodeList,
        Restarts = run.Job?.Restarts ?? 0,
        CoversJob = run.Job?.CoversJob ?? false,
        CoversNode = run.CoversNode,
        ForeignId = run.Kind == RunKind.Imported && run.Tags.TryGetValue(CodeCarbonColumn.RunIdTag, out var foreign) && LedgerHome.IsRunId(foreign) ? foreign : null,
        Kind = run.Kind,
        Status = run.Status,
        HasFigures = run.HasFigures && run.FacilityEnergy is not null && run.Total is not null,
        Start = run.StartedAt,
        Seconds = run.DurationSeconds ?? 0,
        Energy = run.Energy?.Bounds ?? default,
        FacilityEnergy = run.FacilityEnergy?.Bounds ?? default,
        Operational = run.Operational?.Bounds ?? default,
        Embodied = run.Embodied?.Bounds,
        Emissions = run.Total?.Bounds ?? default,
        IdleEnergy = run.IdleEnergy ?? default,
        SteadyIdleShare = Math.Clamp(run.SteadyIdleShare ?? 0, 0, 1),
        IdleEmissions = run.IdleEmissions ?? default,
        Quality = run.FacilityEnergy?.Quality ?? default,
        MeasuredShare = run.FacilityEnergy?.MeasuredShare ?? 0,
        Boundary = run.Total is { } total ? RemoveComponents(total.Boundary) : "",
        Months = run.Months is { } months ? [.. months] : [],
    };

    /// <summary>For an imported row that was exported from a run of tonne: the id of that run.</summary>
    public string? ForeignId { get; init; }

    static string RemoveComponents(string boundary)
    {
        var (open, close) = (boundary.IndexOf('(', StringComparison.Ordinal), boundary.IndexOf(')', StringComparison.Ordinal));
        return open >= 0 && close > open ? boundary[..open] + boundary[(close + 1)..] : boundary;
    }
}
