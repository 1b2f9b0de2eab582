using System.Runtime.InteropServices;

namespace Tonne.Server.Security;

/// <summary>The file that keeps the token between starts, for its owner only.</summary>
/// <param name="path">The file.</param>
sealed partial class TokenFile(string path)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The file.</summary>
    public string Location { get; } = Path.GetFullPath(path);

    /// <summary>The file in the user's state folder: <c>XDG_STATE_HOME/tonne/serve-token</c>, else below <c>.local/state</c>.</summary>
    /// <param name="getVariable">Reads an environment variable.</param>
    public static TokenFile ForUser(Func<string, string?> getVariable)
    {
        var state = getVariable("XDG_STATE_HOME") is { Length: > 0 } folder && Path.IsPathRooted(folder)
            ? folder
            : Path.Combine(Ledgers.LedgerHome.GetUserFolder(getVariable), ".local", "state");
        return new TokenFile(Path.Combine(state, "tonne", "serve-token"));
    }

    /// <summary>Reads the token; creates it if there is none.</summary>
    /// <exception cref="ServerStartException">Others can read the file, it has no token, or it cannot be written.</exception>
    public AccessToken ReadOrCreate()
    {
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                if (TryRead() is { } known)
                    return known;
                try
                {
                    return Create();
                }
                catch (IOException) when (attempt < 3 && File.Exists(Location))
                {
                    // Another server has just created it.
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"the token cannot be kept in {Location}: {error.Message} Set XDG_STATE_HOME to a folder that can be written.", error);
        }
    }

    AccessToken? TryRead()
    {
        if (!File.Exists(Location))
            return null;
        if (new FileInfo(Location).LinkTarget is not null)
            throw new ServerStartException($"{Location} is a link: remove it, and a new token is made.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Location) & Others) != UnixFileMode.None)
            throw new ServerStartException($"other users can open {Location}: remove it, and a new token is made.");
        var text = File.ReadAllText(Location).Trim();
        return AccessToken.IsWellFormed(text) ? new AccessToken(text) : throw new ServerStartException($"{Location} has no token: remove it, and a new one is made.");
    }

    AccessToken Create()
    {
        var folder = Path.GetDirectoryName(Location)!;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            options.UnixCreateMode = OwnerOnly;
        }

        // Written aside, so that nobody reads half a token, under a random name: a process may start several servers at once.
        var token = AccessToken.Create();
        var aside = $"{Location}.{Guid.NewGuid():N}";
        try
        {
            using (var writer = new StreamWriter(new FileStream(aside, options)))
                writer.Write(token.Text + "\n");
            Publish(aside);
        }
        finally
        {
            File.Delete(aside);
        }

        return token;
    }

    // Never replaces the file of another server. File.Move looks first and renames then on Unix, where both can happen between the two; a link is one step.
    void Publish(string aside)
    {
        if (OperatingSystem.IsWindows())
            File.Move(aside, Location, overwrite: false);
        else if (Link(aside, Location) != 0)
        {
            var error = Marshal.GetLastPInvokeErrorMessage();
            if (File.Exists(Location))
                throw new IOException($"{Location} exists: {error}");
            File.Move(aside, Location, overwrite: false); // A file system without links, such as FAT.
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);
}
