using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Tonne.Accounting;
using Tonne.Reporting.Html;

namespace Tonne.Cli.Commands;

/// <summary>The options of <c>tonne report RUN --html</c>: one file that works without a network.</summary>
/// <param name="Html">Whether a page is wanted.</param>
/// <param name="Output">The file to write.</param>
/// <param name="Open">Whether to open it.</param>
/// <param name="WithDetails">Whether it names command, user and machine.</param>
sealed record PageOptions(Option<bool> Html, Option<string?> Output, Option<bool> Open, Option<bool> WithDetails)
{
    public static PageOptions Create() => new(
        new Option<bool>("--html") { Description = "One web page with charts, derivation and what-if, which works offline" },
        new Option<string?>("--output", "-o")
        {
            Description = "With --html: the file; default: tonne-NAME-DATE.html here, standard output if redirected", HelpName = "FILE",
        },
        new Option<bool>("--open") { Description = "With --html: open it in the browser" },
        new Option<bool>("--with-details") { Description = "With --html: also command, arguments, user, machine, paths, tags and notes" });

    /// <summary>Refuses options that go with <c>--html</c> only.</summary>
    public void RequireUnused(ParseResult parsed)
    {
        if (parsed.GetValue(Output) is not null || parsed.GetValue(Open) || parsed.GetValue(WithDetails))
            throw new InvalidInputException("--output, --open and --with-details go with --html.");
    }

    /// <summary>Writes the page of a run.</summary>
    /// <returns>The exit code.</returns>
    public int Write(CommandContext context, LedgerSession session, LedgerEntry entry, ParseResult parsed)
    {
        if (!HtmlReport.IsAvailable)
        {
            context.Error.WriteLine("tonne: this build has no web page: node and npm were missing when it was built, "
                + "or the build of web/ failed. Install them (Debian: apt install nodejs npm), and "
                + "run ./tonne again; 'tonne report --md' works without.");
            return CommandLine.Failure;
        }

        var folder = session.Ledger.Home.GetRunFolder(entry.Record.Opening.Id);
        var page = HtmlReport.Render(entry.Record, entry.Account(), new HtmlReportOptions
        {
            WithDetails = parsed.GetValue(WithDetails),
            OpenTrace = File.Exists(folder.TracePath) ? folder.OpenTrace : null,
        });
        var output = parsed.GetValue(Output);
        if (output is "-" || (output is null && !parsed.GetValue(Open) && !context.IsOutTerminal))
        {
            if (parsed.GetValue(Open))
                throw new InvalidInputException("--open needs a file; give one with --output.");
            context.Out.Write(page);
            return 0;
        }

        var path = Path.GetFullPath(output ?? HtmlReport.GetFileName(entry.Record), context.CurrentDirectory);
        if (Directory.Exists(path))
            path = Path.Combine(path, HtmlReport.GetFileName(entry.Record));
        try
        {
            File.WriteAllText(path, page, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path}: cannot be written: {error.Message}");
        }

        context.Error.WriteLine($"tonne: wrote {path} ({Math.Max(1, page.Length / 1000)} kB)");
        if (parsed.GetValue(Open))
            OpenInBrowser(context, path);
        return 0;
    }

    static void OpenInBrowser(CommandContext context, string path)
    {
        var opener = OperatingSystem.IsMacOS() ? "open" : OperatingSystem.IsWindows() ? "explorer" : "xdg-open";
        try
        {
            var start = new ProcessStartInfo(opener, [path])
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using var process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            context.Error.WriteLine($"tonne: {opener} is not here; open the file yourself.");
        }
    }
}
