using Tonne.Ledgers.Calls;

namespace Tonne.Services.Imports;

/// <summary>Names of projects from the folders that an agent worked in.</summary>
/// <remarks>
/// The name of the nearest folder with a <c>.git</c>, if the folder is on this machine; otherwise the last name of the folder. No other
/// part of the path is kept.
/// </remarks>
/// <param name="replies">Gives the key of the hashes.</param>
/// <param name="areHashed">Whether names are replaced by keyed hashes.</param>
sealed class ProjectNames(ReplyLog replies, bool areHashed)
{
    const int MaxLength = 100;
    const int HashLength = 12;

    readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>The name of a folder's project; empty if the folder is.</summary>
    public string Find(string folder)
    {
        if (folder.Length == 0)
            return "";
        if (_names.TryGetValue(folder, out var known))
            return known;
        var name = GetLastName(FindRepository(folder) ?? folder);
        return _names[folder] = name.Length > 0 && areHashed ? Hash(replies, name) : name;
    }

    /// <summary>The hash that stands for a name.</summary>
    public static string Hash(ReplyLog replies, string name) => "project-" + replies.Hash("project\n" + name)[..HashLength];

    /// <summary>The last name of a path, also of one of another system.</summary>
    public static string GetLastName(string folder)
    {
        var trimmed = folder.TrimEnd('/', '\\');
        var name = trimmed[(trimmed.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return name.Length > MaxLength ? name[..(char.IsHighSurrogate(name[MaxLength - 1]) ? MaxLength - 1 : MaxLength)] : name;
    }

    static string? FindRepository(string folder)
    {
        if (!Path.IsPathFullyQualified(folder) || folder.Contains('\0', StringComparison.Ordinal))
            return null;
        for (var at = folder; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
        {
            if (Path.Exists(Path.Combine(at, ".git")))
                return at;
        }

        return null;
    }
}
