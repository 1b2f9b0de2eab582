using Tonne.Lab.Collecting;

namespace Tonne.Lab.Tests.Collecting;

public class SdkMessagesTests
{
    [Fact]
    public void The_SDK_that_builds_this_test_has_messages_in_13_languages()
    {
        var rejections = new RejectionLog();

        var rows = SdkMessages.Find().ReadRows(rejections).Cast<TranslatedMessage>().Take(60_000).ToList();

        // The culture folders beside MSBuild.dll, as ls lists them for SDK 10.0.401.
        Assert.Equal(["cs", "de", "es", "fr", "it", "ja", "ko", "pl", "pt-BR", "ru", "tr", "zh-Hans", "zh-Hant"], rows.Select(row => row.Language).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(10, row.Columns));
        Assert.Contains(rows, row => row.SourceText is { } neutral && neutral != row.Text);
        Assert.Contains(rows, row => row.SourceText == row.Text);
        Assert.Equal(rows.Count, rows.Select(row => row.Id).Distinct().Count());
    }

    [Fact]
    public void The_newest_release_is_taken_of_several()
    {
        var folder = Directory.CreateTempSubdirectory("sdks");
        foreach (var version in (string[])["9.0.301", "10.0.100", "10.0.401-preview.1", "10.0.401", "11.0.100-broken"])
            File.WriteAllText(Path.Combine(folder.CreateSubdirectory(version).FullName, version == "11.0.100-broken" ? "other" : "MSBuild.dll"), "");

        Assert.Equal("10.0.401", DotnetSdk.FindNewest(folder.FullName)?.Version);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_broken_satellite_is_rejected_with_its_path()
    {
        var folder = Directory.CreateTempSubdirectory("sdk");
        var bad = Path.Combine(folder.CreateSubdirectory("de").FullName, "A.resources.dll");
        File.WriteAllText(bad, "MZ, or so it says");
        var rejections = new RejectionLog();

        Assert.Throws<UnusableDataException>(() => new SdkMessages(new(folder.FullName, "1")).ReadRows(rejections).Count());

        Assert.Equal((RejectionReason.Malformed, bad), (rejections.Examples[0].Reason, rejections.Examples[0].File));
        folder.Delete(recursive: true);
    }
}
