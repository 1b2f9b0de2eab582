using System.Collections.Immutable;

namespace Tonne.Services.Recording;

/// <summary>
/// The hours of a service that one run of the ledger has; a run ends at midnight (UTC) and with its recorder. See docs/formats/service.md.
/// </summary>
public sealed record ServiceSegment
{
    /// <summary>Name of the schema.</summary>
    public const string SchemaName = "tonne.service/1";

    /// <summary>Most gaps that are listed; further ones are joined to the last.</summary>
    public const int MostGaps = 200;

    /// <summary>The schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Name of the service.</summary>
    public required string Service { get; init; }

    /// <summary>Id of the run that has the energy.</summary>
    public required string Run { get; init; }

    /// <summary>Start of the run.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End of what is divided here.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Whether the run has ended, so that nothing is added.</summary>
    public required bool IsFinal { get; init; }

    /// <summary>The hours.</summary>
    public ImmutableArray<ServiceHour> Hours { get; init; } = [];

    /// <summary>Times of which requests and tokens are not known.</summary>
    public ImmutableArray<ServiceGap> Gaps { get; init; } = [];
}
