using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Cli.Planning;
using Tonne.Formatting;
using Tonne.Planning;
using Tonne.Reporting.Planning;

namespace Tonne.Cli.Slurm;

/// <summary><c>tonne plan --slurm SCRIPT</c>: when sbatch is to make a batch script eligible.</summary>
/// <param name="plan">The options of the plan.</param>
sealed class ScriptPlan(PlanOptions plan)
{
    const int MaxScript = 4 * 1024 * 1024;

    readonly Option<string> _script = new("--slurm") { Description = "Plan a batch script of Slurm: its --time is the duration", HelpName = "SCRIPT" };
    readonly Option<bool> _submit = new("--submit") { Description = "Submit that script with sbatch, at the planned time" };

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_script, _submit];

    /// <summary>Whether a batch script is to be planned.</summary>
    /// <exception cref="InvalidInputException">Only <c>--submit</c> is given.</exception>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_script) is not null
        || (parsed.GetValue(_submit) ? throw new InvalidInputException("--submit belongs to --slurm SCRIPT, which is not given.") : false);

    /// <summary>Plans the script, shows the plan with the command, and submits it if that is asked for.</summary>
    public int Run(ParseResult parsed, CommandContext context, bool json)
    {
        foreach (var option in plan.NotForScript.Where(option => parsed.GetResult(option) is { Implicit: false }))
            throw new InvalidInputException($"{option.Name} is not for --slurm: the script's --time is the duration, and the job runs on this cluster without pauses.");
        var path = parsed.GetValue(_script)!;
        var script = BatchScript.Parse(Read(Path.Combine(context.CurrentDirectory, path)));
        var limit = ReadLimit(path, script, context);
        var now = plan.ReadNow(parsed, context);
        var zone = context.Time.LocalTimeZone;
        var moment = new PlanMoment(now, context.Time, limit)
        {
            HasOwnPauses = true,
            MaxPauses = 0,
            StartAfter = plan.HasStartAfter(parsed) ? null : ReadBegin(path, script, context, now),
        };
        if (!plan.HasFinishBy(parsed) && FinishByComment.Find(script.Comment) is { } wanted)
        {
            moment = moment with
            {
                FinishBy = FinishByComment.Parse(wanted, now, zone)
                    ?? throw new InvalidInputException($"{path}: '{wanted}' in its --comment is not a time: write tonne:finish-by=+24h, 2026-12-01T18:00 (local), 2026-12-01T18:00Z or an epoch in s."),
            };
        }

        var report = plan.Plan(parsed, context, SettingOptions.Resolve(parsed, context), moment);
        // A start that only the script asks for is left to the script.
        var begin = report.Plan.Recommendation is PlanRecommendation.Wait wait ? SlurmTime.FormatBegin(wait.Option.Start, zone) : null;
        string[] words = begin is null ? ["sbatch", path] : ["sbatch", "--begin=" + begin, path];
        if (!json)
        {
            PlanText.Write(context.Out, report, context.OutCapabilities);
            WriteText(context, path, limit, words);
        }

        // What was printed is read before sbatch says something.
        context.Out.Flush();
        var job = parsed.GetValue(_submit) ? Submit(context, words) : null;
        if (json)
            context.Out.WriteLine((PlanDocument.From(report) with { Slurm = new PlanDocument.SlurmPart(path, limit.TotalSeconds, begin, words, job) }).ToJson());
        else if (job is not null)
            context.Out.WriteLine($"submitted as job {job}; when it has ended: tonne slurm settle {job}");
        return 0;
    }

    static void WriteText(CommandContext context, string path, TimeSpan limit, string[] words)
    {
        context.Out.WriteLine();
        context.Out.WriteLine("  " + string.Join(' ', words.Select(Quote)));
        context.Out.WriteLine();
        var time = DisplayValue.FormatDuration(limit.TotalSeconds);
        foreach (var line in new[]
        {
            $"The time limit of {TextSanitizer.ToOneLine(path)}, {time}, is taken as its duration: an upper bound.",
            "--begin (local time) reserves nothing: from then on the job waits for free nodes",
            "like any other. 'tonne slurm settle JOB' computes what was saved.",
        })
            context.Out.WriteLine("  " + line);
    }

    static string Submit(CommandContext context, string[] words)
    {
        var (code, output, error) = SlurmProgram.Run(context, words[0], ["--parsable", .. words[1..]]);
        foreach (var line in error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            context.Error.WriteLine(TextSanitizer.ToOneLine(line));
        return code == 0 ? output.Trim().Split(';')[0] : throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"sbatch ended with {code}; the job is not submitted."));
    }

    static string Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxScript })
                throw new InvalidInputException($"{path} is larger than 4 MiB, which Slurm does not take as a script.");
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path}: {error.Message}");
        }
    }

    static TimeSpan ReadLimit(string path, BatchScript script, CommandContext context)
    {
        var (text, origin) = context.GetVariable("SBATCH_TIMELIMIT") is { Length: > 0 } variable ? (variable, "SBATCH_TIMELIMIT") : (script.Time, $"--time of {path}");
        if (text is null)
            throw new InvalidInputException($"{path} has no --time, so nothing bounds how long it runs. Add a line such as '#SBATCH --time=6:00:00' before its first command.");
        return SlurmTime.ParseLimit(text) is not { } limit
            ? throw new InvalidInputException($"{origin}: '{text}' is not a time limit of Slurm: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes or days-hours:minutes:seconds.")
            : limit == Timeout.InfiniteTimeSpan ? throw new InvalidInputException($"{origin}: '{text}' is no limit, so nothing bounds how long it runs. Give one, such as 6:00:00.")
            : limit;
    }

    static DateTimeOffset? ReadBegin(string path, BatchScript script, CommandContext context, DateTimeOffset now) =>
        script.Begin is not { } text ? null
            : SlurmTime.ParseBegin(text, now, context.Time.LocalTimeZone) is { } begin ? begin > now ? begin : null
            : throw new InvalidInputException($"--begin of {path}: '{text}' is not read here; write 2026-12-01T18:00, 18:00 or now+6hours.");

    internal static string Quote(string word) => word.All(sign => char.IsAsciiLetterOrDigit(sign) || "-_=:./+,@%".Contains(sign, StringComparison.Ordinal)) && word.Length > 0
        ? word : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
