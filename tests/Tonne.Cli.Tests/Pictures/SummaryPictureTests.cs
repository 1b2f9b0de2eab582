using Tonne.Cli.Commands;
using Tonne.Cli.Pictures;

namespace Tonne.Cli.Tests.Pictures;

public sealed class SummaryPictureTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void A_browser_is_found_in_the_folders_of_PATH_and_a_Chromium_before_Firefox()
    {
        var (one, two) = (Path.Combine(_terminal.Folder, "one"), Path.Combine(_terminal.Folder, "two"));
        foreach (var (folder, name) in new[] { (one, "firefox"), (two, "google-chrome") })
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, name), "");
        }

        Assert.Equal(new HeadlessBrowser(Path.Combine(two, "google-chrome"), IsFirefox: false), HeadlessBrowser.Find(_ => $"{one}:{two}"));
        Assert.Equal(new HeadlessBrowser(Path.Combine(one, "firefox"), IsFirefox: true), HeadlessBrowser.Find(_ => one));
        Assert.Null(HeadlessBrowser.Find(_ => _terminal.Folder));
        Assert.Null(HeadlessBrowser.Find(_ => null));
    }

    [Fact]
    public void The_height_is_what_the_page_states_and_a_page_that_states_none_is_an_error()
    {
        var browser = new HeadlessBrowser("chromium", IsFirefox: false);
        Assert.Equal(1519, SummaryPicture.Measure(
            "<!DOCTYPE html><html lang=\"en\" data-theme=\"light\" data-height=\"1519\"><head>", browser));
        Assert.Throws<InvalidInputException>(() => SummaryPicture.Measure("<html><body data-height=\"7\"></body></html>", browser));
        Assert.Throws<InvalidInputException>(() => SummaryPicture.Measure("<html data-height=\"999999\">", browser));
    }

    [Fact]
    public void The_size_of_a_picture_is_in_its_header()
    {
        // PNG, ISO/IEC 15948, 5.2 and 11.2.2: signature, length and name of IHDR, width, height.
        byte[] header = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 4, 0xb0, 0, 0, 5, 0xef];
        Assert.Equal((1200, 1519), SummaryPicture.ReadSize(header));
        Assert.Equal((0, 0), SummaryPicture.ReadSize([1, 2, 3]));
    }
}
