using System.Text;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Finds and starts a command the way a shell's `env` or `nohup` would.</summary>
/// <remarks>
/// A name with a slash is a file; any other is searched along PATH of the child's environment. A file that the kernel does not recognise as
/// a program is given to `/bin/sh`. Exit code 127: not found. 126: found but not startable. 125: no resources to start it.
/// </remarks>
static class CommandSearch
{
    /// <summary>The folders that the C library searches if there is no PATH.</summary>
    static readonly byte[] _noPath = "/bin:/usr/bin"u8.ToArray();

    static readonly byte[] _shell = "/bin/sh"u8.ToArray();

    /// <summary>Finds and starts the command.</summary>
    /// <returns>The process id.</returns>
    /// <exception cref="StartFailureException">It cannot be started.</exception>
    internal static int Start(LaunchSpec launch)
    {
        var name = launch.Arguments[0];
        if (name.Length == 0)
        {
            throw new StartFailureException(127, "tonne: cannot run '': the command is empty");
        }

        var worst = Errno.NotFound;
        foreach (var candidate in GetCandidates(name, launch.Environment))
        {
            if (!Exists(candidate))
            {
                continue;
            }

            var error = launch.Start(candidate, out var pid);
            if (error == Errno.ExecFormatError)
            {
                error = (launch with { Arguments = [_shell, candidate, .. launch.Arguments.Skip(1)] }).Start(_shell, out pid);
            }

            if (error == 0)
            {
                return pid;
            }

            // "Not found" can also mean that the file exists and its interpreter does not.
            worst = error == Errno.NotADirectory ? Errno.NotFound : error;
            if (error is not (Errno.NotFound or Errno.NotADirectory or Errno.PermissionDenied))
            {
                break;
            }
        }

        throw CreateException(name, worst);
    }

    /// <summary>Replaces this process by the command, which then is neither measured nor followed. Never returns.</summary>
    /// <exception cref="StartFailureException">It cannot be started.</exception>
    internal static StartFailureException Replace(LaunchSpec launch) => CreateException(launch.Arguments[0], launch.Execute());

    static IEnumerable<byte[]> GetCandidates(byte[] name, IReadOnlyList<byte[]> environment)
    {
        if (name.Contains((byte)'/'))
        {
            return [name];
        }

        List<byte[]> candidates = [];
        var path = (RawCommand.GetValue(environment, "PATH") ?? _noPath).AsSpan();
        foreach (var range in path.Split((byte)':'))
        {
            var folder = path[range];
            candidates.Add(folder.IsEmpty ? [.. "./"u8, .. name] : [.. folder, (byte)'/', .. name]);
        }

        return candidates;
    }

    static unsafe bool Exists(byte[] path)
    {
        fixed (byte* file = (byte[])[.. path, 0])
        {
            // Only "not found" continues the search; the start itself reports every other error.
            return Libc.Access(file, 0) == 0 || Errno.Last is not (Errno.NotFound or Errno.NotADirectory);
        }
    }

    static StartFailureException CreateException(byte[] name, int error)
    {
        var shown = Encoding.UTF8.GetString(name);
        return error switch
        {
            Errno.NotFound when name.Contains((byte)'/') => new(127, $"tonne: cannot run '{shown}': no such file, or its interpreter is missing"),
            Errno.NotFound => new(127, $"tonne: cannot run '{shown}': not found on PATH"),
            Errno.PermissionDenied => new(126, $"tonne: cannot run '{shown}': not executable (permission denied, or a folder)"),
            Errno.TryAgain or Errno.NoMemory or Errno.SystemFileLimit or Errno.ProcessFileLimit =>
                new(125, $"tonne: could not start '{shown}': {Errno.GetMessage(error)}"),
            _ => new(126, $"tonne: cannot run '{shown}': {Errno.GetMessage(error)}"),
        };
    }
}
