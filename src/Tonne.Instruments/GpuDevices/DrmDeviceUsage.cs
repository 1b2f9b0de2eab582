using Tonne.Hardware;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.GpuDevices;

/// <summary>The use of one graphics device by the job and by other processes: time at work, and holders.</summary>
sealed class DrmDeviceUsage
{
    readonly DrmProcessUsage _owner;
    readonly Func<long>? _busy;
    long _lastBusy = -1;
    double _job;
    double _others;

    /// <summary>Creates the use of a device.</summary>
    /// <param name="owner">Reads the processes.</param>
    /// <param name="slots">Places of the device on the bus; several if it is a board of several dies.</param>
    /// <param name="busy">Time at work of the device by itself, ns; null if it does not report it.</param>
    internal DrmDeviceUsage(DrmProcessUsage owner, IReadOnlyList<string> slots, Func<long>? busy) => (_owner, Slots, _busy) = (owner, slots, busy);

    /// <summary>Places of the device on the bus.</summary>
    internal IReadOnlyList<string> Slots { get; }

    /// <summary>Processes that hold the device, and those of the job; null if those of the job cannot be seen.</summary>
    internal (int All, int Job)? Holders { get; set; }

    /// <summary>Processes with queues of their own, which the time per open file does not include: others', the job's.</summary>
    internal (int Others, int Job) QueueHolders { get; set; }

    /// <summary>Adds what the processes have used since the last reading, ns, by their open files.</summary>
    internal void Add(double job, double others)
    {
        if (_busy is not null)
        {
            var now = _busy();
            var (jobs, all) = (QueueHolders.Job, QueueHolders.Job + QueueHolders.Others);
            // What the files do not explain is taken to be of the processes with queues of their own, equally.
            if (_lastBusy >= 0 && all > 0 && now - _lastBusy - job - others is > 0 and var uncounted)
                (job, others) = (job + (uncounted * jobs / all), others + (uncounted * (all - jobs) / all));
            _lastBusy = now;
        }

        (_job, _others) = (_job + job, _others + others);
    }

    /// <summary>The meters of the use.</summary>
    /// <param name="prefix">Their ids begin with it.</param>
    /// <param name="device">Number of the device.</param>
    /// <param name="reportsTime">Whether the device reports its time at work by itself; otherwise that of all processes is taken.</param>
    internal IEnumerable<IMeter> CreateMeters(string prefix, string device, bool reportsTime)
    {
        const string how = "/proc/PID/fdinfo: ";
        if (!reportsTime)
            yield return Create("time", MeterKind.DeviceTime, MeterRole.Busy, how + "time at work for all processes that can be seen", () => Reading.FromValue((long)(_job + _others)));
        yield return Create("job-time", MeterKind.DeviceTime, MeterRole.Job, how + "time at work for the job", () => Reading.FromValue((long)_job));
        yield return Create("process-time", MeterKind.DeviceTime, MeterRole.Processes, how + "time at work for all processes that can be seen", () => Reading.FromValue((long)(_job + _others)));
        yield return Create("holders", MeterKind.Holders, MeterRole.Busy, how + "processes that hold it", () => Read(Holders?.All));
        yield return Create("job-holders", MeterKind.Holders, MeterRole.Job, how + "processes of the job that hold it", () => Read(Holders?.Job));

        IMeter Create(string name, MeterKind kind, MeterRole role, string note, Func<Reading> read) =>
            new DrmUsageMeter(_owner, new MeterDescription($"{prefix}:{device}/{name}", Component.Gpu, kind, role, Device: device, Note: note), read);

        static Reading Read(int? count) => count is { } known ? Reading.FromValue(known) : Reading.FromGapReason("the open files of the job's processes may not be read");
    }
}
