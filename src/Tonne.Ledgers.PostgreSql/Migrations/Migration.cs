using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tonne.Ledgers.PostgreSql.Migrations;

/// <summary>A step from one version of the schema to the next.</summary>
/// <param name="Version">Number, from 1, without gaps.</param>
/// <param name="Name">What it is about.</param>
/// <param name="Sql">Its statements, applied in one transaction.</param>
sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the statements, by which a step is noticed that was changed after it was applied.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The steps of this version of tonne, in order: files such as <c>0001_runs.sql</c>.</summary>
    public static IReadOnlyList<Migration> ReadAll()
    {
        var assembly = typeof(Migration).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.Length > 5 && name[4] == '_').Order(StringComparer.Ordinal)
                .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
                return new Migration(
                    int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name[5..], reader.ReadToEnd());
            }),
        ];
    }
}
