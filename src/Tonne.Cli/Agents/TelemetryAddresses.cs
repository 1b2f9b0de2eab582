using System.Net;
using Tonne.Cli.Commands;
using Tonne.Instruments.HttpPolling;

namespace Tonne.Cli.Agents;

/// <summary>Reads the addresses of metrics on the command line of the agent.</summary>
static class TelemetryAddresses
{
    /// <summary>The address of a server that takes metrics; one without a path gets the usual one.</summary>
    /// <exception cref="InvalidInputException">It is no address.</exception>
    public static Uri? ReadServer(string? text, string option, string path)
    {
        if (text is null)
            return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new InvalidInputException($"{option} '{text}' is not an address such as http://metrics.example.org:8428{path}.");
        if (address.UserInfo.Contains(':', StringComparison.Ordinal))
            throw new InvalidInputException($"{option} has a password, which others see in the list of processes: put it into TONNE_TELEMETRY_PASSWORD.");
        return address is { AbsolutePath: "/", Query: "" } ? new UriBuilder(address) { Path = path }.Uri : address;
    }

    /// <summary>An address and port of this machine.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static IPEndPoint? ReadEndpoint(string? text, string option, string example)
    {
        if (text is null)
            return null;
        // A number alone would be read as an address.
        var whole = text.All(char.IsAsciiDigit) ? "127.0.0.1:" + text
            : text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1:" + text[10..] : text;
        return IPEndPoint.TryParse(whole, out var address) && address.Port > 0 ? address
            : throw new InvalidInputException($"{option} '{text}' is not an address and port of this machine, such as {example}.");
    }

    /// <summary>The address of a meter that is an exporter, which may start after the agent: 10 s are waited for it.</summary>
    /// <exception cref="InvalidInputException">It is no address.</exception>
    public static IEnumerable<string> ReadExporter(string? text, string option, string kind) =>
        text is null ? [] : !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("https://",
            StringComparison.OrdinalIgnoreCase)
            ? throw new InvalidInputException($"{option} '{text}' is not an address such as {SourceKind.Find(kind + "+http")!.Example.Split('+')[1]}.")
            : [Check($"{kind}+{text}{(text.Contains("wait=", StringComparison.Ordinal) ? "" : $"{(text.Contains('?', StringComparison.Ordinal) ? "&" : "?")}wait=10s")}", option)];

    /// <summary>The address of the receiver of metrics. A collector may send once a minute: so long is waited for it.</summary>
    /// <exception cref="InvalidInputException">It is no address.</exception>
    public static IEnumerable<string> ReadReceiver(string? text, string option)
    {
        if (text is null)
            return [];
        var (address, query) = text.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[at..]) : (text,
            "?wait=70s");
        return [Check($"otlp://{ReadEndpoint(address, option, "127.0.0.1:4318")}{query}", option)];
    }

    static string Check(string address, string option) => SourceAddress.TryParse(address, out _, out var problem) ? address
        : throw new InvalidInputException($"{option}: {problem}.");
}
