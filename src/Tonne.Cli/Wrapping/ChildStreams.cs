namespace Tonne.Cli.Wrapping;

/// <summary>Where the child's standard streams are.</summary>
enum ChildStreams
{
    /// <summary>Where ours are, through us if somebody listens.</summary>
    Inherited,

    /// <summary>Nowhere: it reads nothing, and what it writes is dropped.</summary>
    Discarded,

    /// <summary>It reads nothing, and all it writes goes to our standard error.</summary>
    StandardError,
}
