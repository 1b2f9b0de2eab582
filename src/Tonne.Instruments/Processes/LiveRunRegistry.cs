using System.Buffers.Text;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Processes;

/// <summary>A shared file in which the live runs of one machine report how much CPU time their jobs have used.</summary>
/// <remarks>
/// A folder that anyone may write to (mode 1777) with one small file per run, named by boot, process namespace, process id and start time, holding one number in ns.
/// What another wrote is trusted for nothing but that number, and no more of it than the machine could have done. Files of the dead are removed by whoever sees them and may.
/// A sample writes its own number once and reads one number for each other run; the folder is looked at once a second at most, and listed when it has changed.
/// A run inside another is no peer of it. Not thread safe.
/// </remarks>
sealed class LiveRunRegistry : IMeter, IDisposable
{
    /// <summary>Id of the meter of other runs.</summary>
    public const string MeterId = "peers:cpu";

    /// <summary>The usual place: one for all users, so never the user's own temporary folder.</summary>
    public const string DefaultFolder = "/tmp/tonne-live";

    const int StickyMode = 0x3FF;
    const int MaxPeers = 256;
    const int NumberLength = 19;
    const long ListingInterval = 1_000_000_000;

    readonly string _folder;
    readonly string _name;
    readonly string _namespace;
    readonly int _processId;
    readonly int _threads;
    readonly FileTree _files;
    readonly SafeFileHandle? _own;
    readonly Dictionary<string, Peer> _peers = new(StringComparer.Ordinal);
    readonly byte[] _number = new byte[NumberLength + 1];
    readonly byte[] _peerBuffer = new byte[64];
    long _listedAt = long.MinValue;
    long _checkedAt = long.MinValue / 2;
    long _changed;
    long _lastTimestamp = long.MinValue;
    long _total;
    long _endedGrowth;

    /// <summary>Registers this run.</summary>
    /// <param name="holder">This process (<see cref="ProcessIdentity.GetCurrent"/>).</param>
    /// <param name="threads">Hardware threads of the machine: what others can have used at most.</param>
    /// <param name="folder">The folder. Default: <see cref="DefaultFolder"/>.</param>
    public LiveRunRegistry(RunHolder holder, int threads, string folder = DefaultFolder)
        : this(holder, threads, folder, new FileTree("/", Libc.OpenToReadNoFollow))
    {
    }

