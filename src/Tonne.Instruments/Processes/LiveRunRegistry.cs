using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Processes;

/// <summary>A folder in which the live runs of one machine report the CPU time of their jobs to each other.</summary>
/// <remarks>
/// It has one small file for each run, named by boot, process namespace, process id and start time. The file contains one number: the CPU
/// time in ns, as 19 digits; a line of what the run says of itself (<see cref="LiveRunClaim"/>); and, if a scheduler has allocated a share of the
/// machine to it, a line with the time of its first sample and of its last one, ns of the monotonic clock, 0 if not yet.
/// Runs of all users share <see cref="DefaultFolder"/> if it is root's (a run of root makes it, mode 1777, or the administrator). Otherwise
/// each user has a folder of their own beside it, mode 0700. No link is followed, and another user's folder is refused
/// (<see cref="TrustedFolder"/>).
/// Of another run's file, only the number is used, and no more of it than the machine could have computed in the time. A run deletes its own
/// file, and files of this user's runs that have ended: regular files with such a name and such a content. It deletes nothing else.
/// A sample writes the run's own number and reads that of each other run. The folder is checked once a second at most, and listed only if
/// it has changed.
/// A run of a process that another run follows already is part of that run's job: the two do not count each other, and the later one has the
/// earlier as its parent (<see cref="EnclosingRun"/>). Not thread safe.
/// </remarks>
sealed class LiveRunRegistry : IMeter, IDisposable
{
    /// <summary>Id of the meter for the CPU time of other runs.</summary>
    public const string MeterId = "peers:cpu";

    /// <summary>
    /// The default folder, for all users. It is not in the user's own temporary folder, so that all find it.
    /// </summary>
    public const string DefaultFolder = "/tmp/tonne-live";

    const int OwnerOnly = 0x1C0;
    const int StickyMode = 0x3FF;
    const int MaxPeers = 256;
    const int NumberLength = 19;
    const int TimesLength = (2 * NumberLength) + 2;
    const long CheckIntervalNanoseconds = 1_000_000_000;

    static readonly SearchValues<byte> _timesBytes = SearchValues.Create(" 0123456789"u8);

    readonly TrustedFolder? _folder;
    readonly string _name;
    readonly string _namespace;
    readonly int _processId;
    readonly int _threads;
    readonly Func<int, bool> _isPartOfJob;
    readonly SafeFileHandle? _ownFile;
    readonly FileStatus _ownStatus;
    readonly Dictionary<string, Peer> _peers = new(StringComparer.Ordinal);
    readonly byte[] _number = new byte[NumberLength + 1];
    readonly byte[] _peerBuffer = new byte[64];
    readonly LiveRunClaim? _claim;
    readonly TimeProvider _time;
    // Where the line of times begins in the own file; 0 if there is none.
    readonly int _timesOffset;
    readonly byte[] _timesLine = new byte[TimesLength];
    long _begunAt;
    long _readAt;
    volatile bool _isEnding;
    double _heldNanoseconds;
    // Runs that neither count this one nor are counted.
    readonly HashSet<string> _apart = new(StringComparer.Ordinal);
    long _listedAt = long.MinValue;
    long _checkedAt = long.MinValue / 2;
    FileStatus _folderStatus;
    long _lastTimestamp = long.MinValue;
    long _totalNanoseconds;
    
    // CPU time of runs that have ended, not yet added to the total.
    long _endedNanoseconds;
    double _endedHeldNanoseconds;

