using System.Text;

namespace Tonne.Catalogs;

/// <summary>A cited table that travels inside the assembly.</summary>
static class EmbeddedTable
{
    /// <summary>File names of all tables, in ordinal order.</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            var names = Array.FindAll(typeof(EmbeddedTable).Assembly.GetManifestResourceNames(), name => name.EndsWith(".csv", StringComparison.Ordinal));
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
    }

    /// <summary>The bytes of a table as shipped.</summary>
    public static byte[] Bytes(string name)
    {
        using var stream = typeof(EmbeddedTable).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"There is no embedded table named {name}.", nameof(name));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The text of a table.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));
}
