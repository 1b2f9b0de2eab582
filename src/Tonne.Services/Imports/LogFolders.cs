namespace Tonne.Services.Imports;

/// <summary>Where agents keep their logs, and the files in there.</summary>
public static class LogFolders
{
    const string Pattern = "*.jsonl";

    /// <summary>
    /// The transcripts of Claude Code: <c>CLAUDE_CONFIG_DIR/projects</c>, else <c>.claude/projects</c> in the user's folder.
    /// </summary>
    /// <param name="getVariable">Reads an environment variable.</param>
    /// <param name="userFolder">The user's folder.</param>
    public static string GetClaudeCode(Func<string, string?> getVariable, string userFolder)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        return Path.Combine(
            getVariable("CLAUDE_CONFIG_DIR") is { Length: > 0 } folder ? folder : Path.Combine(userFolder, ".claude"), "projects");
    }

    /// <summary>The sessions of the Codex CLI: <c>CODEX_HOME/sessions</c>, else <c>.codex/sessions</c> in the user's folder.</summary>
    /// <param name="getVariable">Reads an environment variable.</param>
    /// <param name="userFolder">The user's folder.</param>
    public static string GetCodex(Func<string, string?> getVariable, string userFolder)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        return Path.Combine(getVariable("CODEX_HOME") is { Length: > 0 } folder ? folder : Path.Combine(userFolder, ".codex"), "sessions");
    }

    /// <summary>The files in and below a folder whose names end in .jsonl, in the order of their names; a file as it is.</summary>
    /// <param name="path">Folder or file. Folders that cannot be read, and links to folders, are passed over.</param>
    public static IReadOnlyList<string> FindFiles(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        var files = Directory.GetFiles(path, Pattern, new EnumerationOptions
        {
            RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint,
        });
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
