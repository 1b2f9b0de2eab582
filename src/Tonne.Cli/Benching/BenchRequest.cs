using System.Collections.Immutable;
using Tonne.Comparing;

namespace Tonne.Cli.Benching;

/// <summary>The options of one bench that are not settings.</summary>
sealed record BenchRequest
{
    /// <summary>The commands, two or more.</summary>
    public required ImmutableArray<ImmutableArray<string>> Commands { get; init; }

    /// <summary>What each command is called, if not by its words: the power limit of it. Default: empty.</summary>
    public ImmutableArray<string> LimitNames { get; init; } = [];

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

    /// <summary>A command as a person reads it, with its power limit if that is what differs.</summary>
    /// <param name="variant">Index of the command.</param>
    public string Describe(int variant) => LimitNames.IsEmpty ? CommandText.Format(Commands[variant])
        : $"{LimitNames[variant]}: {CommandText.Format(Commands[variant])}";
}
