using System.Security.Cryptography;
using System.Text;

namespace Tonne.Catalogs;

/// <summary>The factors shipped with this version, as a whole.</summary>
public static class FactorSet
{
    static readonly Lazy<string> Digest = new(Compute);

    /// <summary>SHA-256 over all embedded tables in ordinal order of their names, each as name, NUL, length, NUL, bytes; 64 hexadecimal digits.</summary>
    public static string Hash => Digest.Value;

    /// <summary>The first twelve digits of <see cref="Hash"/>, for people.</summary>
    public static string ShortHash => Hash[..12];

    static string Compute()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in EmbeddedTable.Names)
        {
            var bytes = EmbeddedTable.Bytes(name);
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{bytes.Length}\0"));
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
