using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Planning;
using Tonne.Cli.Slurm;
using Tonne.Grids;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne slurm intensities</c>: writes the small file that <c>job_submit.lua</c> reads.</summary>
static class SlurmIntensitiesCommand
{
    const int MaxDays = 14;

    public static Command Build(CommandContext context)
    {
        var plan = new PlanOptions();
        var output = new Option<string>("--output", "-o") { Description = "The file; its folder is made if it is missing", HelpName = "FILE", DefaultValueFactory = _ => IntensityTable.DefaultPath };
        var days = new Option<int>("--days") { Description = $"Days to come, 1 to {MaxDays}", HelpName = "N", DefaultValueFactory = _ => 7 };
        var command = new Command("intensities", "Write the intensity of each hour to come, which job_submit.lua reads. Run it every hour, by a timer or cron.") { output, days, plan.Series };
        foreach (var option in SettingOptions.Place)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(days) is < 1 or > MaxDays)
                throw new InvalidInputException($"--days is 1 to {MaxDays}.");
            var now = context.Time.GetUtcNow();
            var path = Path.GetFullPath(Path.Combine(context.CurrentDirectory, parsed.GetValue(output)!));
            var signal = plan.FindSignal(parsed, context.Time, SettingOptions.Resolve(parsed, context), now, PlanSignal.FloorToHour(now).AddDays(parsed.GetValue(days)));
            var (text, hours) = IntensityTable.Create(signal, now, parsed.GetValue(days) * 24);
            if (hours == 0)
                throw new InvalidInputException($"no hour from now on has an intensity ({signal.Origin}); {path} is not changed.");
            try
            {
                IntensityTable.Write(path, text);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new InvalidInputException($"{path} cannot be written: {error.Message}");
            }

            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {hours} hours; {signal.Origin}"));
            if (signal.Signal == IntensitySignal.Annual)
                context.Error.WriteLine("tonne: every hour is the same, so no job will wait.");
            return 0;
        });
        return command;
    }
}
