using System.Data.Common;
using System.Globalization;

namespace Tonne.Server.Fleet;

/// <summary>The address of a database as people write it: a connection string of Npgsql, or <c>postgres://USER@HOST/DATABASE</c>.</summary>
static class DatabaseAddress
{
    /// <summary>Variable with the address: other users of a machine see a command line, and not the variables of a process.</summary>
    public const string Variable = "TONNE_DATABASE";

    const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Words of libpq's addresses, and those of Npgsql.</summary>
    static readonly Dictionary<string, string> _names = new(StringComparer.Ordinal)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["passfile"] = "Passfile",
        ["application_name"] = "Application Name",
    };

    /// <summary>The connection string: from the file if one is given, else from the variable.</summary>
    /// <param name="file">The file; null for none.</param>
    /// <param name="getVariable">Reads an environment variable.</param>
    /// <returns>Null if neither is given.</returns>
    /// <exception cref="FormatException">It is no address, or others can read a file with a password.</exception>
    public static string? Find(string? file, Func<string, string?> getVariable) =>
        file is not null ? ReadFile(file) : getVariable(Variable) is { Length: > 0 } text ? Parse(text) : null;

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none. The message does not repeat it: it may have a password.</exception>
    public static string Parse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.StartsWith("postgres://", StringComparison.Ordinal) || trimmed.StartsWith("postgresql://", StringComparison.Ordinal))
            return ParseUri(trimmed);
        try
        {
            return trimmed.Contains('=', StringComparison.Ordinal)
                && new DbConnectionStringBuilder { ConnectionString = trimmed }.ContainsKey("Host")
                ? trimmed : throw CreateMalformed();
        }
        catch (ArgumentException)
        {
            throw CreateMalformed();
        }
    }

    static string ParseUri(string text)
    {
        var parts = new DbConnectionStringBuilder();
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var query = rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? rest[(mark + 1)..] : "";
        rest = rest[..(rest.Length - query.Length - (query.Length > 0 ? 1 : 0))].TrimEnd('?');
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (authority, database) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
        var at = authority.LastIndexOf('@');
        var (person, host) = at < 0 ? ("", authority) : (authority[..at], authority[(at + 1)..]);
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host.EndsWith(']'))
        {
            Add("Port", int.TryParse(host[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
                ? port.ToString(CultureInfo.InvariantCulture) : throw CreateMalformed());
            host = host[..colon];
        }

        Add("Host", Decode(host.Trim('[', ']')));
        Add("Database", Decode(database));
        Add("Username", Decode(person.Split(':', 2)[0]));
        Add("Password", person.Split(':', 2) is [_, var password] ? Decode(password) : "");
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
        {
            var name = Decode(pair[0]);
            Add(_names.GetValueOrDefault(name) ?? name, pair is [_, var value] ? Decode(value) : throw CreateMalformed());
        }

        return parts.ContainsKey("Host") ? parts.ConnectionString : throw CreateMalformed();

        void Add(string name, string value)
        {
            if (value.Length > 0)
                parts[name] = value;
        }
    }

    static string Decode(string text) => Uri.UnescapeDataString(text);

    static string ReadFile(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            var address = Parse(text);
            if (!OperatingSystem.IsWindows() && new DbConnectionStringBuilder { ConnectionString = address }.ContainsKey("Password")
                && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
                throw new FormatException($"other users can read the password in {file}: chmod 600 {file}.");
            return address;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"--database-file {file}: {error.Message}", error);
        }
    }

    static FormatException CreateMalformed() => new(
        "the address of the database is not one: write postgres://USER@HOST/DATABASE, postgres:///DATABASE?host=/run/postgresql, "
        + "or Host=HOST;Database=DATABASE;Username=USER.");
}
