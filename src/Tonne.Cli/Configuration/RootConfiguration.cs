using Tonne.Instruments.Files;

namespace Tonne.Cli.Configuration;

/// <summary>The configuration of a process with the rights of root that Slurm starts: what root wrote, and nothing of the job.</summary>
/// <remarks>
/// Files: <c>tonne.yaml</c> and, for what differs between nodes, <c>NODE.yaml</c> in <see cref="Folder"/>. Each is read only if it and all folders above it are
/// root's, and nobody else may write to them (<see cref="TrustedPath"/>). Variables that configure tonne, its libraries or the loader are not read, nor is the
/// tonne.yaml of a user or of the current folder.
/// </remarks>
sealed class RootConfiguration
{
    /// <summary>Folder of the files, unless the command of the prolog names another one.</summary>
    public const string DefaultFolder = "/etc/tonne";

    /// <summary>Folder of the ledger where no file says.</summary>
    public const string DefaultHome = "/var/lib/tonne";

    /// <summary>The option that names the folder; only root can write it into the prolog.</summary>
    public const string FolderOption = "--config";

    /// <summary>What of the environment is read: what slurmd sets for its prolog and epilog, and how to write texts.</summary>
    static readonly string[] _allowed =
    [
        "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "TERM", "TZ", "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL",
        "TONNE_TELEMETRY_PASSWORD", "TONNE_TELEMETRY_TOKEN",
    ];

    readonly string? _node;
    readonly Func<string, (string? Text, string? Problem)> _read;

    internal RootConfiguration(string folder, string? node, Func<string, (string? Text, string? Problem)> read) =>
        (Folder, _node, _read) = (folder, node, read);

    /// <summary>The folder of the files.</summary>
    public string Folder { get; }

    /// <summary>The files, with their precedence; later wins.</summary>
    public IEnumerable<(string Path, int Precedence)> Files =>
        _node is null ? [(Path.Combine(Folder, "tonne.yaml"), 1)] : [(Path.Combine(Folder, "tonne.yaml"), 1), (Path.Combine(Folder, _node + ".yaml"), 2)];

    /// <summary>Whether a process is one that Slurm, systemd or a timer starts with the rights of root: a verb of <c>tonne slurm</c> or
    /// <c>tonne agent</c>, or any command in a prolog or epilog.</summary>
    /// <remarks><c>tonne slurm settle</c> is not: people type it, and it runs <c>sacct</c> from their path.</remarks>
    /// <param name="args">The command line.</param>
    /// <param name="isPrivileged">Whether the process has the rights of root.</param>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    public static bool AppliesTo(string[] args, bool isPrivileged, Func<string, string?> getVariable) =>
        isPrivileged && (args is ["slurm", not "settle", ..] or ["slurm"] or ["agent", ..] || getVariable(
            "SLURM_SCRIPT_CONTEXT") is { Length: > 0 });

    /// <summary>The configuration of this process.</summary>
    /// <param name="args">The command line: the folder may be named in a verb of <c>tonne slurm</c>.</param>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    public static RootConfiguration Create(string[] args, Func<string, string?> getVariable)
    {
        var option = args is ["slurm" or "agent", ..] ? Array.IndexOf(args, FolderOption) : -1;
        var folder = option >= 0 && option + 1 < args.Length ? args[option + 1] : DefaultFolder;
        var node = getVariable("SLURMD_NODENAME") is { Length: > 0 and < 256 } name && name[0] != '.'
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_') ? name : null;
        return new RootConfiguration(folder, node, path => (TrustedPath.ReadText(path, out var problem), problem));
    }

    /// <summary>Whether a variable is read at all.</summary>
    public static bool Allows(string name) => name.StartsWith("SLURM", StringComparison.Ordinal) || Array.IndexOf(_allowed, name) >= 0;

    /// <summary>The keys and values of a file; none if there is no file. A file that is not trusted is a problem, as a wrong value is.</summary>
    public IReadOnlyList<(string Key, string Value, string Where)> Read(string path, List<string> problems)
    {
        var (text, problem) = _read(path);
        if (problem is not null)
            problems.Add($"{path} is not used: {problem}. It must be root's, as must all folders above it, and nobody else may write to them.");
        return text is null ? [] : SettingsFile.Parse(path, text, problems);
    }
}
