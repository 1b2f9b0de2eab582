using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Tonne.Cli.Pictures;
using Tonne.Reporting.Html;

namespace Tonne.Cli.Commands;

/// <summary>The options of a page, as in <c>tonne report RUN --html</c>: one file that works without a network.</summary>
/// <param name="Html">Whether a page is wanted.</param>
/// <param name="Output">The file to write.</param>
/// <param name="Open">Whether to open it.</param>
/// <param name="WithDetails">Whether it names commands, users and machines; null where nothing of the kind is in it.</param>
sealed record PageOptions(Option<bool> Html, Option<string?> Output, Option<bool> Open, Option<bool>? WithDetails)
{
    /// <summary>Creates the options.</summary>
    /// <param name="description">What the page has, in one sentence.</param>
    /// <param name="details">What <c>--with-details</c> adds; null if there is no such option.</param>
    public static PageOptions Create(string description, string? details) => new(
        new Option<bool>("--html") { Description = description },
        new Option<string?>("--output", "-o")
        {
            Description = "With --html: the file; default: tonne-NAME-DATE.html here, standard output if redirected", HelpName = "FILE",
        },
        new Option<bool>("--open") { Description = "With --html: open it in the browser" },
        details is null ? null : new Option<bool>("--with-details") { Description = details });

    /// <summary>The options, in the order of the help screen.</summary>
    public IEnumerable<Option> All => WithDetails is null ? [Html, Output, Open] : [Html, Output, Open, WithDetails];

    /// <summary>Refuses options that go with <c>--html</c> only.</summary>
    public void RequireUnused(ParseResult parsed)
    {
        if (parsed.GetValue(Output) is not null || parsed.GetValue(Open) || HasDetails(parsed))
            throw new InvalidInputException(WithDetails is null ? "--output and --open go with --html."
                : "--output, --open and --with-details go with --html.");
    }

    /// <summary>Refuses options of a page that a picture does not have.</summary>
    public void RequireOnlyOutput(ParseResult parsed)
    {
        if (parsed.GetValue(Open) || HasDetails(parsed))
            throw new InvalidInputException("--open and --with-details go with --html, not with --png.");
    }

    /// <summary>Refuses another format beside <c>--html</c>, and its options without it.</summary>
    /// <returns>Whether a page is wanted.</returns>
    public bool Check(ParseResult parsed, params IEnumerable<Option> others)
    {
        if (!parsed.GetValue(Html))
            RequireUnused(parsed);
        else if (others.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other)
            throw new InvalidInputException($"--html and {other.Name}: give one format.");
        return parsed.GetValue(Html);
    }

    /// <summary>Whether the page has what is left out by default.</summary>
    public bool HasDetails(ParseResult parsed) => WithDetails is not null && parsed.GetValue(WithDetails);

    /// <summary>Writes a page.</summary>
    /// <returns>The exit code.</returns>
    public int Write(CommandContext context, ParseResult parsed, Func<PageDocument> create)
    {
        if (!HasTemplate(context))
            return CommandLine.Failure;
        var document = create();
        var page = document.ToHtml();
        var output = parsed.GetValue(Output);
        if (output is "-" || (output is null && !parsed.GetValue(Open) && !context.IsOutTerminal))
        {
            if (parsed.GetValue(Open))
                throw new InvalidInputException("--open needs a file; give one with --output.");
            context.Out.Write(page);
            return 0;
        }

        var path = GetPath(context, output, document.FileName);
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

    /// <summary>Draws the summary of a page as a picture.</summary>
    /// <returns>The exit code.</returns>
    public int WritePicture(CommandContext context, ParseResult parsed, Func<PageDocument> create)
    {
        if (!HasTemplate(context))
            return CommandLine.Failure;
        if (HeadlessBrowser.Find(context.GetVariable) is not { } browser)
            throw new InvalidInputException($"--png needs a browser, and none is in PATH: {HeadlessBrowser.Remedy}.");
        var document = create();
        if (parsed.GetValue(Output) is "-")
            throw new InvalidInputException("--png writes a file; give its name with --output.");
        var path = GetPath(context, parsed.GetValue(Output), Path.ChangeExtension(document.FileName, ".png"));
        var (width, height) = SummaryPicture.Write(browser, document, path);
        context.Error.WriteLine(FormattableString.Invariant($"tonne: wrote {path} ({width} × {height})"));
        return 0;
    }

    /// <summary>Whether pages can be written; if not, a message says why.</summary>
    public static bool HasTemplate(CommandContext context)
    {
        if (HtmlReport.IsAvailable)
            return true;
        context.Error.WriteLine("tonne: this build has no web page: node and npm were missing when it was built, "
            + "or the build of web/ failed. Install them (Debian: apt install nodejs npm), and "
            + "run ./tonne again; all other formats work without.");
        return false;
    }

    static string GetPath(CommandContext context, string? output, string fileName)
    {
        var path = Path.GetFullPath(output ?? fileName, context.CurrentDirectory);
        return Directory.Exists(path) ? Path.Combine(path, fileName) : path;
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
