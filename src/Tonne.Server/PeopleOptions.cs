using System.CommandLine;
using System.Net;
using Tonne.Server.Security;

namespace Tonne.Server;

/// <summary>The options about who may read, each of which has a variable too.</summary>
sealed class PeopleOptions
{
    const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    const string SecretVariable = "TONNE_OIDC_CLIENT_SECRET";

    readonly Option<string> _authority = new("--oidc-authority");
    readonly Option<string> _client = new("--oidc-client-id");
    readonly Option<string> _secretFile = new("--oidc-client-secret-file");
    readonly Option<string> _audience = new("--oidc-audience");
    readonly Option<string> _claim = new("--oidc-person-claim");
    readonly Option<string> _header = new("--person-header");
    readonly Option<string[]> _proxies = new("--trusted-proxy");
    readonly Option<bool> _noToken = new("--no-token");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _authority, _client, _secretFile, _audience, _claim, _header, _proxies, _noToken })
            command.Options.Add(option);
    }

    /// <summary>The issuer; null for none.</summary>
    /// <exception cref="FormatException">A part of it is missing or malformed.</exception>
    public OidcOptions? ReadIssuer(ParseResult parsed, Func<string, string?> getVariable)
    {
        var authority = Read(parsed, _authority, "TONNE_OIDC_AUTHORITY", getVariable);
        var client = Read(parsed, _client, "TONNE_OIDC_CLIENT_ID", getVariable);
        var audience = Read(parsed, _audience, "TONNE_OIDC_AUDIENCE", getVariable);
        var claim = Read(parsed, _claim, "TONNE_OIDC_PERSON_CLAIM", getVariable);
        var secretFile = parsed.GetValue(_secretFile);
        if (authority is null)
        {
            return client is null && audience is null && claim is null && secretFile is null ? null
                : throw new FormatException("the issuer is missing: --oidc-authority https://login.example.org.");
        }

        return new OidcOptions
        {
            Authority = Uri.TryCreate(authority, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? address
                : throw new FormatException($"--oidc-authority '{authority}' is not an address such as https://login.example.org."),
            ClientId = client ?? throw new FormatException(
                "--oidc-authority needs --oidc-client-id, the id that the issuer knows this server by."),
            ClientSecret = secretFile is not null ? ReadSecret(secretFile) : getVariable(SecretVariable) is { Length: > 0 } secret ? secret
                : null,
            Audience = audience,
            PersonClaim = claim ?? OidcOptions.DefaultPersonClaim,
        };
    }

    /// <summary>The header of a proxy; null for none.</summary>
    /// <exception cref="FormatException">A network is malformed, or there is no header.</exception>
    public PersonHeader? ReadHeader(ParseResult parsed, Func<string, string?> getVariable)
    {
        var header = Read(parsed, _header, "TONNE_PERSON_HEADER", getVariable);
        var given = parsed.GetValue(_proxies) is { Length: > 0 } list ? list
            : getVariable("TONNE_TRUSTED_PROXY") is { Length: > 0 } text ? [text] : [];
        var networks = given.SelectMany(each => each.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)).Select(ParseNetwork)
            .ToList();
        return header is not null ? new PersonHeader(header, networks)
            : networks.Count == 0 ? null
            : throw new FormatException("--trusted-proxy is for --person-header, the header in which the proxy names the person.");
    }

    /// <summary>Whether the token opens nothing.</summary>
    public bool ReadIsTokenOff(ParseResult parsed) => parsed.GetValue(_noToken);

    static string? Read(ParseResult parsed, Option<string> option, string variable, Func<string, string?> getVariable) =>
        parsed.GetValue(option) ?? (getVariable(variable) is { Length: > 0 } text ? text : null);

    static IPNetwork ParseNetwork(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new FormatException($"--trusted-proxy '{text}' is not a network such as 10.1.0.0/16, or an address.");

    static string ReadSecret(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
                throw new FormatException($"other users can read the secret in {file}: chmod 600 {file}.");
            return File.ReadAllText(file).Trim() is { Length: > 0 } secret ? secret : throw new FormatException($"{file} has no secret.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"--oidc-client-secret-file {file}: {error.Message}", error);
        }
    }
}
