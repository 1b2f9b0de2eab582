using System.Data.Common;
using System.Runtime.Versioning;
using Tonne.Server.Fleet;

namespace Tonne.Server.Tests.Fleet;

/// <summary>Addresses as libpq's manual writes them (PostgreSQL 15, section 34.1.1.2), and connection strings of Npgsql.</summary>
[UnsupportedOSPlatform("windows")]
public class DatabaseAddressTests
{
    [Theory]
    [InlineData("postgres://tonne@db.example.org/ledger", "host=db.example.org;database=ledger;username=tonne")]
    [InlineData("postgresql://other@localhost/otherdb?sslmode=Require&application_name=myapp", "host=localhost;database=otherdb;username=other;ssl mode=Require;application name=myapp")]
    [InlineData("postgresql://localhost:5433", "host=localhost;port=5433")]
    [InlineData("postgresql://user:p%40ss;word@[2001:db8::1234]:5432/db", "host=2001:db8::1234;port=5432;database=db;username=user;password=p@ss;word")]
    [InlineData("postgresql:///mydb?host=/run/postgresql&port=5433", "host=/run/postgresql;port=5433;database=mydb")]
    [InlineData("postgresql://%2Fvar%2Flib%2Fpostgresql/dbname", "host=/var/lib/postgresql;database=dbname")]
    [InlineData("Host=/run/postgresql;Database=tonne;Username=tonne", "host=/run/postgresql;database=tonne;username=tonne")]
    [InlineData("  Host=db;Database=tonne\n", "host=db;database=tonne")]
    public void An_address_becomes_a_connection_string(string text, string expected)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = DatabaseAddress.Parse(text) };
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        // The one value with a separator in it comes last.
        foreach (var pair in expected.Replace("p@ss;word", "p@ss\0word", StringComparison.Ordinal).Split(';')
            .Select(pair => pair.Split('=', 2)))
            wanted[pair[0]] = pair[1].Replace('\0', ';');

        Assert.Equal(wanted.OrderBy(pair => pair.Key),
            parts.Keys.Cast<string>().ToDictionary(key => key.ToLowerInvariant(), key => (string)parts[key]).OrderBy(pair => pair.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tonne")]
    [InlineData("postgres://")]
    [InlineData("postgres://user:secret@/tonne")]
    [InlineData("postgres://user:secret@host:99999/tonne")]
    [InlineData("mysql://user:secret@host/tonne")]
    [InlineData("Database=tonne;Password=secret")]
    [InlineData("Host=a;=secret")]
    public void What_is_no_address_is_refused_without_repeating_a_password(string text) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => DatabaseAddress.Parse(text)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_file_with_a_password_is_for_its_owner()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "postgres://user:secret@db/tonne\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Contains("chmod 600", Assert.Throws<FormatException>(() => DatabaseAddress.Find(file, _ => null)).Message,
                StringComparison.Ordinal);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Assert.Contains("secret", DatabaseAddress.Find(file, _ => "Host=other")!, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal("Host=other", DatabaseAddress.Find(null, name => name == "TONNE_DATABASE" ? "Host=other" : null));
        Assert.Null(DatabaseAddress.Find(null, _ => null));
        Assert.Throws<FormatException>(() => DatabaseAddress.Find(file, _ => null));
    }
}
