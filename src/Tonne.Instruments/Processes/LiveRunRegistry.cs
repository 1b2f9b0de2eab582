using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Processes;

/// <summary>Reports the CPU time of this run's job to the other live runs of the machine (<see cref="LiveRunFolder"/>), and reads theirs.</summary>
/// <remarks>
/// Of another run's file, its number, share and times are used, and no more of them than the machine could have computed in the time.
/// A sample writes the run's own number and reads that of each other run. The folder is checked once a second at most, and listed only if
/// it has changed. A run deletes its own file, and those of this user's runs that have ended.
/// A run of a process that another run follows already is part of that run's job: the two do not count each other, and the later one has the
/// earlier as its parent (<see cref="EnclosingRun"/>). Not thread safe.
/// </remarks>
sealed class LiveRunRegistry : IMeter, IDisposable
{
    /// <summary>Id of the meter for the CPU time of other runs.</summary>
    public const string MeterId = "peers:cpu";

    const int MaxPeers = 256;
    const int NumberLength = LiveRunFolder.NumberLength;
    const int TimesLength = LiveRunFolder.TimesLength;
    const long CheckIntervalNanoseconds = 1_000_000_000;

    readonly LiveRunFolder? _folder;
    readonly string _name;
    readonly int _followedId;
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
    /// <param name="folder">The folder. Default: <see cref="LiveRunFolder.DefaultLocation"/>.</param>
    /// <param name="isPartOfJob">Whether a process belongs to the job, so that a run it registered is inside this one. Default: what descends from
    /// this process does.</param>
    /// <param name="claim">What this run says of itself. Default: null, nothing.</param>
    /// <param name="time">The monotonic clock of the machine. Default: null, the system's.</param>
    /// <param name="onlyReads">Whether it reads the others without registering, because the run is not kept: nothing can be counted with it. Default: no.</param>
    public LiveRunRegistry(
        RunHolder holder, int threads, string folder = LiveRunFolder.DefaultLocation, Func<int, bool>? isPartOfJob = null, LiveRunClaim? claim = null, TimeProvider? time = null,
        bool onlyReads = false)
    {
        _time = time ?? TimeProvider.System;
        _claim = claim?.AsWritten();
        (_threads, _isPartOfJob, _followedId) = (threads, isPartOfJob ?? (static _ => false), _claim?.Follows?.Id ?? holder.ProcessId);
        _folder = LiveRunFolder.TryOpen(folder, out var path, out var refusal);
        _name = _folder?.CreateName(holder) ?? "";
        if (_folder is not null && !onlyReads)
        {
            // The process is one job, and its first run reports it to the others.
            EnclosingRun = _folder.FindRunOfThisProcess(_name);
            if (EnclosingRun is null)
            {
                _folder.DeleteIfOwn(_name);
                if (_folder.TryCreate(_name) is var (file, status))
                    (_ownFile, _ownStatus) = (file, status);
                else
                    refusal = "no file can be made in it";
                EnclosingRun = _folder.FindEnclosingRun(_followedId, _claim?.Machine, _name);
            }
        }

        RefusalReason = refusal is null ? null : $"{path}: {refusal}";
        if (_ownFile is not null)
        {
            Publish(0);
            if (_claim is not null)
            {
                var line = Encoding.ASCII.GetBytes(_claim.ToString());
                _ = Libc.WriteAt(_ownFile, line, LiveRunFolder.ClaimOffset);
                if (_claim.Share is not null)
                    _timesOffset = LiveRunFolder.ClaimOffset + line.Length;
            }
        }

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
            // Others hold no more than this run leaves. What is known late, and what has to be taken back because a meter never falls, is for the next reading.
            var free = (timestamp - _lastTimestamp) * _threads * (1 - (_claim?.Share ?? 0));
            var counted = Math.Clamp(held, 0, free);
            _heldNanoseconds += counted;
            _endedHeldNanoseconds = Math.Min(held - counted, 2 * CheckIntervalNanoseconds * _threads);
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

    /// <summary>
    /// Whether runs may have started or ended since the last listing: the folder has changed, a known run has ended, or the last listing
    /// is half a minute old. This costs a tenth of a listing.
    /// </summary>
    bool HasChanged(long timestamp)
    {
        _checkedAt = timestamp;
        if (_folder?.Status is not { } status)
            return false;
        if (status == _folderStatus && timestamp - _listedAt < 30 * CheckIntervalNanoseconds && _peers.Keys.All(name => _folder.IsAlive(name, _name)))
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
        foreach (var ended in _peers.Keys.Where(name => !names.Contains(name) || !_folder.IsAlive(name, _name)).ToArray())
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
            if (name == _name || _peers.ContainsKey(name) || _apart.Contains(name) || _peers.Count >= MaxPeers || !LiveRunFolder.IsName(name))
                continue;
            if (!_folder.IsAlive(name, _name))
            {
                _folder.DeleteIfOwn(name);
                continue;
            }

            var handle = _folder.OpenToRead(name);
            if (handle.IsInvalid)
                continue;
            var peer = new Peer(handle, LiveRunFolder.ReadClaim(handle, out var timesOffset), timesOffset) { HeldUntil = _begunAt };

            // A run of a process that another run follows is part of that run's job, so the two do not count each other.
            if (_folder.FindFollowed(name, peer.Claim) is { } other
                && (LiveRunFolder.IsSameOrParent(other, _followedId) || LiveRunFolder.IsSameOrParent(_followedId, other) || _isPartOfJob(other)))
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

    /// <summary>Reads the CPU time that another run has reported since it was last read, in ns.</summary>
    long ReadGrowth(Peer peer)
    {
        if (!TryRead(peer, out var value))
            return 0;
        var growth = Math.Max(0, value - peer.LastNanoseconds);
        peer.LastNanoseconds = Math.Max(peer.LastNanoseconds, value);
        return growth;
    }

    /// <summary>
    /// The thread time in ns that another run has held since this was last asked: its CPU time, or its share from its first sample to its last.
    /// Negative if it had ended before this was last asked.
    /// </summary>
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

    /// <summary>Reports the thread time that the other runs hold.</summary>
    sealed class HeldTimeMeter(LiveRunRegistry registry, string path) : IMeter
    {
        public MeterDescription Description { get; } = new("peers:held", Component.Cpu, MeterKind.CpuTime, MeterRole.PeersHeld,
            Note: $"{path}: thread time allocated to other live runs by Slurm, else their CPU time");

        public bool CountsFromOpening => true;

        public Reading Read(long timestamp) => Reading.FromValue((long)registry._heldNanoseconds);
    }

    sealed class Peer(SafeFileHandle handle, LiveRunClaim claim, int timesOffset)
    {
        public LiveRunClaim Claim { get; } = claim;

        public SafeFileHandle Handle { get; } = handle;

        public long LastNanoseconds { get; set; }

        /// <summary>Where the line of times would begin in its file.</summary>
        public int TimesOffset { get; } = timesOffset;

        /// <summary>Until when what it holds has been counted, ns of the monotonic clock.</summary>
        public long HeldUntil { get; set; }
    }
}
