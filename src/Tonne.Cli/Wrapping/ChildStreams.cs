namespace Tonne.Cli.Wrapping;

/// <summary>Where the child's standard streams are connected.</summary>
enum ChildStreams
{
    /// <summary>To our streams, through tonne if there is a listener.</summary>
    Inherited,

    /// <summary>Nowhere: it reads nothing, and its output is dropped.</summary>
    Discarded,

    /// <summary>It reads nothing, and all its output goes to our standard error.</summary>
    StandardError,
}