    /// <summary>Registers this run.</summary>
    /// <param name="holder">This process (<see cref="ProcessIdentity.GetCurrent"/>).</param>
    /// <param name="threads">Number of hardware threads of the machine, which limits the CPU time that other runs can have used.</param>
    /// <param name="folder">The folder. Default: <see cref="DefaultFolder"/>.</param>
    /// <param name="isPartOfJob">Whether a process belongs to the job, so that a run it registered is inside this one. Default: what descends from
    /// this process does.</param>
    /// <param name="claim">What this run says of itself. Default: null, nothing.</param>
    /// <param name="time">The monotonic clock of the machine. Default: null, the system's.</param>
    public LiveRunRegistry(
        RunHolder holder, int threads, string folder = DefaultFolder, Func<int, bool>? isPartOfJob = null, LiveRunClaim? claim = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _claim = claim?.AsWritten();
        (_processId, _threads, _isPartOfJob) = (holder.ProcessId, threads, isPartOfJob ?? (static _ => false));
        _namespace = ReadPidNamespace();
        _name = string.Create(CultureInfo.InvariantCulture,
            $"{SafeFileName.FromText(holder.BootId)}_{_namespace}_{holder.ProcessId}_{holder.ProcessStart}");
        _folder = OpenFolder(Path.GetFullPath(folder), out var path, out var refusal);
        if (_folder is not null && FindRunOfThisProcess() is { } first)
        {
            // The process is one job, and its first run reports it to the others.
            EnclosingRun = first;
        }
        else if (_folder is not null)
        {
            DeleteIfOwn(_name);
            _ownFile = _folder.CreateNew(_name);
            if (_ownFile.IsInvalid || _folder.GetStatus(_name) is not { } status)
                (_ownFile, refusal) = (null, "no file can be made in it");
            else
                _ownStatus = status;
        }

        RefusalReason = refusal is null ? null : $"{path}: {refusal}";
        if (_ownFile is not null)
        {
            Publish(0);
            if (_claim is not null)
            {
                var line = System.Text.Encoding.ASCII.GetBytes(_claim.ToString());
                _ = Libc.WriteAt(_ownFile, line, NumberLength + 1);
                if (_claim.Share is not null)
                    _timesOffset = NumberLength + 1 + line.Length;
            }
        }

        EnclosingRun ??= _folder is null ? null : FindEnclosingRun(_folder);
        HeldMeter = new HeldTimeMeter(this, path);
        Description = new MeterDescription(MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Peers,
            Note: $"{path}: CPU time reported by the jobs of other live runs; "
                + "runs that see another folder (containers, other users) are not seen");
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <summary>
    /// The thread time that the other runs hold, in ns: their allocated share × threads × time, else their CPU time. Of the last reading of this meter.
    /// </summary>
    public IMeter HeldMeter { get; }

    /// <inheritdoc/>
    public bool CountsFromOpening => true;

    /// <summary>Whether this run is registered.</summary>
    public bool IsRegistered => _ownFile is not null;

    /// <summary>Why this run is not registered; null if it is.</summary>
    public string? RefusalReason { get; }

    /// <summary>Id of a run of this user or of root that followed this run's process, or one of its parents, when this run began; null if none did.</summary>
    public string? EnclosingRun { get; }

    /// <summary>Number of other live runs at the last sample.</summary>
    public int Peers => _peers.Count;

    /// <summary>Reports the job's CPU time so far, in ns, to the other runs.</summary>
    public void Publish(long nanoseconds)
    {
        if (_ownFile is null)
            return;
        var number = _number.AsSpan();
        number[..NumberLength].Fill((byte)'0');
        Utf8Formatter.TryFormat(Math.Max(0, nanoseconds), number, out _, new StandardFormat('D', NumberLength));
        number[NumberLength] = (byte)'\n';
        _ = Libc.WriteAt(_ownFile, number, 0);
    }

    /// <summary>Reads the CPU time of the jobs of all other live runs since this run was registered, in ns; it never falls.</summary>
    public Reading Read(long timestamp)
    {
        _readAt = ReadClock();
        if (_begunAt == 0 || _isEnding)
        {
            _begunAt = _begunAt == 0 ? _readAt : _begunAt;
            PublishTimes(_isEnding ? _readAt : 0);
        }

        if (_listedAt == long.MinValue || (timestamp - _checkedAt >= CheckIntervalNanoseconds && HasChanged(timestamp)))
            RefreshPeers(timestamp);
        var newNanoseconds = _endedNanoseconds;
        _endedNanoseconds = 0;
        var held = _endedHeldNanoseconds;
        _endedHeldNanoseconds = 0;
        foreach (var peer in _peers.Values)
        {
            var growth = ReadGrowth(peer);
            newNanoseconds += growth;
            held += ReadHeld(peer, growth);
        }

        if (_lastTimestamp != long.MinValue)
        {
            // A number may have been reported one sample before it is read, so two seconds are added to the limit.
            var possibleNanoseconds = (timestamp - _lastTimestamp + (2 * CheckIntervalNanoseconds)) * _threads;
            _totalNanoseconds += Math.Clamp(possibleNanoseconds, 0, newNanoseconds);
            // A meter never falls, so what is taken back is kept from the next.
            _heldNanoseconds += Math.Clamp(held, 0, possibleNanoseconds);
            _endedHeldNanoseconds = Math.Min(0, held);
        }

        _lastTimestamp = timestamp;
        return Reading.FromValue(_totalNanoseconds);
    }

    /// <summary>Says that the next reading may be the last one, up to which the run holds its share.</summary>
    public void End() => _isEnding = true;

    /// <summary>Removes this run from the registry.</summary>
    public void Dispose()
    {
        foreach (var peer in _peers.Values)
            peer.Handle.Dispose();
        _peers.Clear();
        if (_ownFile is not null)
        {
            // The others still have it open.
            if (_readAt != 0)
                PublishTimes(_readAt);
            _ownFile.Dispose();
            _folder!.Delete(_name, _ownStatus);
        }

        _folder?.Dispose();
    }

    /// <summary>Opens the folder for all users, else this user's own.</summary>
    static TrustedFolder? OpenFolder(string folder, out string path, out string? refusal)
    {
        (path, refusal) = (folder, null);
        if (!OperatingSystem.IsLinux())
            return null;
        var isShared = folder == DefaultFolder;
        // An error shows when the folder is opened.
        if (!isShared)
            _ = Libc.CreateFolder(folder, OwnerOnly);
        else if (Libc.GetUser() == 0)
            _ = Libc.CreateFolder(folder, StickyMode);
        var opened = TrustedFolder.TryOpen(folder, out refusal);
        if (opened is not null || !isShared)
            return opened;
        path = string.Create(CultureInfo.InvariantCulture, $"{DefaultFolder}-{Libc.GetUser()}");
        _ = Libc.CreateFolder(path, OwnerOnly);
        return TrustedFolder.TryOpen(path, out refusal);
    }

    /// <summary>
    /// Whether runs may have started or ended since the last listing: the folder has changed, a known run has ended, or the last listing
    /// is half a minute old. This costs a tenth of a listing.
    /// </summary>
    bool HasChanged(long timestamp)
    {
        _checkedAt = timestamp;
        if (_folder?.Status is not { } status)
            return false;
        if (status == _folderStatus && timestamp - _listedAt < 30 * CheckIntervalNanoseconds && _peers.Keys.All(IsAlive))
            return false;
        _folderStatus = status;
        return true;
    }

    void RefreshPeers(long timestamp)
    {
        var isFirstListing = _listedAt == long.MinValue;
        _listedAt = timestamp;
        if (_folder is null)
            return;
        var names = _folder.ListNames();
        _apart.IntersectWith(names);
        foreach (var ended in _peers.Keys.Where(name => !names.Contains(name) || !IsAlive(name)).ToArray())
        {
            // The last number of the run can still be read from its file, which is open.
            var growth = ReadGrowth(_peers[ended]);
            _endedNanoseconds += growth;
            _endedHeldNanoseconds += ReadHeld(_peers[ended], growth);
            _peers[ended].Handle.Dispose();
            _peers.Remove(ended);
        }

        foreach (var name in names)
        {
            if (name == _name || _peers.ContainsKey(name) || _apart.Contains(name) || _peers.Count >= MaxPeers || ParseName(name) is null)
                continue;
            if (!IsAlive(name))
            {
                DeleteIfOwn(name);
                continue;
            }

            var handle = _folder.OpenToRead(name);
            if (handle.IsInvalid)
                continue;
            var peer = new Peer(handle, ReadClaim(handle, out var length)) { TimesOffset = NumberLength + 1 + length, HeldUntil = _begunAt };

            // A run of a process that another run follows is part of that run's job, so the two do not count each other.
            if (FindFollowed(name, peer.Claim) is { } other
                && (IsSameOrParent(other, FollowedId) || IsSameOrParent(FollowedId, other) || _isPartOfJob(other)))
            {
                handle.Dispose();
                continue;
            }

            if (_claim?.IsApartFrom(peer.Claim) == true)
            {
                _apart.Add(name);
                handle.Dispose();
                continue;
            }

            // Of a run that was there before this one, only CPU time from now on counts; of a later run, all of it.
            if (isFirstListing && TryRead(peer, out var value))
                peer.LastNanoseconds = value;
            _peers.Add(name, peer);
        }
    }

    /// <summary>The process whose job this run is.</summary>
    int FollowedId => _claim?.Follows?.Id ?? _processId;

    /// <summary>The process whose job another run is; null if it has ended or is in another namespace.</summary>
    int? FindFollowed(string name, LiveRunClaim claim)
    {
        if (ParseName(name) is not { } registered || registered.Namespace != _namespace)
            return null;
        if (claim.Follows is not { } followed)
            return registered.Id;
        return ProcessIdentity.GetStartTicks(followed.Id) == followed.Start ? followed.Id : null;
    }

    static bool IsSameOrParent(int process, int other) => process == other || ProcessIdentity.IsAncestor(process, other);

    /// <summary>The run that this process records already; null if there is none.</summary>
    string? FindRunOfThisProcess()
    {
        using var file = _folder!.OpenToRead(_name);
        return file.IsInvalid ? null : ReadTrustedClaim(file)?.Run;
    }

    /// <summary>Whether a run that a variable names may measure a process: not if it is live here and follows none of its parents.</summary>
    /// <remarks>A batch script under <c>tonne run</c> hands its variables to the tasks of <c>srun</c>, which are children of Slurm's daemon.</remarks>
    /// <param name="runId">Id of the run.</param>
    /// <param name="processId">The process.</param>
    /// <param name="folder">The folder of the live runs. Default: <see cref="DefaultFolder"/>, else this user's own.</param>
    internal static bool MayMeasure(string runId, int processId, string folder = DefaultFolder)
    {
        using var opened = OpenFolder(Path.GetFullPath(folder), out _, out _);
        var here = ReadPidNamespace();
        foreach (var name in opened?.ListNames() ?? [])
        {
            if (ParseName(name) is not { } registered || registered.Namespace != here)
                continue;
            using var file = opened!.OpenToRead(name);
            // The recorder of several ranks follows the commands of all of them, not only what descends from it.
            if (!file.IsInvalid && ReadTrustedClaim(file) is { IsRanked: false } claim && claim.Run == runId && claim.Follows is null
                && ProcessIdentity.GetStartTicks(registered.Id) == registered.Start)
                return IsSameOrParent(registered.Id, processId);
        }

        return true;
    }

    string? FindEnclosingRun(TrustedFolder folder)
    {
        foreach (var name in folder.ListNames())
        {
            if (name == _name || ParseName(name) is null || !IsAlive(name))
                continue;
            using var file = folder.OpenToRead(name);
            if (!file.IsInvalid && ReadTrustedClaim(file) is { Run: { } run } claim && (_claim?.Machine is null || claim.Machine == _claim.Machine)
                && FindFollowed(name, claim) is { } followed && IsSameOrParent(followed, FollowedId))
                return run;
        }

        return null;
    }

    /// <summary>What a run of this user or of root says of itself; null if the file is another user's, who could make runs vanish from sums.</summary>
    static LiveRunClaim? ReadTrustedClaim(SafeFileHandle file) =>
        Libc.GetStatus(file, "") is { } status && (status.Owner == 0 || status.Owner == Libc.GetUser()) ? ReadClaim(file, out _) : null;

    /// <summary>Reads the CPU time that another run has reported since it was last read, in ns.</summary>
    long ReadGrowth(Peer peer)
    {
        if (!TryRead(peer, out var value))
            return 0;
        var growth = Math.Max(0, value - peer.LastNanoseconds);
        peer.LastNanoseconds = Math.Max(peer.LastNanoseconds, value);
        return growth;
    }

    /// <summary>Reads what a run says of itself.</summary>
    /// <param name="handle">Its file.</param>
    /// <param name="length">Length of the line with its line feed, in bytes.</param>
    static LiveRunClaim ReadClaim(SafeFileHandle handle, out int length)
    {
        Span<byte> content = stackalloc byte[512];
        var line = content[..Math.Max(0, Libc.ReadAt(handle, content, NumberLength + 1))];
        length = line.IndexOf((byte)'\n') + 1;
        return LiveRunClaim.Parse(System.Text.Encoding.ASCII.GetString(length > 0 ? line[..length] : line));
    }

    /// <summary>The thread time in ns that another run has held since it was last asked for: its CPU time, or its share from its first sample to its last.
    /// Negative if it ended before it was asked for last.</summary>
    double ReadHeld(Peer peer, long growth)
    {
        if (peer.Claim.Share is not { } share)
            return growth;
        var (begun, ended) = (peer.HeldUntil, 0L);
        Span<byte> line = stackalloc byte[TimesLength];
        // A run of an earlier version says nothing of its times.
        if (Libc.ReadAt(peer.Handle, line, peer.TimesOffset) == TimesLength
            && (!KernelText.TryParseNumber(line[..NumberLength], out begun) || !KernelText.TryParseNumber(line.Slice(NumberLength + 1, NumberLength), out ended) || begun == 0))
            return 0;
        // Its last sample may be known only some time after it: what was counted beyond that is taken back.
        var from = Math.Min(Math.Max(begun, peer.HeldUntil), _readAt);
        var until = ended > 0 ? Math.Clamp(ended, Math.Min(begun, _readAt), _readAt) : _readAt;
        peer.HeldUntil = until;
        return share * _threads * (until - from);
    }

    void PublishTimes(long ended)
    {
        if (_ownFile is null || _timesOffset == 0)
            return;
        var line = _timesLine.AsSpan();
        var digits = new StandardFormat('D', NumberLength);
        Utf8Formatter.TryFormat(_begunAt, line, out _, digits);
        Utf8Formatter.TryFormat(ended, line[(NumberLength + 1)..], out _, digits);
        (line[NumberLength], line[^1]) = ((byte)' ', (byte)'\n');
        _ = Libc.WriteAt(_ownFile, line, _timesOffset);
    }

    long ReadClock() => _time.GetElapsedTime(0).Ticks * 100;

    bool TryRead(Peer peer, out long value)
    {
        value = 0;
        // Only the number; a claim follows it.
        var count = Libc.ReadAt(peer.Handle, _peerBuffer.AsSpan(0, NumberLength + 1), 0);
        return count > 0 && KernelText.TryParseNumber(_peerBuffer.AsSpan(0, count), out value);
    }

    /// <summary>
    /// Whether the process that a file name identifies is alive. A process in another namespace is invisible and counts as alive.
    /// </summary>
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
        return parts.Length == 4
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? (parts[0], parts[1], id, start)
            : null;
    }

