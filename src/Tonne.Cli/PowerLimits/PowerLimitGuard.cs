using System.Globalization;
using System.Text;
using Tonne.Cli.Wrapping;
using Tonne.Cli.Wrapping.Native;
using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.PowerLimits;

/// <summary>tonne's side of a <see cref="PowerLimitGuardian"/>.</summary>
sealed class PowerLimitGuard : IDisposable
{
    int _lifeline;
    int _answer;

    PowerLimitGuard(int pid, int lifeline, int answer) => (Pid, _lifeline, _answer) = (pid, lifeline, answer);

    /// <summary>The process.</summary>
    internal int Pid { get; }

    /// <summary>Whether it lives.</summary>
    internal unsafe bool IsAlive
    {
        get
        {
            byte one;
            nint read;
            while ((read = Libc.Read(_answer, &one, 1)) < 0 && Errno.Last == Errno.Interrupted)
            {
            }

            // Nothing to read is an error here; the end of the pipe is not.
            return read != 0;
        }
    }

    /// <summary>Starts it, and waits until it can restore what the file has.</summary>
    /// <param name="home">Folder of the ledger.</param>
    /// <param name="lockFile">The lock of the file, which it holds too.</param>
    /// <param name="root">Root of the machine's files.</param>
    /// <param name="library">The NVML library; null for the system's.</param>
    /// <exception cref="PowerLimitException">It did not start, or cannot restore the limits.</exception>
    internal static PowerLimitGuard Start(string home, FileStream lockFile, string root, string? library)
    {
        if (Pipe.Open() is not { } lifeline)
            throw Fail(Errno.GetMessage(Errno.Last));
        if (Pipe.Open() is not { } answer)
        {
            Close(lifeline.ReadEnd, lifeline.WriteEnd);
            throw Fail(Errno.GetMessage(Errno.Last));
        }

        var nowhere = Pipe.MoveAboveStandard(Libc.Open("/dev/null", Libc.ReadWrite | Libc.CloseOnExec));
        int pid;
        try
        {
            var held = (int)lockFile.SafeFileHandle.DangerousGetHandle();
            string[] words = [Environment.ProcessPath!, PowerLimitGuardian.Verb, home, Text(lifeline.ReadEnd), Text(answer.WriteEnd),
                Path.GetFullPath(root), library is null ? PowerLimitGuardian.None : GetFullName(library)];
            pid = CommandSearch.Start(new LaunchSpec([.. words.Select(Encoding.UTF8.GetBytes)],
                RawCommand.BuildEnvironment(new Dictionary<string, string>()))
            {
                Descriptors = [(nowhere, Libc.StandardInput), (nowhere, Libc.StandardOutput), (lifeline.ReadEnd, lifeline.ReadEnd),
                    (answer.WriteEnd, answer.WriteEnd), (held, held)],
                NewSession = true,
            });
        }
        catch (StartFailureException error)
        {
            Close(lifeline.WriteEnd, answer.ReadEnd);
            throw Fail(error.Message);
        }
        finally
        {
            Close(lifeline.ReadEnd, answer.WriteEnd, nowhere);
        }

        var guard = new PowerLimitGuard(pid, lifeline.WriteEnd, answer.ReadEnd);
        if (guard.ReadAnswer() is var text && text != PowerLimitGuardian.Ready)
        {
            guard.Dispose();
            throw Fail(text.Length > 0 ? text : "it ended");
        }

        Pipe.SetBlocking(guard._answer, blocking: false);
        return guard;
    }

    /// <summary>Lets it end: all is restored, or what could not be is said.</summary>
    public unsafe void Dispose()
    {
        if (_lifeline < 0)
            return;
        byte done = 1;
        _ = Libc.Write(_lifeline, &done, 1);
        Close(_lifeline, _answer);
        (_lifeline, _answer) = (-1, -1);
        int status;
        Libc.ResourceUsage use;
        while (Libc.Wait(Pid, &status, 0, &use) < 0 && Errno.Last == Errno.Interrupted)
        {
        }
    }

    static PowerLimitException Fail(string why) =>
        new($"the process that restores the power limits if tonne is killed did not start, so none is changed: {why}");

    /// <summary>A library with a folder is a path; without one, the loader searches it.</summary>
    static string GetFullName(string library) => library.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(library) : library;

    unsafe string ReadAnswer()
    {
        var text = new List<byte>();
        byte one;
        while (true)
        {
            var read = Libc.Read(_answer, &one, 1);
            if (read < 0 && Errno.Last == Errno.Interrupted)
                continue;
            if (read <= 0 || one == (byte)'\n')
                return Encoding.UTF8.GetString([.. text]);
            text.Add(one);
        }
    }

    static void Close(params ReadOnlySpan<int> descriptors)
    {
        foreach (var descriptor in descriptors)
            _ = Libc.Close(descriptor);
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
