using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Watching;

/// <summary>A process that runs already, as the job of a recording.</summary>
sealed class AttachedProcess : IDisposable
{
    readonly DiscoveryResult _discovery;
    readonly long _start;
    readonly Func<string, string?>? _ownVariables;

    AttachedProcess(int id, long start, DiscoveryResult discovery, Func<string, string?>? ownVariables) =>
        (Id, _start, _discovery, _ownVariables) = (id, start, discovery, ownVariables);

    /// <summary>Id of the process.</summary>
    public int Id { get; }

    /// <summary>Whether it lives.</summary>
    public bool IsAlive => ProcessIdentity.GetStartTicks(Id) == _start;

    /// <summary>Its command and arguments; empty if they cannot be read.</summary>
    public IReadOnlyList<string> Command => ReadCommand(Id);

    /// <summary>Name of a run of it that was given none.</summary>
    public string DefaultName => Command.Count > 0 ? Running.RunNames.FromCommand([.. Command]) : $"pid-{Id.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Finds a process and discovers the machine.</summary>
    /// <exception cref="InvalidInputException">There is no such process, or it is this one.</exception>
    public static AttachedProcess Find(int id, CommandContext context, Settings settings)
    {
        if (id == Environment.ProcessId)
            throw new InvalidInputException($"{id} is this process.");
        if (ProcessIdentity.GetStartTicks(id) is not { } start)
            throw new InvalidInputException($"there is no process {id}: '{(OperatingSystem.IsWindows() ? "tasklist" : "ps -e")}' lists them.");
        return new AttachedProcess(id, start, MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable)),
            ProcessIdentity.GetParentId(Environment.ProcessId) == id ? context.GetVariable : null);
    }

    /// <summary>The machine.</summary>
    public DiscoveryResult Discovery => _discovery;

    /// <summary>The process as the recorder of several ranks knows it.</summary>
    public RunHolder Identity => new(ProcessIdentity.GetCurrent().BootId, Id, _start);

    /// <summary>Starts a recording of it.</summary>
    /// <param name="sink">Receives the run.</param>
    /// <param name="options">Project, tags, place; the command is added.</param>
    /// <param name="name">Name of the run; null to make it from the command.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isKept">Whether the run is kept, so that runs inside it are counted with it. Default: yes.</param>
    /// <exception cref="InvalidInputException">It has ended.</exception>
    public RecordedRun Record(IRunSink sink, RecordingOptions options, string? name, TimeProvider time, bool isKept = true) =>
        CreateRecorder(sink, options, time, isKept).StartAsync(name ?? DefaultName).AsTask().GetAwaiter().GetResult();

    /// <summary>Creates a recorder of it, for one recording after another.</summary>
    /// <param name="sink">Receives the runs.</param>
    /// <param name="options">Project, tags, place; the command is added.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isKept">Whether the runs are kept, so that runs inside them are counted with them. Default: yes.</param>
    public RunRecorder CreateRecorder(IRunSink sink, RecordingOptions options, TimeProvider time, bool isKept = true)
    {
        var holder = ProcessIdentity.GetCurrent();
        return new RunRecorder(
            id => new MachineJob(_discovery, JobInstruments.FollowProcess(id, _discovery.Machine.BootId, Id, holder, _discovery.Machine.Threads, isKept: isKept) ?? throw new InvalidInputException($"process {Id} has ended."), holder),
            sink, options with { Command = [.. Command] }, time);
    }

    /// <summary>The command and arguments of a process; empty if they cannot be read.</summary>
    public static IReadOnlyList<string> ReadCommand(int id)
    {
        if (HostSystem.Current is not null)
            return HostSystem.GetProcessName(id) is not "?" and var name ? [name] : [];
        try
        {
            return File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads a variable of the process's environment, as it was at its start; null if it is not set or cannot be read.</summary>
    /// <remarks>
    /// So a process that a run has started is recorded as a part of that run. If the process has itself started this tonne, it is the environment that
    /// it has given, which has what it set since: torch.multiprocessing sets the rank in a process that runs already.
    /// </remarks>
    public string? GetVariable(string name)
    {
        if (_ownVariables is not null)
            return _ownVariables(name);
        try
        {
            return File.ReadAllText($"/proc/{Id.ToString(CultureInfo.InvariantCulture)}/environ").Split('\0')
                .Where(entry => entry.StartsWith(name + "=", StringComparison.Ordinal)).Select(entry => entry[(name.Length + 1)..]).FirstOrDefault();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Ids of the processes that run a Jupyter kernel.</summary>
    public static IReadOnlyList<int> FindJupyterKernels() =>
    [
        .. FileTree.Local.ListNames("proc").Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && ReadCommand(id) is var words && words.Any(word => word.Contains("ipykernel_launcher", StringComparison.Ordinal) || word == "ipykernel"))
            .Order(),
    ];

    /// <inheritdoc/>
    public void Dispose() => _discovery.Dispose();
}
