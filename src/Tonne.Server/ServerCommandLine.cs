using System.CommandLine;
using System.Net;
using Tonne.Server.Security;

namespace Tonne.Server;

/// <summary>The command line of <c>tonne-server</c>: that of <c>tonne serve</c> and <c>tonne mcp</c>, which describe it.</summary>
sealed record ServerCommandLine
{
    const int MaxPort = 65535;

    /// <summary>Whether it speaks the Model Context Protocol on standard input and output, and nothing listens.</summary>
    public bool IsMcp { get; init; }

    /// <summary>Address to listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port.</summary>
    public int Port { get; init; } = ServerOptions.DefaultPort;

    /// <summary>Unix socket; null for none.</summary>
    public string? Socket { get; init; }

    /// <summary>Certificate; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>Key of the certificate; null if it is in its file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Address of a proxy before this server; null for none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>File with the address of a fleet's database; null for none.</summary>
    public string? DatabaseFile { get; init; }

    /// <summary>Issuer of OpenID Connect; null for none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Header in which a proxy names the person; null for none.</summary>
    public PersonHeader? PersonHeader { get; init; }

    /// <summary>Whether the token opens nothing.</summary>
    public bool IsTokenOff { get; init; }

    /// <summary>Whether nothing is written.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether to open the browser.</summary>
    public bool IsBrowserWanted { get; init; }

    /// <summary>Reads the command line, and the variables that take the place of options.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="getVariable">Reads an environment variable.</param>
    /// <exception cref="FormatException">It is wrong.</exception>
    public static ServerCommandLine Parse(string[] arguments, Func<string, string?> getVariable)
    {
        var listen = new Option<string>("--listen");
        var port = new Option<string>("--port");
        var socket = new Option<string>("--socket");
        var certificate = new Option<string>("--certificate");
        var key = new Option<string>("--certificate-key");
        var proxy = new Option<string>("--behind-proxy");
        var database = new Option<string>("--database-file");
        var readOnly = new Option<bool>("--read-only");
        var noOpen = new Option<bool>("--no-open");
        var people = new PeopleOptions();
        var serve = new Command("serve") { listen, port, socket, certificate, key, proxy, database, readOnly, noOpen };
        people.AddTo(serve);
        var root = new RootCommand { serve, new Command("mcp") };
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 || parsed.CommandResult.Command == root)
            throw new FormatException(string.Join('\n', parsed.Errors.Select(error => error.Message).DefaultIfEmpty("this is started by 'tonne serve', 'tonne proxy' and 'tonne mcp'.")));
        if (parsed.CommandResult.Command != serve)
            return new ServerCommandLine { IsMcp = true };
        if (parsed.GetValue(socket) is not null && (parsed.GetValue(port) ?? parsed.GetValue(listen)) is not null)
            throw new FormatException("--socket, and --port or --listen, are two ways to reach the server: give one.");
        var (address, given) = ParseListen(parsed.GetValue(listen));
        return new ServerCommandLine
        {
            Address = address,
            Port = parsed.GetValue(port) is { } text ? ParsePort("--port", text) : given ?? ServerOptions.DefaultPort,
            Socket = parsed.GetValue(socket) is { } path ? Path.GetFullPath(path) : null,
            Certificate = parsed.GetValue(certificate),
            CertificateKey = parsed.GetValue(key),
            Proxy = parsed.GetValue(proxy) is not { } front ? null
                : Uri.TryCreate(front, UriKind.Absolute, out var uri) ? uri : throw new FormatException($"--behind-proxy '{front}' is not an address such as https://tonne.example.org."),
            DatabaseFile = parsed.GetValue(database),
            Oidc = people.ReadIssuer(parsed, getVariable),
            PersonHeader = people.ReadHeader(parsed, getVariable),
            IsTokenOff = people.ReadIsTokenOff(parsed),
            ReadOnly = parsed.GetValue(readOnly),
            IsBrowserWanted = !parsed.GetValue(noOpen),
        };
    }

    static (IPAddress Address, int? Port) ParseListen(string? text)
    {
        if (text is null)
            return (IPAddress.Loopback, null);
        // An IPv6 address has colons of its own: [::1]:7070.
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text.IndexOf(':') == colon || text[colon - 1] == ']');
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var address = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : IPAddress.TryParse(host, out var parsed) ? parsed
            : throw new FormatException($"--listen '{text}' is not an address such as 127.0.0.1:7070 or [::1]:7070.");
        return (address, hasPort ? ParsePort("--listen", text[(colon + 1)..]) : null);
    }

    static int ParsePort(string option, string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) && port <= MaxPort ? port
        : throw new FormatException($"{option} '{text}' is not a port: write 7070, or 0 for a free one.");
}
