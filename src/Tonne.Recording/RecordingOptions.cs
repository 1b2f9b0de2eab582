using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Options for recording runs.</summary>
public sealed record RecordingOptions
{
    static readonly TimeSpan _shortestPeriod = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan _longestPeriod = TimeSpan.FromHours(1);

    /// <summary>Project of the runs. Default: null, none.</summary>
    public string? Project { get; init; }

    /// <summary>Tags of the runs. Default: none.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The command that is recorded, with its arguments. Default: empty, for a part of a program.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Whether secrets among the arguments are replaced before they are kept; see <see cref="SecretMask"/>. Default: yes.</summary>
    public bool MaskSecrets { get; init; } = true;

    /// <summary>Place of the machine, as far as known at the start. Default: unknown, which gives wide bounds and a warning.</summary>
    public Place Place { get; init; } = new();

    /// <summary>Intensities by the hour, with which each quarter hour of a run is accounted where they are known. Default: null, the annual mean.</summary>
    public IIntensityHistory? Intensities { get; init; }

    /// <summary>How the energy of a shared machine is split. Default: <see cref="SharePolicy.Share"/>.</summary>
    public SharePolicy Policy { get; init; } = SharePolicy.Share;

    /// <summary>Time between samples, 10 ms to 1 h. Default: null, 1 s, or 100 ms where a meter gives only its power at an instant.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>
    /// Reads an environment variable, null if it is not set: a run inside another one records that as its parent. Default: that of this process.
    /// </summary>
    public Func<string, string?> GetVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>
    /// Whether the run has everything of its scheduler's job on this node (<see cref="JobIdentity.CoversJob"/>). Default: no.
    /// </summary>
    public bool CoversJob { get; init; }

    /// <summary>Whether the run has everything of its node (<see cref="RunOpening.CoversNode"/>); with <see cref="SharePolicy.Machine"/>.
    /// Default: no.</summary>
    public bool CoversNode { get; init; }

    /// <summary>Observers that follow the runs while they are recorded. Default: none.</summary>
    public ImmutableArray<IRunObserver> Observers { get; init; } = [];

    /// <summary>
    /// Receives problems that did not stop the run. Called on the thread that starts, marks, samples or finishes the run.
    /// </summary>
    /// <remarks>Must not throw. Default: null, ignored.</remarks>
    public Action<RecorderProblem>? OnProblem { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The period is out of range.</exception>
    /// <exception cref="UnknownNameException">No catalog knows the zone or region; the message lists the nearest names.</exception>
    internal void Validate()
    {
        if (Period is { } period && (period < _shortestPeriod || period > _longestPeriod))
            throw new ArgumentOutOfRangeException(nameof(Period), period, "The sampling period must be 10 ms to 1 h.");
        if (Place.Zone is { } zone)
            _ = ZoneCatalog.Find(zone).ValueOrThrow;
        if (Place.Region is { } region)
            _ = RegionCatalog.Find(region).ValueOrThrow;
    }
}
