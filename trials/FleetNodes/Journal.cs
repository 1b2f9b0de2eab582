namespace Tonne.Trials.FleetNodes;

/// <summary>What a node has seen, for the trial that starts it: one file of lines, each written at once.</summary>
/// <param name="path">The file.</param>
sealed class Journal(string path)
{
    readonly Lock _lock = new();

    /// <summary>Adds a line. It is in the file when this returns, even if the process is killed.</summary>
    public void Write(FormattableString line)
    {
        lock (_lock)
            File.AppendAllText(path, FormattableString.Invariant(line) + "\n");
    }
}
