using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Watching;

/// <summary>A process that runs already, with the machine as the settings describe it, as the job of a recording.</summary>
sealed class AttachedProcess : IDisposable
{
    readonly FollowedProcess _process;
    readonly Func<string, string?>? _ownVariables;

    AttachedProcess(FollowedProcess process, DiscoveryResult discovery, Func<string, string?>? ownVariables) =>
        (_process, Discovery, _ownVariables) = (process, discovery, ownVariables);

    /// <summary>Id of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it lives.</summary>
    public bool IsAlive => _process.IsAlive;

    /// <summary>Its command and arguments; empty if they cannot be read.</summary>
    public IReadOnlyList<string> Command => _process.Command;

    /// <summary>Name of a run of it that was given none.</summary>
    public string DefaultName => Command.Count > 0 ? Running.RunNames.FromCommand([.. Command]) : $"pid-{Id.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Finds a process and discovers the machine.</summary>
    /// <exception cref="InvalidInputException">There is no such process, or it is this one.</exception>
    public static AttachedProcess Find(int id, CommandContext context, Settings settings)
    {
        if (id == Environment.ProcessId)
            throw new InvalidInputException($"{id} is this process.");
        if (FollowedProcess.Find(id) is not { } process)
            throw new InvalidInputException($"there is no process {id}: '{(OperatingSystem.IsWindows() ? "tasklist" : "ps -e")}' lists them.");
        return new AttachedProcess(process, MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable)),
            ProcessIdentity.GetParentId(Environment.ProcessId) == id ? context.GetVariable : null);
    }

    /// <summary>The machine.</summary>
    public DiscoveryResult Discovery { get; }

    /// <summary>The process as the recorder of several ranks knows it.</summary>
    public RunHolder Identity => _process.Identity;

    /// <summary>Starts a recording of it.</summary>
    /// <param name="sink">Receives the run.</param>
    /// <param name="options">Project, tags, place; the command is added.</param>
    /// <param name="name">Name of the run; null to make it from the command.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isKept">Whether the run is kept, so that runs inside it are counted with it. Default: yes.</param>
    /// <exception cref="ProcessEndedException">It has ended.</exception>
    public RecordedRun Record(IRunSink sink, RecordingOptions options, string? name, TimeProvider time, bool isKept = true) =>
        CreateRecorder(sink, options, time, isKept).StartAsync(name ?? DefaultName).AsTask().GetAwaiter().GetResult();

    /// <summary>Creates a recorder of it, for one recording after another.</summary>
    /// <param name="sink">Receives the runs.</param>
    /// <param name="options">Project, tags, place; the command is added.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isKept">Whether the runs are kept, so that runs inside them are counted with them. Default: yes.</param>
    public RunRecorder CreateRecorder(IRunSink sink, RecordingOptions options, TimeProvider time, bool isKept = true) =>
        _process.CreateRecorder(Discovery, sink, options, time, isKept);

    /// <summary>Reads a variable of the process's environment, as it was at its start; null if it is not set or cannot be read.</summary>
    /// <remarks>
    /// If the process has itself started this tonne, it is the environment that it has given, which has what it set since:
    /// torch.multiprocessing sets the rank in a process that runs already.
    /// </remarks>
    public string? GetVariable(string name) => _ownVariables is not null ? _ownVariables(name) : _process.GetVariable(name);

    /// <inheritdoc/>
    public void Dispose() => Discovery.Dispose();
}
