using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Amd;

/// <summary>
/// Busy time of a board in ns since its first reading: the share that each die reports (<c>gpu_busy_percent</c>), over the time since the
/// last reading, the dies' mean.
/// </summary>
sealed class AmdBusyTimeMeter(FileTree tree, IReadOnlyList<string> paths, MeterDescription description) : IMeter, IDisposable
{
    readonly PersistentFile[] _files = [.. paths.Select(path => tree.OpenPersistent(path))];
    long _last = long.MinValue;
    long _busy;

    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <summary>Busy time as of the last reading, ns.</summary>
    internal long Nanoseconds => Interlocked.Read(ref _busy);

    /// <inheritdoc/>
    public bool CountsFromOpening => true;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        long percent = 0;
        foreach (var file in _files)
        {
            if (!file.TryReadNumber(out var value, out var reason))
                return Reading.FromGapReason(reason ?? ReadFailure.Failed);
            if (value > 100)
                return Reading.FromGapReason(ReadFailure.Malformed);
            percent += value;
        }

        // After a gap the share of now stands for the time since the last share known.
        if (_last != long.MinValue && timestamp > _last)
            _busy += (timestamp - _last) / (100 * _files.Length) * percent;
        _last = timestamp;
        return Reading.FromValue(_busy);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }
}
