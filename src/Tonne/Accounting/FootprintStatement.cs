using System.Collections.Immutable;

namespace Tonne.Accounting;

/// <summary>
/// The stored part of a footprint: method, factors and stated figures. A recount adds another statement; none is overwritten.
/// </summary>
public sealed record FootprintStatement
{
    /// <summary>Version of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>When the figures were computed, UTC.</summary>
    public required DateTimeOffset AccountedAt { get; init; }

    /// <summary>Who accounted the run again in place of its node: <c>server</c>, for a recount of a fleet's database. Null: its own ledger.</summary>
    public string? RecountedBy { get; init; }

    /// <summary>All factors used, so that the derivation can be computed again after the catalogs have changed.</summary>
    public required AccountingFactors Factors { get; init; }

    /// <summary>The figures of the run as stated.</summary>
    public required ImmutableArray<StatedFigure> Figures { get; init; }
}
