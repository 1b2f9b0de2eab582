using System.Net;
using Tonne.Ledgers;
using Tonne.Server.Fleet;
using Tonne.Server.Security;

namespace Tonne.Server;

/// <summary>What the server serves, where, and to whom.</summary>
sealed record ServerOptions
{
    /// <summary>Port if none is given.</summary>
    public const int DefaultPort = 7070;

    /// <summary>The ledger.</summary>
    public required LedgerHome Home { get; init; }

    /// <summary>Address to listen on. Default: 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>TCP port; 0 for a free one. Default: 7070.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>A Unix socket instead of address and port; null for none. Who can open its folder needs no token.</summary>
    public string? Socket { get; init; }

    /// <summary>File of the TLS certificate, PEM with its key or PKCS #12; null for no TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the certificate's key; null if it is in the same file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>The address that users see of a proxy before this server; null for none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether the server writes nothing to the ledger but its index. Default: no: it closes runs whose recorder was killed.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The database of a fleet, whose runs are served; null for those of <see cref="Home"/>.</summary>
    public IFleetStore? Fleet { get; init; }

    /// <summary>What a push may cost.</summary>
    public PushLimits PushLimits { get; init; } = new();

    /// <summary>The token; ignored on a socket that only the owner can open.</summary>
    public required AccessToken Token { get; init; }

    /// <summary>Whether the token opens nothing. Default: no.</summary>
    public bool IsTokenOff { get; init; }

    /// <summary>The issuer of OpenID Connect whose people may read a database; null for none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>The header in which a proxy names who sends a request to a database; null for none.</summary>
    public PersonHeader? PersonHeader { get; init; }

    /// <summary>Folder for the keys of sessions, so that they outlive a restart. Default: null, they do not.</summary>
    public string? SessionKeys { get; init; }

    /// <summary>Whether users reach the server by TLS.</summary>
    public bool IsEncrypted => Certificate is not null || Proxy?.Scheme == "https";

    /// <summary>Whether requests come through a socket that only the owner can open: then they are the owner's, without a token.</summary>
    public bool IsOwnersSocket => Socket is not null && Proxy is null;

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> GetVariable { get; init; } = static _ => null;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What is wrong, a sentence each; empty if nothing is.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (Socket is not null && (Certificate is not null || (Proxy is not null && PersonHeader is null)))
            yield return "--socket cannot be combined with --certificate, and with --behind-proxy only if the proxy says who asks "
                + "(--person-header): a socket is for this machine only.";
        if (Socket is null && !IPAddress.IsLoopback(Address) && Certificate is null && Proxy is null)
            yield return $"{Address} can be reached from other machines: give --certificate FILE for TLS, or --behind-proxy URL if a proxy before this server has it.";
        if (CertificateKey is not null && Certificate is null)
            yield return "--certificate-key needs --certificate.";
        if (Proxy is { } proxy && (proxy.Scheme is not ("http" or "https") || proxy.AbsolutePath != "/" || proxy.Query.Length > 0 || proxy.UserInfo.Length > 0))
            yield return $"--behind-proxy '{proxy}' is not an address such as https://tonne.example.org.";
        foreach (var problem in FindPeopleProblems())
            yield return problem;
    }

    IEnumerable<string> FindPeopleProblems()
    {
        if (Fleet is null && (Oidc is not null || PersonHeader is not null || IsTokenOff))
            yield return "--oidc-authority, --person-header and --no-token need --database: the runs of a folder are all its owner's.";
        // Without a token and without a proxy a socket is the owner's.
        if (IsTokenOff && IsOwnersSocket)
            yield return "--no-token cannot be combined with --socket: only the owner can open it, and it has no token.";
        if (PersonHeader is { } header)
        {
            if (Proxy is null)
                yield return $"--person-header {header.Name} needs --behind-proxy URL: without a proxy anybody could write this header.";
            foreach (var problem in header.FindProblems())
                yield return problem;
        }

        if (IsTokenOff && Oidc is null && PersonHeader is null)
            yield return "--no-token leaves nobody who could read: give --oidc-authority or --person-header too.";
        if (Oidc is not { } oidc)
            yield break;
        foreach (var problem in oidc.FindProblems())
            yield return problem;
        if (IsOwnersSocket)
            yield return "--oidc-authority needs an address that a browser reaches, and --socket has none.";
        if (Proxy is { Scheme: "http", IsLoopback: false })
            yield return $"--behind-proxy '{Proxy}' is not encrypted, so others could take the sessions of people: write https://.";
    }
}
