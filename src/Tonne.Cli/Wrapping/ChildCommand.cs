namespace Tonne.Cli.Wrapping;

/// <summary>A command as the user typed it, and what we add to it.</summary>
/// <param name="Arguments">The command and its arguments, at least one. Bytes that are no UTF-8 are taken from our own command line
/// when these arguments are its tail, so that the child gets what the user typed.</param>
sealed record ChildCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>Variables added to the environment we were given, replacing those of the same name. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Who hears the output. Default: nobody, and then the child writes directly to where we would.</summary>
    public IOutputListener? Listener { get; init; }

    /// <summary>Where its streams are; where they are not ours, nobody can hear the output. Default: ours.</summary>
    public ChildStreams Streams { get; init; }

    /// <summary>What the child is to get of what we were given. Default: what we have when it is started.</summary>
    public InheritedState? Inheritance { get; init; }

    /// <summary>The control groups the child starts in. Default: ours.</summary>
    public CgroupPlacement? Placement { get; init; }
}
