using Tonne.Grids;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Runs;

namespace Tonne.Instruments.PlaceDetection;

/// <summary>Guesses the place of a machine if none is given: by its cloud's metadata, else by its time zone.</summary>
/// <remarks>UTC and other zones of no country say nothing; then the place is unknown and the world's intensity is used, with wide
/// bounds.</remarks>
public static class PlaceDetector
{
    /// <summary>The guess by time zone, at once: a given <c>TZ</c>, else <c>etc/timezone</c>, else the link <c>etc/localtime</c>.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="timeZoneVariable">Value of the environment's <c>TZ</c>; null if it is not set.</param>
    public static Place DetectByTimeZone(FileTree tree, string? timeZoneVariable)
    {
        ArgumentNullException.ThrowIfNull(tree);
        string? without = null;
        foreach (var (name, origin) in ListTimeZones(tree, timeZoneVariable))
        {
            if (name is null)
                continue;
            if (ZoneCatalog.FindByTimeZone(name) is { } zone)
                return new Place(Zone: zone.Code, How: PlaceOrigin.TimeZone, Detail: $"{name} ({origin})");
            without ??= $"the time zone {name} ({origin}) belongs to no country";
        }

        return new Place(How: PlaceOrigin.Unknown, Detail: without ?? "no time zone is set");
    }

    /// <summary>
    /// The best guess: the cloud's region where the firmware names a cloud and it answers, else by time zone. Asks no network elsewhere,
    /// and never throws.
    /// </summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="firmware">Names that the firmware reports.</param>
    /// <param name="timeZoneVariable">Value of the environment's <c>TZ</c>; null if it is not set.</param>
    /// <param name="metadata">Whom to ask; null to ask nobody, as for a stand-in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Place> DetectAsync(FileTree tree, Dmi firmware, string? timeZoneVariable, CloudMetadata? metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(firmware);
        var guess = DetectByTimeZone(tree, timeZoneVariable);
        if (metadata is null || firmware.Cloud is not { } cloud)
            return guess;
        // On a thread of the pool: whoever asks is about to start a job and must not wait.
        var region = await Task.Run(() => metadata.GetRegionAsync(cloud, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        if (region is null)
            return guess with { Detail = $"{guess.Detail}; the metadata of {cloud} did not answer within {CloudMetadata.Timeout.TotalMilliseconds:0} ms" };
        return RegionCatalog.Find(region).Value is { } known
            ? new Place(Region: known.Id, How: PlaceOrigin.CloudMetadata, Detail: $"{known.Id}, {known.Location}")
            : guess with { Detail = $"{guess.Detail}; the region {region} of the cloud's metadata is in no catalog" };
    }

    static IEnumerable<(string? Name, string Origin)> ListTimeZones(FileTree tree, string? variable)
    {
        yield return (ParseVariable(variable), "TZ");
        yield return (tree.ReadLine("etc/timezone"), "/etc/timezone");
        yield return (ParsePath(tree.ReadLinkTarget("etc/localtime")), "/etc/localtime");
    }

    /// <summary><c>Europe/Paris</c>, <c>:Europe/Paris</c> and paths into zoneinfo name a place; <c>CET-1CEST</c> names none.</summary>
    static string? ParseVariable(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return null;
        value = value.Trim().TrimStart(':');
        return ParsePath(value) ?? value;
    }

    static string? ParsePath(string? path)
    {
        const string folder = "/zoneinfo/";
        var at = path?.LastIndexOf(folder, StringComparison.Ordinal) ?? -1;
        if (at < 0)
            return null;
        var name = path![(at + folder.Length)..];
        return name.StartsWith("posix/", StringComparison.Ordinal) || name.StartsWith("right/", StringComparison.Ordinal) ? name[6..] : name;
    }
}
