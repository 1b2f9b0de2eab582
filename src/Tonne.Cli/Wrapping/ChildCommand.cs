namespace Tonne.Cli.Wrapping;

/// <summary>A command as the user typed it, and what tonne adds to it.</summary>
/// <param name="Arguments">
/// The command and its arguments, at least one. If they are the end of our own command line, bytes that are not UTF-8 are taken from there,
/// so that the child gets what the user typed.
/// </param>
sealed record ChildCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>Variables added to our environment, replacing those of the same name. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The listener of the output. Default: none; the child then writes directly to our streams.</summary>
    public IOutputListener? Listener { get; init; }

    /// <summary>Where the child's streams are connected; a listener needs those of tonne. Default: to those of tonne.</summary>
    public ChildStreams Streams { get; init; }

    /// <summary>The signals and limits that the child gets. Default: ours when it is started.</summary>
    public InheritedState? Inheritance { get; init; }

    /// <summary>The control groups in which the child starts. Default: ours.</summary>
    public CgroupPlacement? Placement { get; init; }

    /// <summary>How the command is paused and continued. Default: null, it is not, and is a child of tonne.</summary>
    public PausableCommand? Pausable { get; init; }

    /// <summary>A child of tonne that is a helper and not part of the job; 0 for none. Default: none.</summary>
    public int HelperPid { get; init; }
}
