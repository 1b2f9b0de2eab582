using System.Diagnostics;
using System.Text;

namespace Tonne.Trials;

/// <summary>The built <c>tonne</c>, run with its own ledger and an environment without other settings of ours.</summary>
/// <remarks>Which one: <c>TONNE_UNDER_TEST</c>, else what <c>./tonne</c> has built, else the debug build.</remarks>
sealed class TonneCommand : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-trial-");

    /// <summary>Root of the repository.</summary>
    internal static string Repository { get; } = Above(AppContext.BaseDirectory);

    /// <summary>The executable.</summary>
    internal static string Executable { get; } = Found();

    /// <summary>A folder for this trial alone, removed at its end; the current folder of the commands.</summary>
    internal string Folder => _folder.FullName;

    /// <summary>Home of the ledger.</summary>
    internal string Home { get; set => field = Path.GetFullPath(value); } = "";

    /// <summary>Added to the environment of what is run.</summary>
    internal Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    internal TonneCommand() => Home = Path.Combine(Folder, "home");

    /// <summary>A path in <see cref="Folder"/>.</summary>
    internal string At(string name) => Path.Combine(Folder, name);

    /// <summary>Writes a file in <see cref="Folder"/>.</summary>
    internal string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>Runs <c>tonne</c> to its end.</summary>
    internal Task<Finished> RunAsync(params string[] words) => Finished.OfAsync(Start(words));

    /// <summary>Runs any command to its end in the same environment.</summary>
    internal Task<Finished> RunOtherAsync(params string[] words) => Finished.OfAsync(StartOther(words));

    /// <summary>Runs <c>tonne run --output …</c> to its end and reads what it wrote.</summary>
    internal async Task<(Finished Finished, RunJson Run)> MeasureAsync(string[] options, params string[] command)
    {
        var output = At($"run-{Guid.NewGuid():N}.json");
        var finished = await RunAsync(["run", "--output", output, .. options, "--", .. command]);
        Assert.True(File.Exists(output), $"no --output; exit code {finished.Code}, stderr: {finished.Error}");
        return (finished, new RunJson(await File.ReadAllTextAsync(output)));
    }

    /// <summary>Starts <c>tonne</c>.</summary>
    internal Process Start(params string[] words) => StartOther([Executable, .. words]);

    /// <summary>Starts any command in the same environment.</summary>
    internal Process StartOther(params string[] words)
    {
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("TONNE", StringComparison.Ordinal) || name.StartsWith("XDG_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["TONNE_HOME"] = Home;
        start.Environment["TONNE"] = Executable;
        start.Environment["HOME"] = Folder;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["NO_COLOR"] = "1";
        // Debian's Python, even if the path has another one first.
        start.Environment["PATH"] = "/usr/bin:/bin:" + start.Environment["PATH"];
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>The folder of a run in the ledger.</summary>
    internal string RunFolder(string id) => Path.Combine(Home, "runs", id[..4], id);

    /// <summary>The folders of all runs in the ledger, oldest first; not those that are being made.</summary>
    internal string[] RunFolders() => !Directory.Exists(Path.Combine(Home, "runs")) ? [] :
    [
        .. Directory.GetDirectories(Path.Combine(Home, "runs"), "*-*-*", SearchOption.AllDirectories)
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Order(StringComparer.Ordinal),
    ];

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process that outlives its trial still writes there; it is in the temporary folder.
        }
    }

    static string Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Tonne.slnx")))
                return at.FullName;
        }

        throw new InvalidOperationException($"{folder} is not below a clone of tonne.");
    }

    static string Found()
    {
        string?[] places =
        [
            System.Environment.GetEnvironmentVariable("TONNE_UNDER_TEST"),
            Path.Combine(Repository, ".tonne-build", "app", "Tonne.Cli"),
            Path.Combine(Repository, "artifacts", "bin", "Tonne.Cli", "debug", "Tonne.Cli"),
        ];
        return Array.Find(places, File.Exists) ?? throw new InvalidOperationException("tonne is not built: run ./tonne --version first.");
    }
}
