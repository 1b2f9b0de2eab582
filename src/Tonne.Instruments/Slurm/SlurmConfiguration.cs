using System.Globalization;
using Tonne.Runs;

namespace Tonne.Instruments.Slurm;

/// <summary>Reads how many CPUs a node has from <c>slurm.conf</c>: what Slurm counts as a CPU, a core or a hardware thread, is decided there.</summary>
/// <remarks>
/// Source: slurm.conf(5), "NODE CONFIGURATION": <c>CPUs</c>, else boards × sockets × cores × threads; values of the node <c>DEFAULT</c> apply to the lines
/// below it; keys in upper or lower case; <c>Include</c> relative to the folder of the file; a line goes on after <c>\</c>.
/// </remarks>
static class SlurmConfiguration
{
    const int MaxFileBytes = 16 * 1024 * 1024;
    const int MaxIncludes = 32;

    /// <summary>Places of the file, after <c>SLURM_CONF</c>: a usual installation, and what slurmd has fetched where nodes have no files.</summary>
    static readonly string[] _places = ["/etc/slurm/slurm.conf", "/run/slurm/conf/slurm.conf", "/etc/slurm-llnl/slurm.conf"];

    /// <summary>CPUs of a node; null if no file says.</summary>
    /// <param name="node">Slurm's name of the node.</param>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    public static int? FindCpus(string node, Func<string, string?> getVariable)
    {
        foreach (var path in getVariable("SLURM_CONF") is { Length: > 0 } given ? [given] : _places)
        {
            if (ReadFile(path) is { } text)
                return FindCpus(text, node, name => ReadFile(Path.Combine(Path.GetDirectoryName(path) ?? "/", name)));
        }

        return null;
    }

    /// <summary>CPUs of a node by the text of the file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="node">Slurm's name of the node.</param>
    /// <param name="include">Reads a file that it includes; null if that cannot be read.</param>
    internal static int? FindCpus(string text, string node, Func<string, string?> include)
    {
        var defaults = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var includes = 0;
        return Find(text);

        int? Find(string part)
        {
            foreach (var line in ReadLines(part))
            {
                if (line.StartsWith("include", StringComparison.OrdinalIgnoreCase) && line.Length > 8 && char.IsWhiteSpace(line[7]))
                {
                    if (++includes <= MaxIncludes && include(line[8..].Trim()) is { } included && Find(included) is { } found)
                        return found;
                    continue;
                }

                if (!line.StartsWith("NodeName", StringComparison.OrdinalIgnoreCase))
                    continue;
                var values = ParseValues(line);
                var names = values.GetValueOrDefault("NodeName", "");
                if (names.Equals("DEFAULT", StringComparison.OrdinalIgnoreCase))
                {
                    foreach (var (key, value) in values)
                        defaults[key] = value;
                }
                else if (HostList.TryExpand(names, out var nodes) && nodes.Contains(node, StringComparer.Ordinal))
                {
                    return CountCpus(key => values.GetValueOrDefault(key) ?? defaults.GetValueOrDefault(key));
                }
            }

            return null;
        }
    }

    static int? CountCpus(Func<string, string?> value)
    {
        if ((Count("CPUs") ?? Count("Procs")) is { } cpus)
            return cpus;
        int? sockets = Count("Sockets") ?? (Count("SocketsPerBoard") is { } each ? each * (Count("Boards") ?? 1) : null);
        if (sockets is null && Count("CoresPerSocket") is null && Count("ThreadsPerCore") is null)
            return null;
        var product = (long)(sockets ?? 1) * (Count("CoresPerSocket") ?? 1) * (Count("ThreadsPerCore") ?? 1);
        return product <= int.MaxValue ? (int)product : null;

        int? Count(string key) => int.TryParse(value(key), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 1_000_000 ? count : null;
    }

    static IEnumerable<string> ReadLines(string text)
    {
        var open = "";
        foreach (var raw in text.Split('\n'))
        {
            var comment = raw.IndexOf('#', StringComparison.Ordinal);
            var line = (comment < 0 ? raw : raw[..comment]).TrimEnd();
            if (line.EndsWith('\\'))
            {
                open += line[..^1] + " ";
                continue;
            }

            yield return (open + line).Trim();
            open = "";
        }

        yield return open.Trim();
    }

    static Dictionary<string, string> ParseValues(string line)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var word in line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign)
                values[word[..sign]] = word[(sign + 1)..];
        }

        return values;
    }

    static string? ReadFile(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: < MaxFileBytes } ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
