namespace Tonne.Cli.Wrapping;

/// <summary>The origin of a block of the child's output.</summary>
enum OutputStream
{
    /// <summary>Standard output alone.</summary>
    Output,

    /// <summary>Standard error alone.</summary>
    Error,

    /// <summary>Both, in the order they were written: they are one open file (`2>&amp;1`, or one terminal).</summary>
    Merged,
}
