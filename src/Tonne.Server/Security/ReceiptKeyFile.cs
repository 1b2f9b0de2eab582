using Tonne.Ledgers.Pushing;

namespace Tonne.Server.Security;

/// <summary>The private key with which a server signs receipts, <c>receipt-key.pem</c> in its folder, for its owner only.</summary>
/// <param name="folder">The folder of the server.</param>
sealed class ReceiptKeyFile(string folder)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file.</summary>
    public string Location { get; } = Path.Combine(Path.GetFullPath(folder), "receipt-key.pem");

    /// <summary>Reads the key; creates it if there is none.</summary>
    /// <exception cref="ServerStartException">Others can read the file, it has no key, or it cannot be written.</exception>
    public ReceiptSigner ReadOrCreate()
    {
        if (TryRead() is { } known)
            return known;
        var made = ReceiptSigner.Create();
        try
        {
            // Nobody reads half a key: it has its name when it is complete, and only if no other server was earlier.
            var fresh = $"{Location}.{Guid.NewGuid():N}.part";
            Write(fresh, made);
            try
            {
                File.Move(fresh, Location);
            }
            finally
            {
                File.Delete(fresh);
            }

            return made;
        }
        catch (IOException) when (File.Exists(Location))
        {
            // Another server with this folder has just created it.
            made.Dispose();
            return TryRead()!;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            made.Dispose();
            throw CreateFailure(error);
        }
    }

    /// <summary>Reads the key; null if there is none.</summary>
    /// <exception cref="ServerStartException">Others can read the file, or it has no key.</exception>
    public ReceiptSigner? TryRead()
    {
        if (!File.Exists(Location))
            return null;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Location) & ~OwnerOnly) != UnixFileMode.None)
                throw new ServerStartException($"other users can open {Location}: chmod 600, and 'tonne fleet receipt-key' if they may have read it.");
            return ReceiptSigner.Import(File.ReadAllText(Location));
        }
        catch (FormatException error)
        {
            throw new ServerStartException($"{Location}: {error.Message}. Restore it from a backup, or move it away: a new one is made.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CreateFailure(error);
        }
    }

    /// <summary>Puts a new key in the place of the former one, which is kept as <c>receipt-key-ID.pem</c>.</summary>
    /// <param name="former">The former key; null if there was none.</param>
    /// <param name="next">The new one.</param>
    /// <exception cref="ServerStartException">It cannot be written.</exception>
    public void Replace(ReceiptSigner? former, ReceiptSigner next)
    {
        try
        {
            var fresh = Location + ".part";
            File.Delete(fresh);
            Write(fresh, next);
            if (former is not null)
                File.Copy(Location, Path.Combine(Path.GetDirectoryName(Location)!, $"receipt-key-{former.Id}.pem"), overwrite: true);
            File.Move(fresh, Location, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CreateFailure(error);
        }
    }

    static void Write(string path, ReceiptSigner key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.Write(key.Export());
        writer.Flush();
        file.Flush(flushToDisk: true);
    }

    ServerStartException CreateFailure(Exception error) =>
        new($"the key for receipts cannot be kept in {Location}: {error.Message} Set TONNE_HOME to a folder that can be written.", error);
}
