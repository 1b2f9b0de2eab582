using System.Text;

namespace Tonne.Catalogs;

/// <summary>The factors shipped with this version, as a whole.</summary>
public static class FactorSet
{
    static readonly Lazy<string> Digest = new(Compute);

    /// <summary>SHA-256 over all embedded tables in ordinal order of their names, each as name, NUL, length in bytes, NUL, bytes; 64 hexadecimal digits.</summary>
    public static string Hash => Digest.Value;

    /// <summary>The first twelve digits of <see cref="Hash"/>, for people.</summary>
    public static string ShortHash => Hash[..12];

    static string Compute()
    {
        using var all = new MemoryStream(512 * 1024);
        foreach (var name in EmbeddedTable.Names())
        {
            var bytes = EmbeddedTable.ReadBytes(name);
            all.Write(Encoding.UTF8.GetBytes($"{name}\0{bytes.Length}\0"));
            all.Write(bytes);
        }
        return Sha256.ComputeHash(all.GetBuffer().AsSpan(0, (int)all.Length));
    }
}
