using System.Reflection;
using System.Text;

namespace Tonne.Catalogs;

/// <summary>A cited table that is embedded in an assembly of tonne, under its file name.</summary>
public static class EmbeddedTable
{
    /// <summary>File names of all tables of an assembly, in ordinal order.</summary>
    /// <param name="assembly">The assembly that holds the tables; null for that of the domain, <c>Tonne</c>.</param>
    public static IReadOnlyList<string> Names(Assembly? assembly = null)
    {
        var names = Array.FindAll(Holder(assembly).GetManifestResourceNames(), name => name.EndsWith(".csv", StringComparison.Ordinal));
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>The bytes of a table as shipped.</summary>
    /// <param name="name">File name, for example <c>zones.csv</c>.</param>
    /// <param name="assembly">The assembly that holds the table; null for that of the domain, <c>Tonne</c>.</param>
    /// <exception cref="ArgumentException">The assembly has no such table.</exception>
    public static byte[] ReadBytes(string name, Assembly? assembly = null)
    {
        using var stream = Holder(assembly).GetManifestResourceStream(name)
            ?? throw new ArgumentException($"There is no embedded table named {name}.", nameof(name));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The text of a table.</summary>
    /// <inheritdoc cref="ReadBytes"/>
    public static string ReadText(string name, Assembly? assembly = null) => Encoding.UTF8.GetString(ReadBytes(name, assembly));

    static Assembly Holder(Assembly? assembly) => assembly ?? typeof(EmbeddedTable).Assembly;
}
