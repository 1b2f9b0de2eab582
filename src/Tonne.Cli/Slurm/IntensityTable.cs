using System.Globalization;
using System.Text;
using Tonne.Cli.Planning;
using Tonne.Quantities;

namespace Tonne.Cli.Slurm;

/// <summary>The small file that <c>job_submit.lua</c> reads: the intensity of each hour to come.</summary>
/// <remarks>
/// Format <c>tonne.slurm-intensities/1</c>: a line with the name of the format; one with the time of writing, zone, signal and step; the names of the
/// columns; the rows, in order; <c># end</c>. It holds what a plan at the same time would use.
/// </remarks>
static class IntensityTable
{
    /// <summary>Name of the format: the first line.</summary>
    public const string Format = "# tonne.slurm-intensities/1";

    /// <summary>Where it is by default.</summary>
    public const string DefaultPath = "/run/tonne/intensities.csv";

    /// <summary>The file's text, and the number of hours in it.</summary>
    /// <param name="signal">The intensities.</param>
    /// <param name="now">When it is written.</param>
    /// <param name="hours">Hours from the present one on.</param>
    public static (string Text, int Hours) Create(PlanSignal signal, DateTimeOffset now, int hours)
    {
        const double WholeHour = 0.999;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Format}\n# written={now.ToUnixTimeSeconds()} zone={signal.Series.Zone.Code} signal={EnumWords.Format(signal.Signal)} step_s=3600\nepoch_s,g_co2e_per_kwh\n");
        var (first, count) = (PlanSignal.FloorToHour(now), 0);
        for (var i = 0; i < hours; i++)
        {
            var from = first.AddHours(i);
            if (signal.Series.Average(from, from.AddHours(1), out var known) is not { } intensity || known < WholeHour)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"{from.ToUnixTimeSeconds()},{intensity.GramsPerKilowattHour:0.###}\n");
            count++;
        }

        return (text.Append("# end\n").ToString(), count);
    }

    /// <summary>Writes or replaces the file: a reader sees the old one or the new one, and everybody may read it.</summary>
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + ".part";
        File.WriteAllText(part, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(part, path, overwrite: true);
    }
}
