using System.CommandLine;
using System.Globalization;
using System.Net;
using Tonne.Ledgers;
using Tonne.Runs;
using Tonne.Services.Recording;

namespace Tonne.Server.Proxying;

/// <summary>The command line of <c>tonne-server proxy</c>: that of <c>tonne proxy</c>, which describes it.</summary>
static class ProxyCommandLine
{
    /// <summary>The first argument that leads here.</summary>
    public const string Verb = "proxy";

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">The arguments, with the verb.</param>
    /// <param name="getVariable">Reads an environment variable.</param>
    /// <exception cref="FormatException">It is wrong.</exception>
    public static ProxyOptions Parse(string[] arguments, Func<string, string?> getVariable)
    {
        var to = new Option<string>("--to");
        var name = new Option<string>("--name");
        var listen = new Option<string>("--listen");
        var pid = new Option<int?>("--pid");
        var model = new Option<string>("--model");
        var look = new Option<double?>("--look-seconds");
        var period = new Option<double?>("--period-seconds");
        var policy = new Option<SharePolicy>("--policy") { DefaultValueFactory = static _ => SharePolicy.Share };
        var proxy = new Command(Verb) { to, name, listen, pid, model, look, period, policy };
        var parsed = new RootCommand { proxy }.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            throw new FormatException(string.Join('\n', parsed.Errors.Select(error => error.Message)));
        var (address, port) = ParseListen(parsed.GetValue(listen));
        return new ProxyOptions
        {
            Upstream = ParseUpstream(parsed.GetValue(to)),
            Name = parsed.GetValue(name) is { } given && ServiceFolder.IsName(given) ? given
                : throw new FormatException("give the service a name of 1 to 60 letters, digits, '.', '_' and '-': --name chat."),
            Address = address,
            Port = port,
            ProcessId = parsed.GetValue(pid),
            Model = parsed.GetValue(model),
            Look = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(look) ?? 10, 1, 3600)),
            Period = parsed.GetValue(period) is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0.01, 3600)) : null,
            Policy = parsed.GetValue(policy),
            Home = LedgerHome.FromEnvironment(getVariable),
            Place = ProxyOptions.ReadPlace(getVariable),
            GetVariable = getVariable,
        };
    }

    static Uri ParseUpstream(string? text)
    {
        var whole = text is null || text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(whole, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query.Length == 0 && address.UserInfo.Length == 0
            ? address : throw new FormatException($"--to '{text}' is not an address such as http://localhost:8000.");
    }

    static (IPAddress Address, int Port) ParseListen(string? text)
    {
        if (text is null)
            return (IPAddress.Loopback, ProxyOptions.DefaultPort);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var only) && only <= IPEndPoint.MaxPort)
            return (IPAddress.Loopback, only);
        var whole = text.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text["localhost".Length..] : text;
        if (!IPEndPoint.TryParse(whole, out var end))
            throw new FormatException($"--listen '{text}' is not an address such as 127.0.0.1:8801 or [::1]:8801.");
        // Without a port it is read as 0, which means a free one only where it is written.
        return (end.Address, end.Port == 0 && !whole.EndsWith(":0", StringComparison.Ordinal) ? ProxyOptions.DefaultPort : end.Port);
    }
}
