using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Slurm;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>Resident memory of the job's living processes in bytes.</summary>
/// <remarks>
/// Σ of resident pages (<c>/proc/PID/statm</c>); pages that processes share are counted in each, since asking for proportional sizes walks every page and costs ms.
/// Refreshed at each of the first three samples, then after 5 s or ten samples, whichever is later.
/// </remarks>
sealed class JobMemoryMeter : IMeter
{
    /// <summary>Id of the meter.</summary>
    public const string MeterId = "job:memory";

    /// <summary>So many readings come with the first samples, for runs of a few seconds.</summary>
    const int InitialReadings = 3;

    /// <summary>After them, samples between readings at least.</summary>
    const int MinSamplesBetween = 10;

    readonly Func<IEnumerable<int>> _processes;
    readonly FileTree _files;
    readonly CostThrottle _pace = new(TimeSpan.FromSeconds(5), InitialReadings);
    readonly Action _sum;
    readonly byte[] _buffer = new byte[256];
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

    internal JobMemoryMeter(Func<IEnumerable<int>> processes, FileTree files) => (_processes, _files, _sum) = (processes, files, Sum);

    /// <inheritdoc/>
    public MeterDescription Description { get; } = new(
        MeterId, Component.Memory, MeterKind.Memory, MeterRole.Job, Note: "/proc/PID/statm: resident pages of living processes; shared pages count in each");

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (++_since >= MinSamplesBetween || _pace.IsInitial)
            _pace.Run(timestamp, _sum);
        return Reading.FromValue(_bytes);
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
