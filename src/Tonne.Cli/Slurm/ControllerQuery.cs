using System.ComponentModel;
using System.Diagnostics;

namespace Tonne.Cli.Slurm;

/// <summary>Asks Slurm's controller of a job: what slurmd of version 22.05 does not give to a prolog, and what an agent knows from nobody else.</summary>
/// <remarks>
/// One <c>squeue</c> for each job and node, which later versions of slurmd make unnecessary. The name of the job is last, because its user chooses it: it
/// cannot be taken for another field.
/// </remarks>
static class ControllerQuery
{
    const string Format = "%A|%F|%K|%a|%q|%P|%T|%u|%U|%C|%N|%j";
    const int MaxOutput = 1024 * 1024;

    /// <summary>Name of the fact that has the number of CPUs of the job on all nodes; no variable of Slurm has it.</summary>
    public const string Cpus = "CPUS";

    static readonly string[] _folders = ["/usr/bin", "/usr/local/bin", "/opt/slurm/bin", "/usr/local/slurm/bin"];

    /// <summary>Variables of the job, as slurmd names them, and its state under <c>STATE</c>; null if the controller does not know it or does not answer.</summary>
    /// <param name="jobId">Id of the job.</param>
    /// <param name="configuration">Path of slurm.conf; null for the usual one.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public static async Task<IReadOnlyDictionary<string, string>?> AskAsync(string jobId, string? configuration, CancellationToken cancellationToken)
    {
        if (_folders.Select(folder => Path.Combine(folder, "squeue")).FirstOrDefault(File.Exists) is not { } path)
            return null;
        var start = new ProcessStartInfo(path, ["--noheader", "--states=all", "--jobs=" + jobId, "--format=" + Format])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (configuration is not null)
            start.Environment["SLURM_CONF"] = configuration;
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var error = process.StandardError.ReadToEndAsync(cancellationToken);
                var text = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                await error.ConfigureAwait(false);
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                return text.Length < MaxOutput ? Parse(text, jobId) : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                return null;
            }
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads the line of the job; its array's other tasks are listed too.</summary>
    internal static IReadOnlyDictionary<string, string>? Parse(string text, string jobId)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.Split('|', 12) is not [var id, var array, var task, var account, var quality, var partition, var state, var user, var userId,
                var cpus, var nodes, var name] || id != jobId)
                continue;
            var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["STATE"] = state };
            Add("SLURM_JOB_NAME", name.TrimEnd());
            Add("SLURM_JOB_ACCOUNT", account);
            Add("SLURM_JOB_QOS", quality);
            Add("SLURM_JOB_PARTITION", partition);
            Add("SLURM_JOB_USER", user);
            Add("SLURM_JOB_UID", userId);
            Add("SLURM_JOB_NODELIST", nodes);
            Add(Cpus, cpus);
            if (task.Length > 0 && task.All(char.IsAsciiDigit))
            {
                Add("SLURM_ARRAY_TASK_ID", task);
                Add("SLURM_ARRAY_JOB_ID", array);
            }

            return facts;

            void Add(string variable, string value)
            {
                if (value is not ("" or "(null)" or "N/A"))
                    facts[variable] = value;
            }
        }

        return null;
    }
}
