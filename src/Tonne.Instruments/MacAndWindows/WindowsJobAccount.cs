using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Tonne.Quantities;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Counts a job by a job object of Windows: every process that the command starts, ended ones too.</summary>
/// <remarks>
/// The command is put into the job before its first instruction. Processes may leave the job as they could without it
/// (JOB_OBJECT_LIMIT_BREAKAWAY_OK), and those that do are not
/// counted. Where the job cannot be made, or counts no time while its processes have some (Wine 8), the processes are looked at instead.
/// Source: Microsoft, Job Objects.
/// </remarks>
[SupportedOSPlatform("windows")]
sealed unsafe class WindowsJobAccount : IJobAccount
{
    const long NanosecondsPerFileTime = 100;
    const int MaxListed = 4096;

    readonly WindowsSystem _system;
    readonly Lock _gate = new();
    ProcessTreeAccount? _tree;
    nint _job;
    string? _refusal;
    bool _isTreeNeeded;
    long _highest;

    /// <summary>Makes the job object.</summary>
    public WindowsJobAccount(WindowsSystem system)
    {
        _system = system;
        _job = WindowsCalls.CreateJob(0, 0);
        if (_job == 0)
        {
            _refusal = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            return;
        }

        var limits = new WindowsCalls.JobLimits { Flags = WindowsCalls.BreakawayAllowed };
        _ = WindowsCalls.SetJobInformation(_job, WindowsCalls.ExtendedLimits, &limits, (uint)sizeof(WindowsCalls.JobLimits));
    }

    /// <inheritdoc/>
    public string Note => "job object of Windows: user and kernel time of every process of the job, however short-lived";

    /// <inheritdoc/>
    public IReadOnlyList<Warning> Warnings => !_isTreeNeeded ? [] :
    [
        new Warning("job-object-unusable",
            $"{(_refusal is null ? "The job object of Windows counts no CPU time here" : $"The command could not be put into a job object of Windows ({_refusal})")}: "
            + "the job's processes were looked at instead, and those that ended between two looks are missed."),
    ];

    /// <inheritdoc/>
    public void Add(int processId, nint handle)
    {
        lock (_gate)
        {
            if (_job != 0 && WindowsCalls.AssignToJob(_job, handle) == 0)
                _refusal = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            _tree = ProcessTreeAccount.OfNewProcess(_system, processId);
        }
    }

    /// <inheritdoc/>
    public long? ReadCpuNanoseconds()
    {
        lock (_gate)
        {
            if (_tree is null)
                return 0;
            var counted = _refusal is null ? QueryTime() : 0;
            if (counted == 0)
            {
                counted = _tree.ReadCpuNanoseconds() ?? 0;
                // The first time may have been counted between the two readings.
                _isTreeNeeded |= _refusal is not null || (counted > 0 && QueryTime() == 0);
            }

            return _highest = Math.Max(_highest, counted);
        }
    }

    /// <inheritdoc/>
    public long? ReadResidentBytes()
    {
        long sum = 0;
        foreach (var id in ListProcessIds())
        {
            using var process = _system.OpenProcess(id);
            sum += process?.Read()?.ResidentBytes ?? 0;
        }

        return sum;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> ListProcessIds()
    {
        lock (_gate)
        {
            if (_refusal is not null || _job == 0 || _isTreeNeeded)
                return _tree?.ListProcessIds() ?? [];
            // JOBOBJECT_BASIC_PROCESS_ID_LIST: two counts of 32 bits, then the ids in the size of a pointer.
            var list = new ulong[1 + MaxListed];
            fixed (ulong* start = list)
            {
                if (WindowsCalls.QueryJob(_job, WindowsCalls.ProcessIdList, start, (uint)list.Length * sizeof(ulong), out _) == 0
                    && Marshal.GetLastPInvokeError() != WindowsCalls.MoreData)
                    return _tree?.ListProcessIds() ?? [];
            }

            var count = (int)Math.Min(list[0] >> 32, MaxListed);
            return [.. list.Skip(1).Take(count).Select(static id => (int)(uint)(id & uint.MaxValue))];
        }
    }

    /// <inheritdoc/>
    public bool Contains(int processId) => ListProcessIds().Contains(processId);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _tree?.Dispose();
            if (_job != 0)
                _ = WindowsCalls.Close(_job);
            (_job, _refusal) = (0, "it is closed");
        }
    }

    /// <summary>User and kernel time of the job in ns; 0 if the job object reports none.</summary>
    long QueryTime()
    {
        var accounting = default(WindowsCalls.JobAccounting);
        return _job != 0
            && WindowsCalls.QueryJob(_job, WindowsCalls.BasicAccounting, &accounting, (uint)sizeof(WindowsCalls.JobAccounting), out _) != 0
            ? (accounting.UserTime + accounting.KernelTime) * NanosecondsPerFileTime : 0;
    }
}
