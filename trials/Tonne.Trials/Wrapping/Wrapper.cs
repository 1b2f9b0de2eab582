namespace Tonne.Trials.Wrapping;

/// <summary>Prefix of the command in these trials. The one place to change.</summary>
static class Wrapper
{
    static readonly string _tonne = Locate();

    /// <summary>Ways to run a command that must behave alike: with a listener of its output, and without.</summary>
    internal static TheoryData<bool> BothWays => [true, false];

    /// <summary>The tool itself, at the root of the clone; it builds itself on first use.</summary>
    internal static string[] Command(bool listening, params string[] command) =>
        [_tonne, "run", "--quiet", "--epoch-pattern", listening ? "auto" : "none", "--", .. command];

    /// <summary>`trials/Wrapped`, which only wraps the command and reports its use; built with this project.</summary>
    internal static string[] Reporting(string report, bool listening, params string[] command) =>
        [Alone, .. listening ? ["--listen"] : Array.Empty<string>(), "--report", report, "--", .. command];

    internal static string[] CommandAlone(bool listening, params string[] command) =>
        [Alone, .. listening ? ["--listen"] : Array.Empty<string>(), "--", .. command];

    static string Alone { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Wrapped", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Wrapped"));

    static string Locate()
    {
        // The runs of trials go into a separate ledger.
        if (Environment.GetEnvironmentVariable("TONNE_HOME") is null)
        {
            Environment.SetEnvironmentVariable("TONNE_HOME", Directory.CreateTempSubdirectory("tonne-trials-home-").FullName);
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tonne.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The trials run inside a clone.");
        }

        return Path.Combine(folder.FullName, "tonne");
    }
}
