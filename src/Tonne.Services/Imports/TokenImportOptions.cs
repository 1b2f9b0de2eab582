using Tonne.Runs;

namespace Tonne.Services.Imports;

/// <summary>Options of <see cref="TokenImport"/>.</summary>
public sealed record TokenImportOptions
{
    /// <summary>Where the provider's data centre is. Default: unknown, the world's mean with wide bounds.</summary>
    public Place Place { get; init; } = new();

    /// <summary>Replies before this time are not counted. Default: null, all of the last 400 days.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether nothing is written. Default: no.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whether names of projects are replaced by keyed hashes. Default: no, the last name of the folder.</summary>
    public bool HashesProjects { get; init; }

    /// <summary>Most bytes that are read of all files together; the rest is left to the next import. Default: null, all.</summary>
    public long? MostBytes { get; init; }

    /// <summary>Days of replies before now with which new ones are compared. Default: null, all that are kept.</summary>
    public int? ComparedDays { get; init; }
}
