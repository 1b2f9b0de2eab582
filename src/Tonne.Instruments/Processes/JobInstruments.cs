using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>Everything that follows one job: its CPU time, its memory, and the other live runs; the best way this machine allows.</summary>
/// <remarks>
/// Made before the job starts. The starter steps into <see cref="Enter"/>, starts the job, and steps back through <see cref="Return"/>; both are empty where no control group may be made.
/// Always the running kernel's, never a stand-in's. Not thread safe.
/// </remarks>
public sealed class JobInstruments : IJobProcesses, IDisposable
{
    const int MostNamed = 5;

    readonly JobControlGroup? _group;
    readonly ProcessFamily? _family;
    readonly LiveRuns _board;
    readonly JobCpuMeter _cpu;
    readonly Func<long> _reaped;
    readonly List<Doubt> _doubts = [];

    /// <summary>Gets ready for a job.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="holder">This process.</param>
    /// <param name="threads">Hardware threads of the machine.</param>
    /// <param name="reapedNanoseconds">CPU time of everything this process has reaped so far, in ns; asked from the sampler's thread.</param>
    /// <param name="isOwn">Processes that are tonne's own and no part of the job. Default: none.</param>
    /// <param name="board">Folder of the board of live runs. Default: <see cref="LiveRuns.UsualFolder"/>.</param>
    public JobInstruments(string runId, RunHolder holder, int threads, Func<long> reapedNanoseconds, Func<int, bool>? isOwn = null, string board = LiveRuns.UsualFolder)
    {
        _reaped = reapedNanoseconds;
        _board = new LiveRuns(holder, threads, board);
        _group = JobControlGroup.TryCreate(runId, out var refusals);
        if (_group is not null)
        {
            (Enter, Return) = (_group.Enter, _group.Return);
            _cpu = new JobCpuMeter(_group, _board);
            Meters = [_cpu, new JobMemoryMeter(_group), _board];
            return;
        }

        Refusals = refusals;
        _family = new ProcessFamily(isOwn ?? (static _ => false));
        _cpu = new JobCpuMeter(_family, reapedNanoseconds, _board);
        Meters = [_cpu, new JobMemoryMeter(_family), _board];
    }

    /// <summary>CPU time and memory of the job, CPU time of other live runs.</summary>
    public IReadOnlyList<IMeter> Meters { get; }

    /// <summary>Files to write <c>0</c> to, to step into the job's group; empty if there is none.</summary>
    public IReadOnlyList<string> Enter { get; } = [];

    /// <summary>Files to write <c>0</c> to, to step back.</summary>
    public IReadOnlyList<string> Return { get; } = [];

    /// <summary>Why there is no control group; empty if there is one.</summary>
    public IReadOnlyList<string> Refusals { get; } = [];

    /// <summary>CPU time in ns that the group was charged with and that is the starter's own: it stood in the group to start the job. Default 0.</summary>
    public long OwnNanoseconds
    {
        get => _cpu.OwnNanoseconds;
        set => _cpu.OwnNanoseconds = value;
    }

    /// <summary>Whether the kernel counts the job exactly.</summary>
    public bool IsExact => _group is not null;

    /// <inheritdoc/>
    public bool Contains(int processId) => _group?.Contains(processId) ?? _family!.Contains(processId);

    /// <summary>The job's CPU time when the command has ended, and what is unsure about it. Call before the last sample.</summary>
    /// <returns>CPU time in ns.</returns>
    public (long Nanoseconds, IReadOnlyList<Doubt> Doubts) Settle()
    {
        var (nanoseconds, doubt) = _cpu.Settle(_reaped());
        if (doubt is not null)
            _doubts.Add(doubt);
        var alive = (_group?.Processes() ?? _family?.Living ?? []).Where(id => OwnProcess.StartOf(id) is not null).ToArray();
        if (alive.Length > 0)
        {
            var names = alive.Take(MostNamed).Select(id => $"{NameOf(id)} ({id.ToString(CultureInfo.InvariantCulture)})");
            _doubts.Add(new Doubt("descendants-alive",
                $"{alive.Length} process{(alive.Length == 1 ? "" : "es")} of the job lived on when the command ended: {string.Join(", ", names)}{(alive.Length > MostNamed ? ", …" : "")}. What they use from here is not counted."));
        }

        return (nanoseconds, _doubts);
    }

    /// <summary>Leaves the board and removes the group; one in which processes still live is left to them.</summary>
    public void Dispose()
    {
        _board.Dispose();
        _group?.Dispose();
    }

    static string NameOf(int id) => FileTree.Own.ReadLine($"proc/{id.ToString(CultureInfo.InvariantCulture)}/comm") ?? "?";
}
