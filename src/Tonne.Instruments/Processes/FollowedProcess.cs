using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Machines;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>A process that runs already, as the job of a recording.</summary>
public sealed class FollowedProcess
{
    readonly long _start;

    FollowedProcess(int id, long start) => (Id, _start) = (id, start);

    /// <summary>Id of the process.</summary>
    public int Id { get; }

    /// <summary>Whether it lives.</summary>
    public bool IsAlive => ProcessIdentity.GetStartTicks(Id) == _start;

    /// <summary>Its command and arguments; empty if they cannot be read.</summary>
    public IReadOnlyList<string> Command => ReadCommand(Id);

    /// <summary>The process as the recorder of several ranks knows it.</summary>
    public RunHolder Identity => new(ProcessIdentity.GetCurrent().BootId, Id, _start);

    /// <summary>Finds a process.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Null if there is none.</returns>
    public static FollowedProcess? Find(int id) => ProcessIdentity.GetStartTicks(id) is { } start ? new FollowedProcess(id, start) : null;

    /// <summary>Creates a recorder of it, for one recording after another.</summary>
    /// <param name="discovery">The machine; stays the caller's to dispose.</param>
    /// <param name="sink">Receives the runs.</param>
    /// <param name="options">Project, tags, place; the command is added.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isKept">Whether the runs are kept, so that runs inside them are counted with them. Default: yes.</param>
    /// <returns>The recorder; where the process has ended, starting a recording throws <see cref="ProcessEndedException"/>.</returns>
    public RunRecorder CreateRecorder(DiscoveryResult discovery, IRunSink sink, RecordingOptions options, TimeProvider time, bool isKept = true)
    {
        ArgumentNullException.ThrowIfNull(discovery);
        ArgumentNullException.ThrowIfNull(options);
        var holder = ProcessIdentity.GetCurrent();
        return new RunRecorder(
            id => new MachineJob(discovery, JobInstruments.FollowProcess(id, discovery.Machine.BootId, Id, holder, discovery.Machine.Threads, isKept: isKept)
                ?? throw new ProcessEndedException($"process {Id.ToString(CultureInfo.InvariantCulture)} has ended."), holder),
            sink, options with { Command = [.. Command] }, time);
    }

    /// <summary>The command and arguments of a process; empty if they cannot be read.</summary>
    /// <param name="id">Its id.</param>
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
    /// <remarks>So a process that a run has started is recorded as a part of that run.</remarks>
    /// <param name="name">The variable.</param>
    public string? GetVariable(string name)
    {
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
}
