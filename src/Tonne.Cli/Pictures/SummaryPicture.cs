using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tonne.Cli.Commands;
using Tonne.Reporting.Html;

namespace Tonne.Cli.Pictures;

/// <summary>Draws the summary of a page as a PNG picture of 1200 px with a browser of this machine.</summary>
/// <remarks>
/// The page with the fragment <c>#summary</c> shows the answer, the stages and the boundaries in the light theme, and states its height. So
/// it is loaded twice: to measure it, and to draw all of it. Firefox draws the whole page by itself.
/// </remarks>
static partial class SummaryPicture
{
    const int Width = 1200;

    // What a browser accepts as a height, and far more than a summary has.
    const int MaxHeight = 16_000;

    static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);

    /// <summary>Draws a picture.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="document">The document of the page.</param>
    /// <param name="path">The file to write.</param>
    /// <returns>Its size in px.</returns>
    /// <exception cref="InvalidInputException">The browser failed, or the file cannot be written; the message says why.</exception>
    public static (int Width, int Height) Write(HeadlessBrowser browser, PageDocument document, string path)
    {
        // Beside the picture: browsers that come as snap packages see no hidden files and not /tmp.
        var folder = Path.Combine(Path.GetDirectoryName(path)!, $"tonne-page-{Guid.NewGuid():n}");
        try
        {
            Directory.CreateDirectory(folder);
            var page = Path.Combine(folder, "page.html");
            File.WriteAllText(page, document.ToHtml(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            var address = new Uri(page).AbsoluteUri + "#summary";
            var profile = Path.Combine(folder, "profile");
            var picture = Path.Combine(folder, "picture.png");
            if (browser.IsFirefox)
            {
                Run(browser, ["--headless", "--no-remote", "--profile", Directory.CreateDirectory(profile).FullName,
                    $"--window-size={Width}", "--screenshot", picture, address]);
            }
            else
            {
                string[] options =
                [
                    "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--force-device-scale-factor=1",
                    "--virtual-time-budget=5000", $"--user-data-dir={profile}",
                    // Chromium does not start as root with its sandbox.
                    .. Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? ["--no-sandbox"] : (string[])[],
                ];
                var height = Measure(Run(browser, [.. options, $"--window-size={Width},800", "--dump-dom", address]), browser);
                Run(browser, [.. options, $"--window-size={Width},{height}", $"--screenshot={picture}", address]);
            }

            if (!File.Exists(picture))
                throw new InvalidInputException($"{browser.Path} drew no picture; open the page of --html and take a screenshot.");
            var size = ReadSize(File.ReadAllBytes(picture));
            File.Move(picture, path, overwrite: true);
            return size;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path}: cannot be written: {error.Message}");
        }
        finally
        {
            Delete(folder);
        }
    }

    /// <summary>The height that the page stated.</summary>
    internal static int Measure(string page, HeadlessBrowser browser) =>
        StatedHeight().Match(page) is { Success: true } found
        && int.Parse(found.Groups["height"].Value, CultureInfo.InvariantCulture) is > 0 and <= MaxHeight and var height
            ? height
            : throw new InvalidInputException($"{browser.Path} did not show the page; open the page of --html and take a screenshot.");

    /// <summary>Width and height in the header of a PNG file.</summary>
    internal static (int Width, int Height) ReadSize(ReadOnlySpan<byte> png) => png.Length < 24 ? (0, 0)
        : (BinaryPrimitives.ReadInt32BigEndian(png[16..]), BinaryPrimitives.ReadInt32BigEndian(png[20..]));

    static string Run(HeadlessBrowser browser, string[] arguments)
    {
        var start = new ProcessStartInfo(browser.Path, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start) ?? throw new InvalidInputException($"{browser.Path} did not start.");
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(_longest))
            {
                process.Kill(entireProcessTree: true);
                throw new InvalidInputException($"{browser.Path} did not draw the page within a minute.");
            }

            return process.ExitCode == 0 ? output.GetAwaiter().GetResult()
                : throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture,
                    $"{browser.Path} failed, exit code {process.ExitCode}: {LastLine(error.GetAwaiter().GetResult())}"));
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidInputException($"{browser.Path} cannot be started: {error.Message}");
        }
    }

    static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "no message";

    static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The browser still closes its profile; what is left is a folder whose name says what it is.
        }
    }

    [GeneratedRegex("<html[^>]* data-height=\"(?<height>[0-9]{1,6})\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StatedHeight();
}
