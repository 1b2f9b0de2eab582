using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>What a feed offers, and under which terms.</summary>
/// <param name="Id">Stable id in lower case, for example <c>energy-charts</c>.</param>
/// <param name="Name">Name as its publisher writes it.</param>
/// <param name="Licence">Licence of the values.</param>
/// <param name="Attribution">The words with which the publisher wants to be named.</param>
/// <param name="Link">Address of its documentation.</param>
public sealed record IntensityFeedDescription(string Id, string Name, string Licence, string Attribution, string Link)
{
    /// <summary>Codes of the zones it covers; empty if only the feed itself knows them (see <see cref="IIntensityFeed.Covers"/>).</summary>
    public ImmutableArray<string> Zones { get; init; } = [];

    /// <summary>Average or marginal. Default: average.</summary>
    public IntensityKind Kind { get; init; }

    /// <summary>Lifecycle or direct. Default: lifecycle.</summary>
    public IntensityBasis Basis { get; init; } = IntensityBasis.Lifecycle;

    /// <summary>Production or consumption. Default: production.</summary>
    public IntensityScope Scope { get; init; } = IntensityScope.Production;

    /// <summary>Whether it has observed values of the past.</summary>
    public bool HasHistory { get; init; }

    /// <summary>Whether it has a forecast.</summary>
    public bool HasForecast { get; init; }

    /// <summary>Whether it has prices of electricity.</summary>
    public bool HasPrices { get; init; }

    /// <summary>Usual length of its steps; the answer states the real one.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How the values come about, in a phrase: <c>as published</c>, or <c>generation by fuel × lifecycle factors</c>.</summary>
    public string Method { get; init; } = "as published";

    /// <summary>The setting that holds its key, for example <c>grid.electricity-maps.key</c>; null if it needs none.</summary>
    public string? KeySetting { get; init; }

    /// <summary>Whether the values of one country come from the operator of its grid.</summary>
    public bool IsNational { get; init; }

    /// <summary>The feed as a source, for series and figures.</summary>
    public Source Source => new($"FEED-{Id.ToUpperInvariant()}", Attribution, null, Licence, Link);
}
