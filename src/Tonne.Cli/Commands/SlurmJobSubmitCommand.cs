using System.CommandLine;
using System.Text.RegularExpressions;
using Tonne.Cli.Slurm;
using Tonne.Ledgers.Budgets;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne slurm job-submit</c>: prints <c>job_submit.lua</c>.</summary>
static partial class SlurmJobSubmitCommand
{
    public static Command Build(CommandContext context)
    {
        var file = new Option<string>("--file") { Description = "The intensities that it reads, written by 'tonne slurm intensities'", HelpName = "FILE", DefaultValueFactory = _ => IntensityTable.DefaultPath };
        var over = new Option<string>("--over-quota")
        {
            Description = "Jobs of accounts and users above their quota: qos:NAME, hold, refuse or warn; default off",
            HelpName = "RULE",
            DefaultValueFactory = _ => "off",
        };
        var quotas = new Option<string>("--quotas") { Description = "The quotas that it reads, written by 'tonne budget quotas --slurm'",
            HelpName = "FILE", DefaultValueFactory = _ => SlurmQuotas.DefaultPath };
        var command = new Command("job-submit",
            "Print job_submit.lua: clean hours for jobs with --comment=tonne:finish-by=T, and quotas.") { file, over, quotas };
        command.SetAction(parsed =>
        {
            context.Out.Write(CreateScript(parsed.GetValue(file)!, parsed.GetValue(over)!, parsed.GetValue(quotas)!));
            return 0;
        });
        return command;
    }

    /// <summary>The script.</summary>
    /// <param name="file">File of intensities.</param>
    /// <param name="over">What happens to jobs above a quota: <c>off</c>, <c>warn</c>, <c>hold</c>, <c>refuse</c> or
    /// <c>qos:NAME</c>.</param>
    /// <param name="quotas">File of quotas.</param>
    /// <exception cref="InvalidInputException">A path is not absolute, or has a character that a text of Lua escapes; or the rule is
    /// unknown.</exception>
    internal static string CreateScript(string file, string over = "off", string quotas = SlurmQuotas.DefaultPath)
    {
        CheckPath("--file", file);
        CheckPath("--quotas", quotas);
        if (!RulePattern().IsMatch(over))
            throw new InvalidInputException($"--over-quota '{over}' is not a rule: write qos:NAME, hold, refuse, warn or off.");
        using var stream = typeof(SlurmJobSubmitCommand).Assembly.GetManifestResourceStream("job_submit.lua") ?? throw new InvalidOperationException("job_submit.lua is part of the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("@FILE@", file, StringComparison.Ordinal).Replace("@QUOTAS@", quotas, StringComparison.Ordinal)
            .Replace("@OVER@", over, StringComparison.Ordinal);
    }

    static void CheckPath(string option, string path)
    {
        if (!path.StartsWith('/') || path.Any(sign => sign is '"' or '\\' || char.IsControl(sign)))
            throw new InvalidInputException($"{option} '{path}' must be an absolute path without quotes and backslashes.");
    }

    [GeneratedRegex("^(off|warn|hold|refuse|qos:[A-Za-z0-9_.-]{1,64})\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RulePattern();
}
