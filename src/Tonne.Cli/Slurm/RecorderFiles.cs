using System.Globalization;
using System.Text;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Slurm;

namespace Tonne.Cli.Slurm;

/// <summary>The files by which prolog, recorder and epilog of a job on a node find each other.</summary>
/// <remarks>
/// In a folder on a file system of the node itself, such as <c>/run</c>, which is empty after a boot. <c>NODE.JOB</c> has the recorder's process id,
/// its start, the restarts of the job and whether it records; <c>….lock</c> is locked while it lives; <c>….end</c> is made by the epilog and has how the job ended.
/// </remarks>
sealed class RecorderFiles(string folder, SlurmJob job)
{
    /// <summary>The folder, unless the command names another one.</summary>
    public const string DefaultFolder = "/run/tonne-slurm";

    static readonly TimeSpan _oldest = TimeSpan.FromDays(1);

    string State => Path.Combine(folder, job.FileName);

    string Ending => State + ".end";

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Makes the folder for its owner only.</summary>
    /// <returns>Why it cannot be used; null if it can.</returns>
    public string? Prepare()
    {
        if (Environment.IsPrivilegedProcess && TrustedPath.FindFolderProblem(folder) is { } problem)
            return problem;
        if (!Directory.Exists(folder) && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return null;
    }

    /// <summary>Takes the lock of the recorder of this job. A recorder that the job's former epilog has just ended may still hold it.</summary>
    /// <param name="wait">Waits a moment; false when there is no more time.</param>
    /// <returns>Dispose it at the end; null if another recorder lives on.</returns>
    public FileStream? TryLock(Func<bool> wait)
    {
        while (true)
        {
            try
            {
                return new FileStream(State + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (wait())
            {
                // Once more.
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Writes that this process is the recorder.</summary>
    /// <param name="records">Whether the first sample has been taken.</param>
    public void WriteState(bool records)
    {
        var holder = ProcessIdentity.GetCurrent();
        Replace(State, string.Create(CultureInfo.InvariantCulture, $"{holder.ProcessId} {holder.ProcessStart} {job.Restarts} {(records ? "records" : "starts")}\n"));
    }

    /// <summary>The recorder, if it lives.</summary>
    public (int ProcessId, int Restarts, bool Records)? FindRecorder() =>
        Read(State)?.Split(' ', StringSplitOptions.TrimEntries) is [var id, var start, var restarts, var state]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var process)
        && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ProcessIdentity.GetStartTicks(process) == ticks
            && int.TryParse(restarts, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? (process, count, state == "records") : null;

    /// <summary>Whether a recorder of a job lives, by the id of the job only: what else is known of it may come from its user.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="jobId">Id of the job.</param>
    /// <param name="node">Slurm's name of the node; null for any, where a machine is one node.</param>
    public static bool HasRecorder(string folder, string jobId, string? node) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*." + jobId).Select(path => Path.GetFileName(path)[..^(jobId.Length + 1)])
            .Where(name => name.Length > 0 && (node is null || name == node))
            .Any(name => new RecorderFiles(folder, new SlurmJob(jobId, name, 0, 0)).FindRecorder() is not null);

    /// <summary>Writes that the job has ended.</summary>
    /// <param name="exitCode">Its exit code, 128 + n for signal n; null if unknown.</param>
    public void WriteEnding(int? exitCode) => Replace(Ending, exitCode is { } code ? code.ToString(CultureInfo.InvariantCulture) + "\n" : "\n");

    /// <summary>Removes what a former epilog of the job has left.</summary>
    public void ForgetEnding() => File.Delete(Ending);

    /// <summary>Whether the epilog has run, and with which exit code of the job; null before.</summary>
    public (bool HasEnded, int? ExitCode) ReadEnding() => Read(Ending) is { } text
        ? (true, int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null) : (false, null);

    /// <summary>Removes the files of this job.</summary>
    public void Remove()
    {
        foreach (var file in new[] { State, Ending, State + ".lock" })
            File.Delete(file);
    }

    /// <summary>Removes what ended jobs have left, such as that of an epilog without a prolog.</summary>
    public void RemoveOld(DateTimeOffset now)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.end").Where(file => now.UtcDateTime - File.GetLastWriteTimeUtc(file) > _oldest).ToList())
            File.Delete(file);
    }

    static void Replace(string path, string text)
    {
        var part = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
        File.WriteAllText(part, text, Encoding.ASCII);
        File.Move(part, path, overwrite: true);
    }

    static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
