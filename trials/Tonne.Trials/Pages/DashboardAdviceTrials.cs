using System.Text.Json.Nodes;

namespace Tonne.Trials.Pages;

/// <summary>How to reduce it, on the page of a run of <c>tonne serve</c> in a real browser.</summary>
/// <remarks>The browser is driven by <c>web/trial/advice.mjs</c>, which says what it checks.</remarks>
public class DashboardAdviceTrials
{
    [Fact]
    public async Task The_section_has_the_figures_of_the_command_line_and_can_be_read_by_everybody()
    {
        Needs.Program("/usr/bin/chromium", "chromium");
        var driver = Path.Combine(TonneCommand.Repository, "web", "node_modules", "playwright-core");
        Assert.SkipUnless(Directory.Exists(driver), "the modules of web/ are missing (npm ci in web/)");
        var node = Needs.Program("/usr/bin/node", "nodejs");
        using var tonne = new TonneCommand();
        // The hours of California are known: the server plans them as the command line does.
        (await tonne.RunAsync("run", "-q", "--zone", "US-CAL-CISO", "--", "sleep", "1")).Expect(0);
        (await tonne.RunAsync("run", "-q", "--zone", "DE", "--", "sh", "-c",
            "for e in 1 2 3 4; do sleep 0.5; echo \"Epoch $e/4 - loss: 0.$e - val_accuracy: 0.$((9 - e))\"; done")).Expect(0);
        (await tonne.RunAsync("run", "-q", "--intensity", "20", "--pue", "1", "--", "sleep", "1")).Expect(0);
        var ids = tonne.RunFolders().Select(Path.GetFileName);

        var result = JsonNode.Parse((await tonne.RunOtherAsync(node, Path.Combine(TonneCommand.Repository, "web", "trial", "advice.mjs"),
            "--tonne", TonneCommand.Executable, "--runs", string.Join(',', ids), "--shots", Environment.GetEnvironmentVariable("TONNE_TRIAL_SHOTS") ?? tonne.At("shots"))).Expect(0).Output)!;

        foreach (var list in new[] { "errors", "failed", "axe", "overflow" })
            Assert.True(result[list]!.AsArray().Count == 0, $"{list}: {result[list]!.ToJsonString()}");
        Assert.Equal([false, false, true], result["runs"]!.AsArray().Select(run => (bool)run!["shown"]!["nothing"]!));
        Assert.All(result["runs"]!.AsArray(), run =>
        {
            var shown = run!["shown"]!.DeepClone().AsObject();
            shown.Remove("printed");
            Assert.True(run["expected"]!.AsArray().Any(expected => JsonNode.DeepEquals(expected, shown)), run.ToJsonString());
            Assert.NotEmpty(shown["unknown"]!.AsArray());
        });
        Assert.All(result["runs"]!.AsArray().Take(2), run => Assert.NotEmpty(run!["shown"]!["levers"]!.AsArray()));
        Assert.StartsWith("tonne ", (string)result["copied"]!, StringComparison.Ordinal);
    }
}