    /// <summary>Reads the process namespace, as in <c>pid:[4026531836]</c>, as a safe part of a file name.</summary>
    static string ReadPidNamespace() => SafeFileName.FromText(FileTree.Local.ReadLinkTarget("proc/self/ns/pid") ?? "0");

    /// <summary>Deletes a file that a run of this user has made: by its name, its owner, its type and its content.</summary>
    void DeleteIfOwn(string name)
    {
        if (ParseName(name) is null
            || _folder!.GetStatus(name) is not { IsRegular: true, Links: 1, Size: >= NumberLength + 1 and < 512 } status
            || status.Owner != Libc.GetUser())
        {
            return;
        }

        using var file = _folder.OpenToRead(name);
        Span<byte> content = stackalloc byte[NumberLength + 1];
        if (!file.IsInvalid && Libc.ReadAt(file, content, 0) == NumberLength + 1 && IsClaim(file, status.Size - content.Length)
            && content[NumberLength] == '\n' && !content[..NumberLength].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            _folder.Delete(name, status);
        }
    }

    /// <summary>Whether what follows the number is nothing, or the lines that a run has written.</summary>
    static bool IsClaim(SafeFileHandle file, long length)
    {
        if (length == 0)
            return true;
        Span<byte> line = stackalloc byte[512];
        if (Libc.ReadAt(file, line, NumberLength + 1) != length)
            return false;
        var end = line.IndexOf((byte)'\n');
        return end >= 0 && !line[..end].ContainsAnyExceptInRange((byte)' ', (byte)'~') && line[..end].IndexOf("machine="u8) >= 0
            && (end + 1 == length || (end + 1 + TimesLength == length && !line[(end + 1)..(int)(length - 1)].ContainsAnyExcept(_timesBytes) && line[(int)length - 1] == '\n'));
    }

    /// <summary>Reports the thread time that the other runs hold.</summary>
    sealed class HeldTimeMeter(LiveRunRegistry registry, string path) : IMeter
    {
        public MeterDescription Description { get; } = new("peers:held", Component.Cpu, MeterKind.CpuTime, MeterRole.PeersHeld,
            Note: $"{path}: thread time allocated to other live runs by Slurm, else their CPU time");

        public bool CountsFromOpening => true;

        public Reading Read(long timestamp) => Reading.FromValue((long)registry._heldNanoseconds);
    }

    sealed class Peer(SafeFileHandle handle, LiveRunClaim claim)
    {
        public LiveRunClaim Claim { get; } = claim;

        public SafeFileHandle Handle { get; } = handle;

        public long LastNanoseconds { get; set; }

        /// <summary>Where the line of times would begin in its file.</summary>
        public int TimesOffset { get; init; }

        /// <summary>Until when what it holds has been counted, ns of the monotonic clock.</summary>
        public long HeldUntil { get; set; }
    }
}
