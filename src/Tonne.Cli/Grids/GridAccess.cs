using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Quantities;

namespace Tonne.Cli.Grids;

/// <summary>Feeds, their kept answers and observed intensities, as the settings say. Offline unless <c>grid.live</c> is on.</summary>
sealed class GridAccess : IDisposable
{
    readonly TimeProvider _time;

    /// <summary>Opens them; nobody is called.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="time">The clock.</param>
    public GridAccess(Settings settings, TimeProvider time)
    {
        _time = time;
        Feeds = new IntensityFeeds(new FeedOptions { Time = time, Setting = settings.Feeds.Find });
        Cache = new IntensityCache(Path.Combine(KnownIntensities.GetFolder(settings.Home), "feeds"), time);
        History = OpenHistory(settings);
        IsLive = settings.MayCallFeeds;
        Resolver = new IntensityResolver(Feeds.All, Cache, History, IsLive, time);
    }

    /// <summary>All feeds.</summary>
    public IntensityFeeds Feeds { get; }

    /// <summary>Kept answers.</summary>
    public IntensityCache Cache { get; }

    /// <summary>Observed intensities of the past.</summary>
    public IntensityHistory History { get; }

    /// <summary>Finds the best that is known of a zone.</summary>
    public IntensityResolver Resolver { get; }

    /// <summary>Whether publishers may be called.</summary>
    public bool IsLive { get; }

    /// <summary>The observed intensities that are kept beside the ledger.</summary>
    public static IntensityHistory OpenHistory(Settings settings) => KnownIntensities.OpenHistory(settings.Home);

    /// <summary>A zone by code or name, also one that only feeds know.</summary>
    /// <exception cref="Tonne.Catalogs.UnknownNameException">There is none.</exception>
    public static Zone FindZone(string name) => ZoneCatalog.FindPlace(name) is { IsFound: true } found ? found.Value.Zone : IntensityFeeds.FindZone(name) ?? ZoneCatalog.FindPlace(name).ValueOrThrow.Zone;

    /// <summary>Reads files of intensities.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="basis">Basis of rows that state none. Default: unstated.</param>
    /// <param name="scope">Scope of rows that state none. Default: unstated.</param>
    /// <exception cref="InvalidInputException">One cannot be read; the message says what is wrong with it.</exception>
    public static List<(string Path, ImportedIntensity Content)> ReadFiles(
        IEnumerable<string> paths, IntensityBasis basis = IntensityBasis.Unstated, IntensityScope scope = IntensityScope.Unstated)
    {
        var (read, refused) = ReadGoodFiles(paths, basis, scope);
        return refused.Count == 0 ? read : throw new InvalidInputException(refused[0]);
    }

    /// <summary>Reads files of intensities; those that cannot be read do not keep the others from being read.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="basis">Basis of rows that state none.</param>
    /// <param name="scope">Scope of rows that state none.</param>
    /// <returns>What was read, and for each other file what is wrong with it.</returns>
    public static (List<(string Path, ImportedIntensity Content)> Read, List<string> Refused) ReadGoodFiles(IEnumerable<string> paths, IntensityBasis basis, IntensityScope scope)
    {
        var (read, refused) = (new List<(string, ImportedIntensity)>(), new List<string>());
        foreach (var path in paths)
        {
            try
            {
                read.Add((path, IntensityFiles.Read(path, basis, scope)));
            }
            catch (Exception error) when (error is IntensityFileException or IOException or UnauthorizedAccessException)
            {
                refused.Add(error is IntensityFileException ? error.Message : $"{path}: {error.Message}");
            }
        }

        return (read, refused);
    }

    /// <inheritdoc/>
    public void Dispose() => Feeds.Dispose();
}