    internal LiveRunRegistry(RunHolder holder, int threads, string folder, FileTree files)
    {
        (_folder, _processId, _threads, _files) = (Path.GetFullPath(folder), holder.ProcessId, threads, files);
        _namespace = ReadPidNamespace();
        _name = string.Create(CultureInfo.InvariantCulture, $"{SafeFileName.FromText(holder.BootId)}_{_namespace}_{holder.ProcessId}_{holder.ProcessStart}");
        if (OperatingSystem.IsLinux() && (Directory.Exists(_folder) || Libc.CreateFolder(_folder, StickyMode) == 0))
        {
            TryDelete(Path.Join(_folder, _name));
            _own = Libc.CreateNewFile(Path.Join(_folder, _name));
            if (_own.IsInvalid)
                _own = null;
        }

        if (_own is not null)
            Publish(0);
        Description = new MeterDescription(MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Peers, Note: $"{_folder}: CPU time reported by the jobs of other live runs; runs that see another folder (containers) are not seen");
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <summary>Whether this run is registered.</summary>
    public bool IsRegistered => _own is not null;

    /// <summary>How many other live runs were seen at the last sample.</summary>
    public int Peers => _peers.Count;

    /// <summary>Reports to the other runs the job's CPU time so far, in ns.</summary>
    public void Publish(long nanoseconds)
    {
        if (_own is null)
            return;
        var number = _number.AsSpan();
        number[..NumberLength].Fill((byte)'0');
        Utf8Formatter.TryFormat(Math.Max(0, nanoseconds), number, out _, new System.Buffers.StandardFormat('D', NumberLength));
        number[NumberLength] = (byte)'\n';
        _ = Libc.WriteAt(_own, number, 0);
    }

    /// <summary>CPU time of the jobs of all other live runs since this one joined, in ns; never falls.</summary>
    public Reading Read(long timestamp)
    {
        if (_listedAt == long.MinValue || (timestamp - _checkedAt >= ListingInterval && HasChanged(timestamp)))
            RefreshPeers(timestamp);
        var grown = _endedGrowth;
        _endedGrowth = 0;
        foreach (var peer in _peers.Values)
            grown += ReadGrowth(peer);

        if (_lastTimestamp != long.MinValue)
        {
            // A number is reported up to one sample before it is read, so some slack is due.
            var possible = (timestamp - _lastTimestamp + (2 * ListingInterval)) * _threads;
            _total += Math.Clamp(possible, 0, grown);
        }

        _lastTimestamp = timestamp;
        return Reading.FromValue(_total);
    }

    /// <summary>Removes this run from the registry.</summary>
    public void Dispose()
    {
        foreach (var peer in _peers.Values)
            peer.Handle.Dispose();
        _peers.Clear();
        if (_own is null)
            return;
        _own.Dispose();
        TryDelete(Path.Join(_folder, _name));
    }

    /// <summary>Whether runs have come or gone: the folder's time of change says so at a tenth of the cost of a listing. Every half minute it is listed all the same.</summary>
    bool HasChanged(long timestamp)
    {
        _checkedAt = timestamp;
        var changed = Directory.GetLastWriteTimeUtc(_folder).Ticks;
        if (changed == _changed && timestamp - _listedAt < 30 * ListingInterval && _peers.Keys.All(IsAlive))
            return false;
        _changed = changed;
        return true;
    }

    void RefreshPeers(long timestamp)
    {
        var first = _listedAt == long.MinValue;
        _listedAt = timestamp;
        var names = _files.ListNames(_folder);
        foreach (var gone in _peers.Keys.Where(name => !names.Contains(name) || !IsAlive(name)).ToArray())
        {
            // What it reported last is still in the file that we hold open.
            _endedGrowth += ReadGrowth(_peers[gone]);
            _peers[gone].Handle.Dispose();
            _peers.Remove(gone);
        }

        foreach (var name in names)
        {
            if (name == _name || _peers.ContainsKey(name) || _peers.Count >= MaxPeers || ParseName(name) is null)
                continue;
            if (!IsAlive(name))
            {
                TryDelete(Path.Join(_folder, name));
                continue;
            }

            // A run inside a run is part of the outer one's job already, and neither is the other's neighbour.
            if (ParseName(name) is { } peerParts && peerParts.Namespace == _namespace && (ProcessIdentity.IsAncestor(peerParts.Id, _processId) || ProcessIdentity.IsAncestor(_processId, peerParts.Id)))
                continue;
            var handle = _files.Open($"{_folder}/{name}", out var reason);
            if (reason is not null)
                continue;
            var peer = new Peer(handle);
            // CPU time before this run began does not count; all CPU time of a later run does.
            if (first && TryRead(peer, out var value))
                peer.Last = value;
            _peers.Add(name, peer);
        }
    }

    /// <summary>What a peer has reported since it was last asked.</summary>
    long ReadGrowth(Peer peer)
    {
        if (!TryRead(peer, out var value))
            return 0;
        var grown = Math.Max(0, value - peer.Last);
        peer.Last = Math.Max(peer.Last, value);
        return grown;
    }

    bool TryRead(Peer peer, out long value)
    {
        value = 0;
        var count = Libc.ReadAt(peer.Handle, _peerBuffer, 0);
        return count > 0 && KernelText.TryParseNumber(_peerBuffer.AsSpan(0, count), out value);
    }

    /// <summary>Whether the process a file names lives. One in another process namespace cannot be judged, and counts as alive.</summary>
    bool IsAlive(string name)
    {
        if (ParseName(name) is not { } parts)
            return false;
        if (parts.Boot != ParseName(_name)?.Boot)
            return false;
        return parts.Namespace != _namespace || ProcessIdentity.GetStartTicks(parts.Id) == parts.Start;
    }

    static (string Boot, string Namespace, int Id, long Start)? ParseName(string name)
    {
        var parts = name.Split('_');
        return parts.Length == 4 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? (parts[0], parts[1], id, start)
            : null;
    }

    /// <summary>The number in <c>pid:[4026531836]</c>.</summary>
    static string ReadPidNamespace() => SafeFileName.FromText(FileTree.Local.ReadLinkTarget("proc/self/ns/pid") ?? "0");

    static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's: it is for them, or for root, to remove.
        }
    }

    sealed class Peer(SafeFileHandle handle)
    {
        public SafeFileHandle Handle { get; } = handle;

        public long Last { get; set; }
    }
}
