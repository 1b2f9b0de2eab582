using System.Collections;
using System.Text;
using Tonne.Cli.Wrapping;
using Tonne.Cli.Wrapping.Native;
using Tonne.Instruments.Slurm;

namespace Tonne.Cli.Slurm;

/// <summary>What Slurm's prolog and epilog do: start the recorder of a job, and end it. Both return soon, whatever happens.</summary>
/// <param name="files">The files of the job's recorder.</param>
/// <param name="log">Receives what an administrator must know.</param>
/// <param name="time">The clock.</param>
sealed class RecorderControl(RecorderFiles files, AdminLog log, TimeProvider time)
{
    /// <summary>Slurm waits for a prolog, and the job with it.</summary>
    static readonly TimeSpan _longestWait = TimeSpan.FromMilliseconds(600);
    static readonly TimeSpan _look = TimeSpan.FromMilliseconds(10);

    /// <summary>Starts the recorder of a job, and waits until it records, 0.6 s at most.</summary>
    /// <param name="job">The job.</param>
    /// <param name="arguments">Arguments of tonne for the recorder.</param>
    public void Start(SlurmJob job, IReadOnlyList<string> arguments)
    {
        if (files.FindRecorder() is { } former)
        {
            // A recorder whose epilog has run is about to end: it is that of the start before, whatever number Slurm gives this one.
            if (!files.ReadEnding().HasEnded)
            {
                if (former.Restarts == job.Restarts)
                    return;
                log.Write($"job {job.Id} on {job.Node}", "it starts again, and its former epilog has not ended the recorder; it is ended now.");
                _ = Libc.Send(former.ProcessId, Libc.Terminate);
            }

            Wait(() => files.FindRecorder() is null);
        }

        files.ForgetEnding();
        files.RemoveOld(time.GetUtcNow());
        var path = Encoding.UTF8.GetBytes(Environment.ProcessPath!);
        var nothing = Libc.Open("/dev/null", 2);
        var error = new LaunchSpec([path, .. arguments.Select(Encoding.UTF8.GetBytes)], ListVariables())
        {
            Descriptors = [(nothing, 0), (nothing, 1), (nothing, 2)],
            NewSession = true,
            OnlyStandardStreams = true,
        }.Start(path, out _);
        _ = Libc.Close(nothing);
        if (error != 0)
            log.Write($"job {job.Id} on {job.Node}", $"the recorder was not started: error {error} of the system. The job is not accounted.");
        else
            Wait(() => files.FindRecorder() is { Records: true });
    }

    /// <summary>Ends the recorder of a job, and waits until it has closed the run, 0.6 s at most; it finishes that without us too.</summary>
    /// <param name="job">The job.</param>
    /// <param name="exitCode">Exit code of the job, 128 + n for signal n; null if unknown.</param>
    public void End(SlurmJob job, int? exitCode)
    {
        files.WriteEnding(exitCode);
        if (files.FindRecorder() is not { } recorder)
        {
            log.Write($"job {job.Id} on {job.Node}", "its end found no recorder: the prolog did not run, the recorder was killed, or two epilogs ran.");
            return;
        }

        _ = Libc.Send(recorder.ProcessId, Libc.Terminate);
        Wait(() => files.FindRecorder() is null);
    }

    /// <summary>The variables of the recorder: those of Slurm, and where the runtime is; nothing that configures tonne or the loader.</summary>
    static IReadOnlyList<byte[]> ListVariables() =>
    [
        .. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(entry => (string)entry.Key is "DOTNET_ROOT" or "CUDA_VISIBLE_DEVICES" || ((string)entry.Key).StartsWith("SLURM", StringComparison.Ordinal))
            .Select(entry => Encoding.UTF8.GetBytes($"{entry.Key}={entry.Value}")),
        .. new[] { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8" }.Select(Encoding.UTF8.GetBytes),
    ];

    void Wait(Func<bool> condition)
    {
        using var never = new ManualResetEventSlim();
        var begin = time.GetTimestamp();
        while (!condition() && time.GetElapsedTime(begin) < _longestWait)
            never.Wait(_look);
    }
}
