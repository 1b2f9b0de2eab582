using System.Net;
using Microsoft.Extensions.Primitives;

namespace Tonne.Server.Security;

/// <summary>The header in which a reverse proxy names the person, and the peers that are believed.</summary>
/// <param name="Name">Name of the header.</param>
/// <param name="TrustedProxies">Networks of the proxy; empty for loopback. A Unix socket is always believed: only its owner can open
/// it.</param>
sealed record PersonHeader(string Name, IReadOnlyList<IPNetwork> TrustedProxies)
{
    // With another meaning already.
    static readonly string[] _taken = ["Authorization", "Cookie", "Host", "Origin", "Content-Type", "Content-Length", "X-Forwarded-For"];

    /// <summary>What is wrong, a sentence each; empty if nothing is.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (Name.Length == 0 || !Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            yield return $"--person-header '{Name}' is not the name of a header, such as X-Remote-User.";
        else if (_taken.Contains(Name, StringComparer.OrdinalIgnoreCase))
            yield return $"--person-header '{Name}' has another meaning: use one of its own, such as X-Remote-User.";
    }

    /// <summary>The header of a request.</summary>
    /// <returns>Null if it is not there.</returns>
    public StringValues? Find(HttpRequest request) => request.Headers.TryGetValue(Name, out var values) ? values : default(StringValues?);

    /// <summary>Whether the peer of a connection is the proxy.</summary>
    public bool IsFromProxy(ConnectionInfo connection)
    {
        if (connection.RemoteIpAddress is not { } remote)
            return true;
        var address = remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;
        return TrustedProxies.Count == 0 ? IPAddress.IsLoopback(address) : TrustedProxies.Any(network => network.Contains(address));
    }
}
