using System.Runtime.InteropServices;
using System.Text;

namespace Tonne.Cli.Wrapping;

/// <summary>Arguments and environment as the bytes that the kernel gave, which may not be valid text.</summary>
static class RawCommand
{
    /// <summary>The arguments as bytes, each without its terminating zero.</summary>
    /// <remarks>Text is encoded to UTF-8 again. If decoding lost something, the end of our own command line has the original.</remarks>
    internal static IReadOnlyList<byte[]> GetArguments(IReadOnlyList<string> arguments) =>
        arguments.Any(argument => argument.Contains('\uFFFD', StringComparison.Ordinal)) && FindOriginalArguments(arguments) is { } tail
            ? tail
            : [.. arguments.Select(Encoding.UTF8.GetBytes)];

    /// <summary>`NAME=value` of our own environment as bytes; additions replace variables of the same name.</summary>
    internal static IReadOnlyList<byte[]> BuildEnvironment(IReadOnlyDictionary<string, string> additions)
    {
        List<byte[]> variables = [];
        var added = additions.Select(pair => Encoding.UTF8.GetBytes($"{pair.Key}={pair.Value}")).ToList();
        foreach (var variable in ReadOwnEnvironment())
        {
            // Set by the script that starts tonne, for tonne only.
            if (NameOf(variable).SequenceEqual(Encoding.UTF8.GetBytes(InheritedState.OpenFilesVariable)))
            {
                continue;
            }

            if (!added.Exists(addition => NameOf(addition).SequenceEqual(NameOf(variable))))
            {
                variables.Add(variable);
            }
        }

        return [.. variables, .. added];
    }

    /// <summary>The value of a variable in a block made by <see cref="BuildEnvironment"/>, or null.</summary>
    internal static byte[]? GetValue(IReadOnlyList<byte[]> environment, string name)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        foreach (var variable in environment)
        {
            if (NameOf(variable).SequenceEqual(wanted) && variable.Length > wanted.Length)
            {
                return variable[(wanted.Length + 1)..];
            }
        }

        return null;
    }

    static ReadOnlySpan<byte> NameOf(byte[] variable)
    {
        var end = variable.AsSpan().IndexOf((byte)'=');
        return end < 0 ? variable : variable.AsSpan(0, end);
    }

    static unsafe List<byte[]> ReadOwnEnvironment()
    {
        List<byte[]> variables = [];
        if (NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "environ", out var address)
            || (NativeLibrary.TryLoad("libc", typeof(RawCommand).Assembly, null, out var libc) && NativeLibrary.TryGetExport(libc, "environ", out address)))
        {
            for (var entry = *(byte***)address; entry is not null && *entry is not null; entry++)
            {
                variables.Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*entry).ToArray());
            }
        }

        return variables;
    }

    static List<byte[]>? FindOriginalArguments(IReadOnlyList<string> arguments)
    {
        byte[] line;
        try
        {
            line = File.ReadAllBytes("/proc/self/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        List<byte[]> all = [];
        for (var start = 0; start < line.Length;)
        {
            var length = line.AsSpan(start).IndexOf((byte)0);
            length = length < 0 ? line.Length - start : length;
            all.Add(line.AsSpan(start, length).ToArray());
            start += length + 1;
        }

        if (all.Count < arguments.Count)
        {
            return null;
        }

        var tail = all.GetRange(all.Count - arguments.Count, arguments.Count);
        return tail.Select(Encoding.UTF8.GetString).SequenceEqual(arguments) ? tail : null;
    }
}
