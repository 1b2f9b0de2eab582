using System.Buffers.Binary;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Pages;

/// <summary>The page of a run in a real browser: it loads, asks for nothing, breaks nothing, and can be read by everybody.</summary>
/// <remarks>The browser is driven by <c>web/trial/page.mjs</c>, which says what it checks.</remarks>
public class ReportPageTrials
{
    [Fact]
    public async Task A_lab_run_and_a_plain_run_with_a_hostile_name_have_pages_without_error_or_request()
    {
        var node = NeedsBrowser();
        using var tonne = new TonneCommand();
        (await tonne.RunAsync(["lab", "run", "--rows", "4000", "--epochs", "4", "--layers", "3", "--width", "32", "--zone",
            "FR"])).Expect(0);
        await CheckAsync(tonne, node, ["stages", "epochs", "power", "boundaries", "prediction", "advice", "what-if", "published",
            "derivation", "sources", "lesson"]);

        var picture = tonne.At("summary.png");
        (await tonne.RunAsync(["report", "last", "--png", "-o", picture])).Expect(0);
        var png = await File.ReadAllBytesAsync(picture, TestContext.Current.CancellationToken);
        // Width and height in the header of PNG (ISO/IEC 15948, 11.2.2). A page of six stages and four boundaries is taller than a window.
        Assert.Equal(1200, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), 1000, 4000);
        Assert.Equal(["page.html", "summary.png"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(picture)!)
            .Select(Path.GetFileName)
            .Where(name => name is "page.html" or "summary.png" || name!.StartsWith("tonne-page", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

        (await tonne.RunAsync(["run", "--name", "</script><img src=x onerror=alert(1)>\u202e", "--", "sleep", "1.2"])).Expect(0);
        await CheckAsync(tonne, node, ["power", "boundaries", "advice", "what-if", "published", "derivation", "sources", "lesson", "details"],
            "--with-details");
    }

    [Fact]
    public async Task Comparisons_life_cycles_and_estimates_have_pages_without_error_or_request()
    {
        var node = NeedsBrowser();
        using var tonne = new TonneCommand();
        foreach (var (name, layers) in new[] { ("small", "2"), ("large", "4") })
        {
            (await tonne.RunAsync(["lab", "run", "--rows", "4000", "--epochs", "3", "--layers", layers, "--width", "32", "--zone", "FR",
                "--name", name])).Expect(0);
        }

        (await tonne.RunAsync(["run", "--zone", "PL", "--name", "</script><img src=x onerror=alert(1)>\u202e", "--", "sleep", "1.2"]))
            .Expect(0);
        string[] sections = ["ratios", "figures", "stages", "epochs", "boundaries", "differences", "derivation", "sources"];
        await CheckPageAsync(tonne, node, sections, "compare", "small", "large", "--html");
        await CheckPageAsync(tonne, node, [.. sections, "details"], "report", "small", "large", "last", "--html", "--with-details");
        await CheckPageAsync(tonne, node, ["phases", "over-time", "inputs", "equivalents", "derivation", "sources"],
            "footprint", Path.Combine(TonneCommand.Repository, "examples", "footprints", "bloom.yaml"), "--html");
        await CheckPageAsync(tonne, node,
            ["range", "assumptions", "parts", "hardware", "frontier", "what-if", "published", "equivalents", "derivation", "sources"],
            "estimate", "training", "--parameters", "7e9", "--tokens", "2e12", "--hardware", "h100,a100", "--chips", "512", "--zone", "FR",
            "--html");
        await CheckPageAsync(tonne, node, ["range", "assumptions", "parts", "hardware", "frontier", "what-if", "derivation", "sources"],
            "estimate", "inference", "--model", "llama-3.1-70b", "--hardware", "h100,b200", "--output-tokens", "500", "--html");
    }

    /// <summary>The page of the last run: its headline is that of show, to the digit.</summary>
    static async Task CheckAsync(TonneCommand tonne, string node, string[] sections, params string[] options)
    {
        var result = await CheckPageAsync(tonne, node, sections, ["report", "last", "--html", .. options]);
        var shown = (await tonne.RunAsync("show", "last")).Expect(0).Output;
        var total = ((string)result["answer"]!).Replace('\u202f', ' ').Replace('\u00a0', ' ');
        Assert.Contains(total, shown.Replace('\u00a0', ' '), StringComparison.Ordinal);
    }

    /// <summary>A page in three widths and two themes, and printed.</summary>
    static async Task<JsonNode> CheckPageAsync(TonneCommand tonne, string node, string[] sections, params string[] command)
    {
        var file = tonne.At("page.html");
        (await tonne.RunAsync([.. command, "-o", file])).Expect(0);
        Assert.InRange(new FileInfo(file).Length, 100_000, 350_000);
        var result = JsonNode.Parse((await tonne.RunOtherAsync(node, Path.Combine(TonneCommand.Repository, "web", "trial", "page.mjs"),
            file)).Expect(0).Output)!;
        Assert.Empty(result["requests"]!.AsArray());
        Assert.Empty(result["errors"]!.AsArray());
        Assert.Empty(result["axe"]!.AsArray());
        Assert.Empty(result["untwinned"]!.AsArray());
        Assert.Equal(6, result["overflow"]!.AsObject().Count);
        Assert.All(result["overflow"]!.AsObject(), size => Assert.Equal(0, (int)size.Value!));
        Assert.Equal(sections, result["sections"]!.AsArray().Select(section => (string)section!));
        Assert.True((int)result["printed_kb"]! > 20);
        return result;
    }

    static string NeedsBrowser()
    {
        Needs.Program("/usr/bin/chromium", "chromium");
        var driver = Path.Combine(TonneCommand.Repository, "web", "node_modules", "playwright-core");
        Assert.SkipUnless(Directory.Exists(driver), "the modules of web/ are missing (npm ci in web/)");
        return Needs.Program("/usr/bin/node", "nodejs");
    }
}
