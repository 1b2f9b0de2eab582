using Tonne.Cli.Wrapping;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Metering;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>All meters of one run: the machine's, and what the job itself and other live runs use.</summary>
/// <remarks>The job's CPU time is its control group's where one may be made, else what we reaped and what lives.</remarks>
sealed class JobMeters : IDisposable
{
    readonly JobControlGroup? _group;
    readonly LiveRuns _board;
    readonly JobCpuMeter _cpu;
    Child? _child;

    public JobMeters(string runId, Discovery discovery)
    {
        RunId = runId;
        Holder = OwnProcess.Identity();
        Reservation = Reservation.Own();
        _board = new LiveRuns(Holder, discovery.Machine.Threads);
        _group = JobControlGroup.TryCreate(runId, out _);
        IMeter memory;
        if (_group is not null)
        {
            _cpu = new JobCpuMeter(_group, _board);
            memory = new JobMemoryMeter(_group);
            Placement = new CgroupPlacement(_group.Enter, _group.Return);
        }
        else
        {
            var family = new ProcessFamily(static _ => false);
            _cpu = new JobCpuMeter(family, ReapedNanoseconds, _board);
            memory = new JobMemoryMeter(family);
        }

        Meters = [.. discovery.Meters, _cpu, memory, _board];
    }

    /// <summary>Id of the run.</summary>
    public string RunId { get; }

    /// <summary>This process, so that others can tell whether it still lives.</summary>
    public RunHolder Holder { get; }

    /// <summary>What of the machine is set aside for the job.</summary>
    public Reservation Reservation { get; }

    /// <summary>The meters, in the order of the trace.</summary>
    public IReadOnlyList<IMeter> Meters { get; }

    /// <summary>The control groups the child starts in; null for ours.</summary>
    public CgroupPlacement? Placement { get; }

    /// <summary>The child whose use is to be counted.</summary>
    public void Follow(Child child)
    {
        _cpu.OwnNanoseconds = child.OwnInPlacementNanoseconds;
        _child = child;
    }

    /// <summary>The job's CPU time at its end, in ns, and who is still alive.</summary>
    public long Settle(ICollection<Doubt> doubts)
    {
        var (nanoseconds, doubt) = _cpu.Settle(ReapedNanoseconds());
        if (doubt is not null)
            doubts.Add(doubt);
        if (_group?.Processes() is { Count: > 0 } living)
        {
            var names = living.Take(5).Select(id => $"{NameOf(id)} ({id})");
            doubts.Add(new Doubt("descendants-alive", $"{living.Count} process(es) of the command outlived it: {string.Join(", ", names)}. What they use from here is not counted."));
        }

        return nanoseconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _board.Dispose();
        _group?.Dispose();
    }

    long ReapedNanoseconds() => _child?.ReapedCpu.Ticks * 100 ?? 0;

    static string NameOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/comm").Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}
