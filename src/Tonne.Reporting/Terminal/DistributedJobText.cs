using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>One row about the other runs of a distributed job, below the report of one of them.</summary>
public static class DistributedJobText
{
    const int MaxNodes = 4;

    /// <summary>Writes the row; nothing if the job has no other run.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="job">The job.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void WriteIfSeveral(TextWriter writer, DistributedJob job, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(job);
        var missing = job.MissingNodes;
        if (job.Runs.Count < 2 && missing.Count == 0)
            return;
        var total = job.Total.Sum;
        var nodes = job.Nodes.Count == 0 ? "" : $" on {(job.Nodes.Count == 1 ? "one node" : $"{job.Nodes.Count} nodes")} ({string.Join(", ", job.Nodes.Take(MaxNodes))}{(job.Nodes.Count > MaxNodes ? ", …" : "")})";
        var sum = total.Runs > 0
            ? $", together {DisplayValue.Format(total.FacilityEnergy, "kWh").Text} and {DisplayValue.Format(total.Emissions, "kg CO2e").Text}{(job.IsComplete ? "" : " so far")}"
            : "";
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteRow("job", TextSanitizer.ToOneLine($"{EnumWords.Format(job.Job.Launcher)} {job.Job.Id}{(job.Job.Step is { } step ? "." + step : "")}: {(job.Runs.Count == 1 ? "1 run" : $"{job.Runs.Count} runs")}{nodes}{sum}. Each is in 'tonne list'."));
        if (missing.Count > 0)
            sheet.WriteRow("missing", TextSanitizer.ToOneLine($"{HostList.Compress(missing)}: {(missing.Count == 1 ? "this node of the job" : $"these {missing.Count} nodes of the job")} never reported, so what was used there is not known."));
    }
}
