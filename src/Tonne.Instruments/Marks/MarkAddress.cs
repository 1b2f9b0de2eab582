using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tonne.Instruments.Marks;

/// <summary>Where a run listens for marks: a Unix socket in a folder of its own that only its user may enter.</summary>
public static partial class MarkAddress
{
    /// <summary>The environment variable in which a child finds the path of the socket.</summary>
    public const string Variable = "TONNE_RUN";

    /// <summary>Longest path a Unix socket can have on Linux, in bytes (unix(7): 108 with the final zero).</summary>
    public const int Longest = 107;

    /// <summary>Makes a private folder and says the path of the socket in it.</summary>
    /// <param name="runtimeDirectory">The user's runtime folder (<c>XDG_RUNTIME_DIR</c>), tried first; null if there is none. Then <c>/tmp</c>.</param>
    /// <exception cref="IOException">No folder can be made in either.</exception>
    internal static string Make(string? runtimeDirectory)
    {
        Span<byte> random = stackalloc byte[6];
        RandomNumberGenerator.Fill(random);
        var name = "tonne-" + Convert.ToHexStringLower(random);
        var reasons = new List<string>();
        foreach (var parent in new[] { runtimeDirectory, "/tmp" })
        {
            if (string.IsNullOrEmpty(parent) || !Path.IsPathRooted(parent))
                continue;
            var folder = Path.Combine(parent, name);
            var socket = Path.Combine(folder, "run");
            if (System.Text.Encoding.UTF8.GetByteCount(socket) > Longest)
                reasons.Add(parent + ": the path would be too long for a socket");
            else if (MakeFolder(folder, 0x1C0) == 0) // 0700; fails if it is there already, so nobody else's is ever used
                return socket;
            else
                reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{parent}: {Marshal.GetLastPInvokeErrorMessage()}"));
        }

        throw new IOException("No folder for the socket of marks could be made (" + string.Join("; ", reasons) + ").");
    }

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFolder(string path, uint mode);
}
