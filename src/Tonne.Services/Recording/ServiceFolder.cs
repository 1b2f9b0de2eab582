using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Services.Recording;

/// <summary>The files of one service: <c>services/NAME/looks/RUN.jsonl</c> and <c>services/NAME/hours/RUN.json</c>.</summary>
/// <remarks>
/// The energy is in the runs of the ledger. Looks are what was seen of requests and tokens, appended as it came; hours are computed from both
/// and can be computed again, as long as looks and trace are kept (48 hours). See docs/formats/service.md.
/// </remarks>
public sealed class ServiceFolder
{
    const int MostNameLength = 60;
    const string LookEnvelope = "look";
    const string SegmentEnvelope = "service";

    internal ServiceFolder(string name, string location) => (Name, Location) = (name, location);

    /// <summary>Name of the service.</summary>
    public string Name { get; }

    /// <summary>The folder.</summary>
    public string Location { get; }

    /// <summary>Names of the services of a ledger that were or are recorded, sorted.</summary>
    /// <param name="home">The ledger.</param>
    public static IReadOnlyList<string> ListNames(LedgerHome home)
    {
        ArgumentNullException.ThrowIfNull(home);
        var root = GetRoot(home);
        return Directory.Exists(root)
            ? [.. Directory.GetDirectories(root).Select(Path.GetFileName).OfType<string>()
                .Where(name => IsName(name) && Open(home, name) is var service && (service.HasRuns || service.IsRecorded)).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Whether a text can name a service: 1 to 60 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, the first one a letter or digit.</summary>
    public static bool IsName(string text) => text is { Length: >= 1 and <= MostNameLength } && char.IsAsciiLetterOrDigit(text[0])
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    /// <summary>The folder of a service; nothing is created.</summary>
    /// <exception cref="ArgumentException">It is no name (<see cref="IsName"/>).</exception>
    public static ServiceFolder Open(LedgerHome home, string name)
    {
        ArgumentNullException.ThrowIfNull(home);
        return IsName(name) ? new ServiceFolder(name, Path.Combine(GetRoot(home), name))
            : throw new ArgumentException("A service is named with 1 to 60 letters, digits, '.', '_' and '-', the first one a letter or digit.", nameof(name));
    }

    /// <summary>Whether the service was ever recorded.</summary>
    public bool Exists => Directory.Exists(Location);

    // A recorder that found no server leaves a lock alone.
    bool HasRuns => Directory.Exists(HoursFolder) || Directory.Exists(LooksFolder);

    /// <summary>Takes the lock of the recorder.</summary>
    /// <returns>Dispose it to release the lock; null if another process records this service.</returns>
    /// <exception cref="LedgerUnavailableException">The folder cannot be written.</exception>
    public IDisposable? TryLock() => CheckedFile.TryLock(LockPath);

    /// <summary>Whether a process records the service now.</summary>
    public bool IsRecorded => CheckedFile.IsLocked(LockPath);

    /// <summary>Ids of the runs that have hours or looks, oldest first.</summary>
    public IReadOnlyList<string> ListRuns() =>
        [.. new[] { HoursFolder, LooksFolder }.Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.json*"))
            .Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(LedgerHome.IsRunId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The hours of a run; null if they were never computed, or the file is damaged.</summary>
    /// <param name="run">Id of the run.</param>
    public ServiceSegment? ReadSegment(string run)
    {
        try
        {
            return CheckedFile.Read(GetHoursPath(run), SegmentEnvelope) is { } json
                ? JsonSerializer.Deserialize(json.Span, ServiceJson.Default.ServiceSegment) : null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or LedgerUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Replaces the hours of a run.</summary>
    /// <exception cref="LedgerUnavailableException">They cannot be written; the old ones stay.</exception>
    internal void WriteSegment(ServiceSegment segment) =>
        CheckedFile.Replace(GetHoursPath(segment.Run), SegmentEnvelope, JsonSerializer.SerializeToUtf8Bytes(segment, ServiceJson.Default.ServiceSegment));

    /// <summary>Appends a look. It is in the file when this returns, not necessarily on the disk.</summary>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    internal void AppendLook(string run, ServiceObservation look) =>
        CheckedFile.Append(GetLooksPath(run), LookEnvelope, JsonSerializer.SerializeToUtf8Bytes(look, ServiceJson.Default.ServiceObservation));

    /// <summary>The looks of a run, and the number of lines that are damaged: a kill may leave the last one cut.</summary>
    internal (ImmutableArray<ServiceObservation> Looks, int Damaged) ReadLooks(string run, bool withStates = true)
    {
        var looks = ImmutableArray.CreateBuilder<ServiceObservation>();
        var damaged = 0;
        foreach (var line in CheckedFile.ReadLines(GetLooksPath(run), LookEnvelope))
        {
            if (line is { } json && ParseLook(json.Span) is { } look)
                looks.Add(withStates ? look : look with { State = null });
            else
                damaged++;
        }

        return (looks.ToImmutable(), damaged);
    }

    /// <summary>Computes the hours that a recorder which was killed has left. Not while the service is recorded.</summary>
    /// <param name="ledger">The ledger, in which runs that were left open are closed.</param>
    /// <param name="findWork">Finds the work of a model by its name; null if its architecture is unknown.</param>
    /// <exception cref="LedgerUnavailableException">A file cannot be read or written.</exception>
    public void SettleLeft(Ledger ledger, Func<string, Requests.ServedModelWork?> findWork) =>
        new ServiceSettlement(ledger, this, findWork).SettleLeft();

    /// <summary>The newest state of the source of requests, from which a recorder goes on; null if there is none.</summary>
    internal string? ReadState() =>
        ListRuns().Reverse().Where(run => File.Exists(GetLooksPath(run)))
            .Select(run => ReadLooks(run).Looks.LastOrDefault(static look => look.State is not null)?.State).FirstOrDefault(static state => state is not null);

    /// <summary>Removes the looks of a run whose hours are final.</summary>
    internal void RemoveLooks(string run) => CheckedFile.Remove(GetLooksPath(run));

    static ServiceObservation? ParseLook(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ServiceJson.Default.ServiceObservation);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    static string GetRoot(LedgerHome home) => Path.Combine(home.Root, "services");

    string LockPath => Path.Combine(Location, "lock");

    string HoursFolder => Path.Combine(Location, "hours");

    string LooksFolder => Path.Combine(Location, "looks");

    string GetHoursPath(string run) => Path.Combine(HoursFolder, run + ".json");

    string GetLooksPath(string run) => Path.Combine(LooksFolder, run + ".jsonl");
}
