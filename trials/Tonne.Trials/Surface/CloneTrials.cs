namespace Tonne.Trials.Surface;

/// <summary>README's first command, in a fresh clone. It builds tonne from nothing, so it must be asked for: by CI, or by <c>TONNE_TRIAL_CLONE=1</c>.</summary>
[Collection(nameof(Alone))]
public class CloneTrials
{
    [Fact]
    public async Task The_first_command_of_the_README_ends_in_the_summary_of_a_run()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("TONNE_TRIAL_CLONE") == "1" || string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase),
            "builds a fresh clone (a minute or two): asked for by CI=true or TONNE_TRIAL_CLONE=1");
        using var tonne = new TonneCommand();
        var clone = tonne.At("clone");
        (await tonne.RunOtherAsync("git", "clone", "--quiet", TonneCommand.Repository, clone)).Expect(0);
        var readme = await File.ReadAllLinesAsync(Path.Combine(clone, "README.md"), TestContext.Current.CancellationToken);
        var first = readme.SkipWhile(line => line != "```sh").Skip(1).First();
        Assert.StartsWith("./tonne run", first, StringComparison.Ordinal);
        // Packages that are on this machine are used; nothing else of ours is.
        if (Environment.GetEnvironmentVariable("HOME") is { } home)
            tonne.Environment["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");

        var finished = (await tonne.RunOtherAsync("/bin/sh", "-c", $"cd '{clone}' && {first}")).Expect(0);

        foreach (var part in new[] { "at the plug", "energy", "carbon", "grid", "record", "CO2e" })
            Assert.Contains(part, finished.Error, StringComparison.Ordinal);
        Assert.Single(tonne.RunFolders());
        // The second time it does not build.
        Assert.DoesNotContain("building", (await tonne.RunOtherAsync("/bin/sh", "-c", $"cd '{clone}' && ./tonne --version")).Expect(0).Error, StringComparison.Ordinal);
    }
}
