namespace Tonne.Trials.Packaging;

/// <summary>The packages that <c>./package</c> makes, once for all trials of them. The native program is not compiled again: it is what <c>./tonne</c> built.</summary>
public sealed class PackageSet : IAsyncLifetime
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-packages-");

    /// <summary>Why there are none; null if there are.</summary>
    public string? Missing { get; private set; }

    /// <summary>The folder of the packages.</summary>
    public string Folder => _folder.FullName;

    public async ValueTask InitializeAsync()
    {
        var built = Path.Combine(TonneCommand.Repository, ".tonne-build");
        if (!File.Exists(Path.Combine(built, "stamp")) || !(await File.ReadAllTextAsync(Path.Combine(built, "stamp"))).StartsWith("native", StringComparison.Ordinal))
        {
            Missing = "the native build of ./tonne is missing (apt-get install gcc libc6-dev; then ./tonne --version)";
            return;
        }

        if (!File.Exists(Path.Combine(built, "server", "stamp")))
        {
            Missing = "the server is not built (./tonne serve --help)";
            return;
        }

        using var tonne = new TonneCommand();
        // The caches of NuGet and npm on this machine are used.
        if (Environment.GetEnvironmentVariable("HOME") is { } home)
            tonne.Environment["HOME"] = home;
        (await tonne.RunOtherAsync(Path.Combine(TonneCommand.Repository, "package"), "--output", Folder, "--app", built, "nuget", "tool", "native", "deb", "wheel", "container")).Expect(0);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return default;
    }

    /// <summary>The one package of a pattern.</summary>
    internal string Find(string pattern)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        return Assert.Single(Directory.GetFiles(Folder, pattern));
    }
}
