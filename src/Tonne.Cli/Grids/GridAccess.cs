using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Quantities;

namespace Tonne.Cli.Grids;

/// <summary>Feeds, their kept answers and observed intensities, as the settings say. Offline unless <c>grid.live</c> is on.</summary>
sealed class GridAccess : IDisposable
{
    const string Columns = "with a header such as zone,timestamp_utc,gco2e_per_kwh (docs/formats/series.md)";

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

    /// <summary>The files of a list with commas. A name that has a comma itself is found if the file is there.</summary>
    /// <param name="list">The list as it was typed.</param>
    public static IEnumerable<string> SplitFiles(string list)
    {
        var parts = list.Split(',');
        for (var i = 0; i < parts.Length;)
        {
            // The longest name that exists; one that does not is reported when it is read.
            var taken = Enumerable.Range(1, parts.Length - i).Reverse().FirstOrDefault(count => File.Exists(Join(count)), 1);
            if (Join(taken) is { Length: > 0 } file)
                yield return file;
            i += taken;

            string Join(int count) => string.Join(',', parts[i..(i + count)]).Trim();
        }
    }

    /// <summary>Reads files of intensities.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="basis">Basis of rows that state none. Default: unstated.</param>
    /// <param name="scope">Scope of rows that state none. Default: unstated.</param>
    /// <exception cref="InvalidInputException">One cannot be read or has no value; the message says what is wrong with it.</exception>
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
            var name = TextSanitizer.ToOneLine(path);
            if (Directory.Exists(path))
            {
                refused.Add($"{name} is a folder: name the CSV files in it, {Columns}.");
                continue;
            }

            try
            {
                var content = IntensityFiles.Read(path, basis, scope);
                if (content.Series.All(series => series.Values.All(value => value is null)))
                {
                    refused.Add($"{name}: {DescribeRows(content.Rows)} without a value (empty or NaN): nothing can be planned or accounted "
                        + "with it. Write g CO2e/kWh into the column gco2e_per_kwh.");
                    continue;
                }

                read.Add((path, content));
            }
            catch (FileNotFoundException)
            {
                refused.Add($"{name} is not there: give the path of a CSV file, {Columns}.");
            }
            catch (Exception error) when (error is IntensityFileException or IOException or UnauthorizedAccessException)
            {
                refused.Add(IsEmpty(path) ? $"{name} is empty: a file of intensities is CSV, {Columns}."
                    : error is IntensityFileException ? error.Message : $"{name}: {error.Message}");
            }
        }

        return (read, refused);
    }

    static string DescribeRows(int rows) => rows == 1 ? "its one row is"
        : string.Create(CultureInfo.InvariantCulture, $"all of its {rows} rows are");

    static bool IsEmpty(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return stream.ReadByte() < 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Feeds.Dispose();
}
