using System.Net;
using System.Net.Sockets;

namespace Tonne.Instruments.Otlp;

/// <summary>Opens listeners for HTTP that answer under their address only, and under localhost where that is loopback: a page of a browser
/// does not reach them under another name.</summary>
public static class AddressedListener
{
    /// <summary>Opens one; the caller disposes it.</summary>
    /// <param name="address">The address; any stands for all of the machine.</param>
    /// <exception cref="IOException">The port cannot be opened.</exception>
    public static HttpListener Open(IPEndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var host = address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any) ? "*"
            : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address.Address}]" : address.Address.ToString();
        return (IPAddress.IsLoopback(address.Address) ? TryStart(host, "localhost") : null) ?? TryStart(host)
            ?? throw new IOException($"the port {address} cannot be opened: another program has it, or it is not permitted");

        HttpListener? TryStart(params string[] hosts)
        {
            var fresh = new HttpListener { IgnoreWriteExceptions = true };
            try
            {
                foreach (var each in hosts)
                    fresh.Prefixes.Add(FormattableString.Invariant($"http://{each}:{address.Port}/"));
                fresh.Start();
                return fresh;
            }
            catch (Exception error) when (error is HttpListenerException or SocketException or ArgumentException)
            {
                fresh.Close();
                return null;
            }
        }
    }
}
