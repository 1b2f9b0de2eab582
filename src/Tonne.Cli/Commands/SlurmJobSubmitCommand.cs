using System.CommandLine;
using Tonne.Cli.Slurm;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne slurm job-submit</c>: prints <c>job_submit.lua</c>.</summary>
static class SlurmJobSubmitCommand
{
    public static Command Build(CommandContext context)
    {
        var file = new Option<string>("--file") { Description = "The intensities that it reads, written by 'tonne slurm intensities'", HelpName = "FILE", DefaultValueFactory = _ => IntensityTable.DefaultPath };
        var command = new Command("job-submit", "Print job_submit.lua: Slurm starts jobs at a clean hour whose users choose it by --comment=tonne:finish-by=T.") { file };
        command.SetAction(parsed =>
        {
            context.Out.Write(CreateScript(parsed.GetValue(file)!));
            return 0;
        });
        return command;
    }

    /// <summary>The script, for a file of intensities.</summary>
    /// <exception cref="InvalidInputException">The path is not absolute, or has a character that a text of Lua escapes.</exception>
    internal static string CreateScript(string file)
    {
        if (!file.StartsWith('/') || file.Any(sign => sign is '"' or '\\' || char.IsControl(sign)))
            throw new InvalidInputException($"--file '{file}' must be an absolute path without quotes and backslashes.");
        using var stream = typeof(SlurmJobSubmitCommand).Assembly.GetManifestResourceStream("job_submit.lua") ?? throw new InvalidOperationException("job_submit.lua is part of the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("@FILE@", file, StringComparison.Ordinal);
    }
}
