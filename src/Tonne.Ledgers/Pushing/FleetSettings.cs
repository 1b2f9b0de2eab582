using System.Text;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Pushing;

/// <summary>The server that a node pushes to, and its key there: <c>fleet.json</c> in the ledger's folder, which only its owner can
/// read.</summary>
public sealed record FleetSettings
{
    // A key of any kind is shorter; a file that is longer is not this file.
    const int MaxFileBytes = 64 * 1024;
    const int FingerprintDigits = 64;

    /// <summary>Address of the server, such as <c>https://tonne.example.org</c>. Plain http only on this machine.</summary>
    public required Uri Server { get; init; }

    /// <summary>Name of the node in the fleet.</summary>
    public required string Name { get; init; }

    /// <summary>Key of the node, a secret.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 fingerprint of the server's certificate, 64 hexadecimal digits: then that one is trusted, and no other. Null: what
    /// the system trusts.</summary>
    public string? CertificateSha256 { get; init; }

    /// <summary>Path of the file.</summary>
    /// <param name="home">The ledger.</param>
    public static string GetPath(LedgerHome home)
    {
        ArgumentNullException.ThrowIfNull(home);
        return Path.Combine(home.Root, "fleet.json");
    }

    /// <summary>Reads the file, unless others than its owner can.</summary>
    /// <param name="home">The ledger.</param>
    /// <param name="problem">Why it is not used; null if it was read, or there is none.</param>
    /// <returns>Null if there is none, or it is not used.</returns>
    public static FleetSettings? Read(LedgerHome home, out string? problem)
    {
        var path = GetPath(home);
        problem = null;
        try
        {
            if (!File.Exists(path))
                return null;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & others) != UnixFileMode.None)
            {
                problem = $"{path} is not used, because others than its owner can read or change it, and it has a key: chmod 600 {path}";
                return null;
            }

            if (file.Length > MaxFileBytes)
            {
                problem = $"{path} is longer than {MaxFileBytes} bytes";
                return null;
            }

            using var reader = new StreamReader(file, Encoding.UTF8);
            return Parse(reader.ReadToEnd(), path, out problem);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be read: {error.Message}";
            return null;
        }
    }

    /// <summary>Reads the content of the file.</summary>
    /// <param name="text">The content.</param>
    /// <param name="path">Where it is from, for the problem.</param>
    /// <param name="problem">What is wrong; null if nothing is.</param>
    /// <returns>Null if something is wrong.</returns>
    public static FleetSettings? Parse(string text, string path, out string? problem)
    {
        FleetSettingsDocument? read;
        try
        {
            read = JsonSerializer.Deserialize(text, PushStateJson.Default.FleetSettingsDocument);
        }
        catch (JsonException)
        {
            read = null;
        }

        problem = read is null ? "is not the JSON of a node, {\"server\", \"name\", \"key\"}" : FindProblem(read);
        if (problem is not null)
        {
            problem = $"{path}: {problem}. `tonne fleet enroll` writes this file.";
            return null;
        }

        return new FleetSettings
        {
            Server = new Uri(read!.Server!),
            Name = read.Name!,
            Key = read.Key!,
            CertificateSha256 = read.CertificateSha256 is { } digits ? NormalizeFingerprint(digits) : null,
        };
    }

    /// <summary>Finds out why an address cannot be pushed to.</summary>
    /// <param name="server">The address.</param>
    /// <returns>Null if it can.</returns>
    public static string? FindServerProblem(string? server)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || (
            address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
            return $"the server '{server}' is not an address such as https://tonne.example.org";
        if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            return "the address of the server has a user, a query or a fragment, which are not used";
        return address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback
            ? $"the server {address.Host} would get the key unencrypted: use https" : null;
    }

    static string? FindProblem(FleetSettingsDocument read)
    {
        if (FindServerProblem(read.Server) is { } problem)
            return problem;
        if (string.IsNullOrWhiteSpace(read.Name))
            return "'name' is missing";
        if (string.IsNullOrEmpty(read.Key) || read.Key.Any(static letter => letter is <= ' ' or > '~'))
            return "'key' is missing, or has letters that no key has";
        return read.CertificateSha256 is { } digits && NormalizeFingerprint(digits) is null
            ? "'certificate_sha256' is not the 64 hexadecimal digits of a SHA-256 fingerprint" : null;
    }

    static string? NormalizeFingerprint(string text) =>
        text.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant() is { Length: FingerprintDigits } digits && digits.All(
            char.IsAsciiHexDigit) ? digits : null;

    /// <summary>Writes the file, for its owner only; an older one is replaced.</summary>
    /// <param name="home">The ledger; its folder is created.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be written.</exception>
    public void Write(LedgerHome home)
    {
        var path = GetPath(home);
        var part = path + DurableFile.TemporarySuffix;
        try
        {
            home.Create();
            DurableFile.TryDelete(part);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(part, options))
            {
                file.Write(JsonSerializer.SerializeToUtf8Bytes(
                    new FleetSettingsDocument { Server = Server.AbsoluteUri, Name = Name, Key = Key,
                        CertificateSha256 = CertificateSha256 },
                    PushStateJson.Default.FleetSettingsDocument));
                file.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
            DurableFile.SyncFolder(home.Root);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            DurableFile.TryDelete(part);
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    /// <summary>The settings without the key.</summary>
    public override string ToString() => $"{Name} at {Server}";
}
