using System.Globalization;
using System.Net;
using Tonne.Ledgers;
using Tonne.Runs;

namespace Tonne.Server.Proxying;

/// <summary>What the proxy passes on, where it listens, and what is measured.</summary>
sealed record ProxyOptions
{
    /// <summary>Port if none is given.</summary>
    public const int DefaultPort = 8801;

    /// <summary>The model server: address with scheme and, if there is one, a path that is put before each.</summary>
    public required Uri Upstream { get; init; }

    /// <summary>Name of the service.</summary>
    public required string Name { get; init; }

    /// <summary>Address to listen on. Default: 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>TCP port; 0 for a free one. Default: 8801.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The server's process, which is measured; null if it is on another machine.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Model of the catalog by which requests are estimated and divided, whatever they name; null for the one they name.</summary>
    public string? Model { get; init; }

    /// <summary>Time between two looks and two divisions, 1 s to 1 h. Default: 10 s.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two readings of the meters; null for 1 s, or 100 ms where a power must be integrated.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>How the energy of a shared machine is split. Default: share.</summary>
    public SharePolicy Policy { get; init; } = SharePolicy.Share;

    /// <summary>The ledger.</summary>
    public required LedgerHome Home { get; init; }

    /// <summary>The place as given; null if it must be guessed.</summary>
    public Place? Place { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> GetVariable { get; init; } = static _ => null;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads the place from the variables that <c>tonne proxy</c> passes.</summary>
    /// <exception cref="FormatException">A number is none.</exception>
    public static Place? ReadPlace(Func<string, string?> getVariable)
    {
        var (zone, region, intensity) = (Read(getVariable, "TONNE_ZONE"), Read(getVariable, "TONNE_REGION"), ReadNumber(getVariable, "TONNE_INTENSITY"));
        return zone is null && region is null && intensity is null ? null : new Place(zone, region, intensity, ReadPue(getVariable));
    }

    /// <summary>Reads the PUE; null if none is given.</summary>
    /// <exception cref="FormatException">It is no number.</exception>
    public static double? ReadPue(Func<string, string?> getVariable) => ReadNumber(getVariable, "TONNE_PUE");

    static string? Read(Func<string, string?> getVariable, string name) => getVariable(name) is { Length: > 0 } value ? value : null;

    static double? ReadNumber(Func<string, string?> getVariable, string name) => Read(getVariable, name) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"{name} is not a number: {text}");

    /// <summary>Whether requests would come back: the server behind is this proxy.</summary>
    /// <param name="addresses">Addresses of the server's name.</param>
    public bool IsOwnAddress(IEnumerable<IPAddress> addresses) => Upstream.Port == Port && addresses.Any(address =>
        address.Equals(Address) || (IPAddress.IsLoopback(address) && (IPAddress.IsLoopback(Address) || Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any))));
}
