namespace Tonne.Instruments.Processes;

/// <summary>Our own group in one hierarchy of control groups.</summary>
/// <param name="Version">1 or 2.</param>
/// <param name="Folder">Full path of the group's folder.</param>
/// <param name="Mount">Full path of the hierarchy's top as we see it.</param>
/// <param name="Controllers">Controllers mounted there, for version 1; empty for version 2.</param>
sealed record ControlGroupMembership(int Version, string Folder, string Mount, IReadOnlyList<string> Controllers)
{
    /// <summary>The groups from our own up to the top of the mount.</summary>
    public IEnumerable<string> EnumerateAncestors()
    {
        var folder = Folder;
        while (true)
        {
            yield return folder;
            if (folder.Length <= Mount.Length || Path.GetDirectoryName(folder) is not { Length: > 1 } above)
                yield break;
            folder = above;
        }
    }
}
