namespace Tonne.Trials.Wrapping;

/// <summary>What stands before the command in these trials. The one place to change.</summary>
static class Wrapper
{
    /// <summary>Ways to run a command that have to be alike: with somebody listening to its output, and with nobody.</summary>
    internal static TheoryData<bool> BothWays => [true, false];

    internal static string[] Command(bool listening, params string[] command) =>
        [Executable, .. listening ? ["--listen"] : Array.Empty<string>(), "--", .. command];

    internal static string[] Reporting(string report, bool listening, params string[] command) =>
        [Executable, .. listening ? ["--listen"] : Array.Empty<string>(), "--report", report, "--", .. command];

    /// <summary>`trials/Wrapped`, which is the wrapping and nothing else; built with this project.</summary>
    static string Executable { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Wrapped", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Wrapped"));
}
