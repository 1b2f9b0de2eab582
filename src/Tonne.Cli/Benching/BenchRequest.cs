using System.Collections.Immutable;
using Tonne.Comparing;

namespace Tonne.Cli.Benching;

/// <summary>The options of one bench that are not settings.</summary>
sealed record BenchRequest
{
    /// <summary>The commands, two or more.</summary>
    public required ImmutableArray<ImmutableArray<string>> Commands { get; init; }

    /// <summary>The plan of the comparison.</summary>
    public required ComparisonPlan Plan { get; init; }

    /// <summary>Rounds before those that count. Default 1.</summary>
    public int Warmup { get; init; } = 1;

    /// <summary>Seed of the order of the runs.</summary>
    public required int Seed { get; init; }

    /// <summary>Whether what the commands write is shown. Default: no.</summary>
    public bool ShowOutput { get; init; }

    /// <summary>Whether the runs go into the ledger. Default: yes.</summary>
    public bool KeepInLedger { get; init; } = true;
}
