using System.Diagnostics;
using System.Text.Json;

namespace Tonne.Trials.Marks;

/// <summary>The command line, as built with these trials, with a ledger of its own.</summary>
sealed class Tool : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-trial-").FullName;

    internal const string Python = "/usr/bin/python3";

    internal static string Repository { get; } = Above(AppContext.BaseDirectory, "Tonne.slnx");

    internal static string Executable { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Tonne.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Tonne.Cli"));

    internal string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    internal string PathOf(string name) => Path.Combine(_folder, name);

    internal Process Start(params string[] words) => Begin(Executable, words);

    internal Process Begin(string executable, params string[] words)
    {
        var start = new ProcessStartInfo(executable, words) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TONNE_HOME"] = PathOf("home");
        start.Environment["TONNE"] = Executable;
        start.Environment["TONNE_INTENSITY"] = "56";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment.Remove("TONNE_RUN");
        return Process.Start(start)!;
    }

    /// <summary>Runs a command under <c>tonne run</c> and reads what it wrote with <c>--output</c>.</summary>
    internal async Task<(JsonElement Record, string Output, string Error, int Code)> Run(params string[] command)
    {
        var output = PathOf("run.json");
        var (text, error, code) = await End(Start(["run", "--output", output, "--", .. command]));
        Assert.True(File.Exists(output), error);
        return (JsonDocument.Parse(File.ReadAllText(output)).RootElement, text, error, code);
    }

    internal static async Task<(string Output, string Error, int Code)> End(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (await output, await error, process.ExitCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static string Above(string folder, string file) =>
        File.Exists(Path.Combine(folder, file)) ? folder : Above(Path.GetDirectoryName(folder) ?? throw new FileNotFoundException(file), file);
}
