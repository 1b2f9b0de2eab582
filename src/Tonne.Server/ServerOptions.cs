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

    /// <summary>The token; ignored on a socket.</summary>
    public required AccessToken Token { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> GetVariable { get; init; } = static _ => null;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What is wrong, a sentence each; empty if nothing is.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (Socket is not null && (Certificate is not null || Proxy is not null))
            yield return "--socket cannot be combined with --certificate or --behind-proxy: a socket is for this machine only.";
        if (Socket is null && !IPAddress.IsLoopback(Address) && Certificate is null && Proxy is null)
            yield return $"{Address} can be reached from other machines: give --certificate FILE for TLS, or --behind-proxy URL if a proxy before this server has it.";
        if (CertificateKey is not null && Certificate is null)
            yield return "--certificate-key needs --certificate.";
        if (Proxy is { } proxy && (proxy.Scheme is not ("http" or "https") || proxy.AbsolutePath != "/" || proxy.Query.Length > 0 || proxy.UserInfo.Length > 0))
            yield return $"--behind-proxy '{proxy}' is not an address such as https://tonne.example.org.";
    }
}
