using Tonne.Instruments.Files;

namespace Tonne.Instruments.Processes;

/// <summary>Finds our own control groups: pure version 2, version 1, and the hybrid of both.</summary>
/// <remarks>Source: Linux, Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/cgroups.rst, and proc_pid_mountinfo(5).</remarks>
static class ControlGroupLocator
{
    /// <summary>The running kernel's places; never those of a stand-in.</summary>
    public static IReadOnlyList<ControlGroupMembership> ReadOwn() =>
        Parse(FileTree.Local.ReadText("proc/self/mountinfo") ?? "", FileTree.Local.ReadText("proc/self/cgroup") ?? "");

    /// <summary>Puts the list of mounts and the list of groups together.</summary>
    /// <param name="mountinfo"><c>/proc/self/mountinfo</c>.</param>
    /// <param name="groups"><c>/proc/self/cgroup</c>: <c>id:controllers:path</c>, for version 2 <c>0::path</c>.</param>
    public static IReadOnlyList<ControlGroupMembership> Parse(string mountinfo, string groups)
    {
        var paths = new List<(string[] Controllers, string Path)>();
        foreach (var line in groups.Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[2].StartsWith('/'))
                paths.Add((parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries), parts[2]));
        }

        var places = new List<ControlGroupMembership>();
        foreach (var line in mountinfo.Split('\n'))
        {
            // id parent device ROOT MOUNT options [optional …] - TYPE source SUPEROPTIONS
            var dash = line.IndexOf(" - ", StringComparison.Ordinal);
            if (dash < 0)
                continue;
            var (left, right) = (line[..dash].Split(' '), line[(dash + 3)..].Split(' '));
            if (left.Length < 5 || right.Length < 3 || right[0] is not ("cgroup" or "cgroup2"))
                continue;
            var (root, mount) = (Unescape(left[3]), Unescape(left[4]));
            var isSecond = right[0] == "cgroup2";
            var options = right[2].Split(',');
            var group = isSecond
                ? paths.Find(path => path.Controllers.Length == 0)
                : paths.Find(path => path.Controllers.Length > 0 && Array.TrueForAll(path.Controllers, options.Contains));
            if (group.Path is null || places.Exists(place => place.Mount == mount))
                continue;
            places.Add(new ControlGroupMembership(isSecond ? 2 : 1, ResolveFolder(mount, root, group.Path), mount, isSecond ? [] : group.Controllers));
        }

        return places;
    }

    /// <summary>The folder of a group, whose path counts from the hierarchy's top, under a mount that may show a part of it only.</summary>
    static string ResolveFolder(string mount, string root, string path)
    {
        if (path.Contains("/..", StringComparison.Ordinal))
            return mount;
        var inside = root == "/" ? path : path.StartsWith(root + "/", StringComparison.Ordinal) || path == root ? path[root.Length..] : "";
        return inside is "" or "/" ? mount : mount + inside;
    }

    /// <summary>Blanks in paths are written as octal, <c>\040</c>.</summary>
    static string Unescape(string text) =>
        text.Contains('\\') ? text.Replace(@"\040", " ", StringComparison.Ordinal).Replace(@"\011", "\t", StringComparison.Ordinal).Replace(@"\012", "\n", StringComparison.Ordinal).Replace(@"\134", @"\", StringComparison.Ordinal) : text;
}
