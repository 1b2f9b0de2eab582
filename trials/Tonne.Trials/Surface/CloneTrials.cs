namespace Tonne.Trials.Surface;

/// <summary>
/// The first command of the README, in a fresh clone. It builds tonne from nothing, so it runs only on request: by CI, or by
/// <c>TONNE_TRIAL_CLONE=1</c>.
/// </summary>
[Collection(nameof(Alone))]
public class CloneTrials
{
    [Fact]
    public async Task The_first_commands_of_the_README_run_the_lab_follow_a_prediction_and_ask_three_questions()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("TONNE_TRIAL_CLONE") == "1" || string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase),
            "builds a fresh clone (a minute or two): asked for by CI=true or TONNE_TRIAL_CLONE=1");
        using var tonne = new TonneCommand();
        var clone = tonne.At("clone");
        (await tonne.RunOtherAsync("git", "clone", "--quiet", TonneCommand.Repository, clone)).Expect(0);
        var readme = await File.ReadAllLinesAsync(Path.Combine(clone, "README.md"), TestContext.Current.CancellationToken);
        var first = readme.SkipWhile(line => line != "```sh").Skip(1).First();
        Assert.Equal("./tonne lab run", first);
        // Packages on this machine are used; nothing else from outside the clone is.
        if (Environment.GetEnvironmentVariable("HOME") is { } home)
            tonne.Environment["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");

        var finished = (await tonne.RunOtherAsync("/bin/sh", "-c", $"cd '{clone}' && {first}")).Expect(0);

        foreach (var part in new[] { "facility energy", "energy", "place", "PUE", "tonne show last", "CO2e" })
            Assert.Contains(part, finished.Error, StringComparison.Ordinal);
        foreach (var part in new[] { "collect", "clean", "featurize", "train", "measure", "account", "insight", "epoch 10", "tonne learn last" })
            Assert.Contains(part, finished.Output, StringComparison.Ordinal);
        Assert.Single(tonne.RunFolders());

        // The next steps of the README; the block between runs the tests.
        var next = readme.SkipWhile(line => !line.StartsWith("./tonne lab predict", StringComparison.Ordinal)).TakeWhile(line => line != "```").ToList();
        Assert.Equal(
            ["./tonne lab predict", "./tonne learn last", "./tonne show last", "./tonne explain last", "./tonne run --zone FR -- python train.py"],
            next.Select(line => line.Split(" \"", 2)[0].Split("  ", 2)[0].TrimEnd()));
        Assert.Contains("softmax", (await tonne.RunOtherAsync("/bin/sh", "-c", $"cd '{clone}' && {next[0]}")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("3. ", (await tonne.RunOtherAsync("/bin/sh", "-c", $"cd '{clone}' && {next[1]}")).Expect(0).Output, StringComparison.Ordinal);
        // The second time it does not build.
        Assert.DoesNotContain("building", (await tonne.RunOtherAsync("/bin/sh", "-c", $"cd '{clone}' && ./tonne --version")).Expect(0).Error, StringComparison.Ordinal);
    }
}
