namespace Tonne.Server.Security;

/// <summary>The file that keeps the token between starts, for its owner only.</summary>
/// <param name="path">The file.</param>
sealed class TokenFile(string path)
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

        // Written aside and renamed, so that nobody reads half a token; a rename does not replace another server's file.
        var token = AccessToken.Create();
        var aside = $"{Location}.{Environment.ProcessId}";
        File.Delete(aside);
        using (var writer = new StreamWriter(new FileStream(aside, options)))
            writer.Write(token.Text + "\n");
        try
        {
            File.Move(aside, Location, overwrite: false);
        }
        catch (IOException)
        {
            File.Delete(aside);
            throw;
        }

        return token;
    }
}
