using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Ledgers;

namespace Tonne.Cli.Fleets;

/// <summary>What a node needs to push: <c>fleet.json</c> in the folder of the ledger, for its owner only, because it has the key.</summary>
/// <param name="Server">Address of the server.</param>
/// <param name="Name">Name of this node.</param>
/// <param name="Key">Its key.</param>
/// <param name="CertificateSha256">SHA-256 of the server's certificate, hexadecimal; null if the system's list of authorities decides.</param>
sealed record FleetFile(string Server, string Name, string Key, [property: JsonPropertyName("certificate_sha256"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CertificateSha256)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file of a ledger.</summary>
    public static string GetPath(LedgerHome home) => Path.Combine(home.Root, "fleet.json");

    /// <summary>Writes or replaces the file at once.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(LedgerHome home)
    {
        var path = GetPath(home);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(home.Root);
        else
            Directory.CreateDirectory(home.Root, OwnerOnly | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        var part = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var stream = new FileStream(part, options))
            {
                JsonSerializer.Serialize(stream, this, FleetFileJson.Default.FleetFile);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
