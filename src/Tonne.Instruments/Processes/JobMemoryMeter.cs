using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Slurm;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>Memory of the job's living processes in bytes: their proportional resident sizes, in which a page that n processes share counts as 1/n.</summary>
/// <remarks>
/// Proportional sizes (<c>/proc/PID/smaps_rollup</c>) walk every page: some 10 ms a gigabyte of small pages. So they are read rarely, and resident sizes (<c>/proc/PID/statm</c>, some µs) are
/// multiplied by the last ratio of the two. Resident sizes are refreshed at each of the first three samples, then after 5 s or ten samples, whichever is later; the ratio after 20 s
/// at least, so that it costs at most 0.5 % of one processor, and only while a reading is expected to take at most 50 ms. Until then, and where proportional sizes cannot be read (Linux
/// before 4.14, another user's process), shared pages count in each process.
/// Source: Linux, Documentation/ABI/testing/procfs-smaps_rollup.
/// </remarks>
sealed class JobMemoryMeter : IMeter
{
    /// <summary>Id of the meter.</summary>
    public const string MeterId = "job:memory";

    /// <summary>So many readings come with the first samples, for runs of a few seconds.</summary>
    const int InitialReadings = 3;

    /// <summary>After them, samples between readings at least.</summary>
    const int MinSamplesBetween = 10;

    /// <summary>Resident bytes up to which the ratio is read: at 10 ms a gigabyte, 50 ms.</summary>
    internal const long MaxRatioBytes = 5L << 30;

    /// <summary>A job changes much in its first seconds, so the ratio is not read before so many readings.</summary>
    const int ReadingsBeforeRatio = 2;

    readonly Func<IEnumerable<int>> _processes;
    readonly FileTree _files;
    readonly CostThrottle _pace = new(TimeSpan.FromSeconds(5), InitialReadings);
    readonly Action _sum;
    readonly CostThrottle _ratioPace = new(TimeSpan.FromSeconds(20), initialRuns: 0);
    readonly Action _measureRatio;
    readonly byte[] _buffer = new byte[4096];
    double _ratio = 1;
    int _readings;
    int _since = MinSamplesBetween;
    long _bytes;

    /// <summary>A meter over a control group.</summary>
    public JobMemoryMeter(JobControlGroup group)
        : this(group.ListProcessIds, FileTree.Local)
    {
    }

    /// <summary>A meter over living descendants.</summary>
    public JobMemoryMeter(ProcessTree descendants)
        : this(() => descendants.LiveIds, FileTree.Local)
    {
    }

    /// <summary>A meter over the processes of a job of Slurm.</summary>
    public JobMemoryMeter(SlurmJobProcesses job)
        : this(() => job.LiveIds, FileTree.Local)
    {
    }

    /// <summary>A meter over this process and its living descendants.</summary>
    public static JobMemoryMeter OfThisProcess(ProcessTree descendants) =>
        new(() => [Environment.ProcessId, .. descendants.LiveIds], FileTree.Local);

    internal JobMemoryMeter(Func<IEnumerable<int>> processes, FileTree files) => (_processes, _files, _sum, _measureRatio) = (processes, files, Sum, MeasureRatio);

    /// <inheritdoc/>
    public MeterDescription Description { get; } = new(
        MeterId, Component.Memory, MeterKind.Memory, MeterRole.Job, Note: "/proc/PID/statm: resident pages of living processes, times their proportional share by /proc/PID/smaps_rollup");

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (++_since >= MinSamplesBetween || _pace.IsInitial)
        {
            _pace.Run(timestamp, _sum);
            if (++_readings > ReadingsBeforeRatio && _bytes is > 0 and <= MaxRatioBytes)
                _ratioPace.Run(timestamp, _measureRatio);
        }

        return Reading.FromValue((long)(_bytes * _ratio));
    }

    /// <summary>Measures the ratio of proportional to resident size over the processes that allow it; the others are taken to share alike.</summary>
    void MeasureRatio()
    {
        long resident = 0, proportional = 0;
        foreach (var id in _processes())
        {
            var length = _files.ReadInto($"proc/{id.ToString(CultureInfo.InvariantCulture)}/smaps_rollup", _buffer, out var reason);
            if (reason is not null)
                continue;
            var (all, own) = (-1L, -1L);
            var text = _buffer.AsSpan(0, length);
            foreach (var range in text.Split((byte)'\n'))
            {
                ReadOnlySpan<byte> line = text[range];
                if (line.StartsWith("Rss:"u8))
                    all = ReadKibibytes(line[4..]);
                else if (line.StartsWith("Pss:"u8))
                    own = ReadKibibytes(line[4..]);
            }

            if (all < 0 || own < 0)
                continue;
            (resident, proportional) = (resident + all, proportional + Math.Min(own, all));
        }

        _ratio = resident > 0 ? (double)proportional / resident : 1;

        static long ReadKibibytes(ReadOnlySpan<byte> text)
        {
            text = text.TrimStart((byte)' ');
            return KernelText.TryReadNumber(ref text, out var kibibytes) && kibibytes <= long.MaxValue / 65536 ? kibibytes : -1;
        }
    }

    void Sum()
    {
        _since = 0;
        long sum = 0;
        foreach (var id in _processes())
        {
            var length = _files.ReadInto($"proc/{id.ToString(CultureInfo.InvariantCulture)}/statm", _buffer, out _);
            ReadOnlySpan<byte> text = _buffer.AsSpan(0, length);
            if (KernelText.TryReadNumber(ref text, out _) && KernelText.TryReadNumber(ref text, out var pages) && pages <= long.MaxValue / Environment.SystemPageSize / 4096)
                sum += pages * Environment.SystemPageSize;
        }

        _bytes = sum;
    }
}
