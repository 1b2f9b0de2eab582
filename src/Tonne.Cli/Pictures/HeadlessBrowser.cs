namespace Tonne.Cli.Pictures;

/// <summary>A browser of this machine that draws a page without a window.</summary>
/// <param name="Path">The executable.</param>
/// <param name="IsFirefox">Whether it has the options of Firefox, else those of Chromium.</param>
sealed record HeadlessBrowser(string Path, bool IsFirefox)
{
    static readonly string[] _chromiums =
    [
        "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable",
        "msedge", "brave-browser",
    ];

    static readonly string[] _macApplications =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ];

    /// <summary>What to do where there is none.</summary>
    public const string Remedy = "install Chromium, Google Chrome, Microsoft Edge or Firefox "
        + "(Debian: apt install chromium; Fedora: dnf install chromium), or open the page of --html and take a screenshot";

    /// <summary>Finds a browser in the folders of <c>PATH</c>: a Chromium first, as it states the height of a page.</summary>
    /// <param name="getVariable">Reads an environment variable.</param>
    /// <returns>The browser; null if there is none.</returns>
    public static HeadlessBrowser? Find(Func<string, string?> getVariable)
    {
        var folders = (getVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        return Search(_chromiums) is { } chromium ? new HeadlessBrowser(chromium, IsFirefox: false)
            : OperatingSystem.IsMacOS() && Array.Find(_macApplications, File.Exists) is { } application
                ? new HeadlessBrowser(application, IsFirefox: false)
            : Search(["firefox", "firefox-esr"]) is { } firefox ? new HeadlessBrowser(firefox, IsFirefox: true)
            : null;

        string? Search(string[] names) => names.SelectMany(name => folders.Select(folder => System.IO.Path.Combine(folder, name + suffix)))
            .FirstOrDefault(File.Exists);
    }
}
