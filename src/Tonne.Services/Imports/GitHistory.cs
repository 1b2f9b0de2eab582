using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Tonne.Services.Imports;

/// <summary>The commits of a repository, read by <c>git log</c>.</summary>
/// <param name="Name">Name of the repository's folder.</param>
/// <param name="Commits">The commits that the current one builds on and itself, the oldest first.</param>
public sealed record GitHistory(string Name, ImmutableArray<Commit> Commits)
{
    /// <summary>Reads the commits of a repository.</summary>
    /// <param name="folder">The repository, or a folder in it.</param>
    /// <exception cref="IOException">There is no git, or the folder is not in a repository.</exception>
    public static GitHistory Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var root = Run(folder, "rev-parse", "--show-toplevel").TrimEnd('\r', '\n');
        return new GitHistory(ProjectNames.GetLastName(root), Parse(Run(folder, "log", "--format=%H%x09%cI")));
    }

    /// <summary>Reads lines of hash, tab and time.</summary>
    internal static ImmutableArray<Commit> Parse(string text) =>
    [
        .. text.Split('\n').Select(line => line.TrimEnd('\r').Split('\t')).Where(parts => parts.Length == 2)
            .Select(parts => DateTimeOffset.TryParse(parts[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? new Commit(parts[0], time.ToUniversalTime()) : null)
            .OfType<Commit>().Reverse().OrderBy(commit => commit.Time),
    ];

    static string Run(string folder, params string[] words)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. words])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        try
        {
            using var process = Process.Start(start) ?? throw new IOException("git did not start");
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? text
                : throw new IOException($"git {words[0]} failed in '{folder}': {error.GetAwaiter().GetResult().Trim()}");
        }
        catch (Win32Exception error)
        {
            throw new IOException($"git cannot be started: {error.Message}", error);
        }
    }
}
