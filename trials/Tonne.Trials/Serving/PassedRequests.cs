using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tonne.Trials.Serving;

/// <summary>A real <c>tonne proxy</c>, and a client of it.</summary>
sealed partial class PassedRequests : IAsyncDisposable
{
    readonly TonneCommand _tonne;
    readonly Process _process;

    PassedRequests(TonneCommand tonne, Process process, Uri address)
    {
        (_tonne, _process) = (tonne, process);
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    internal HttpClient Client { get; }

    /// <summary>Starts it on a free port, and waits until it listens.</summary>
    internal static async Task<PassedRequests> StartAsync(TonneCommand tonne, params string[] words)
    {
        var process = tonne.Start(["proxy", "--listen", "127.0.0.1:0", .. words]);
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (FindAddress().Match(line) is { Success: true } match)
                return new PassedRequests(tonne, process, new Uri(match.Groups[1].Value));
        }

        Assert.Fail("tonne proxy ended: " + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        throw new InvalidOperationException();
    }

    internal async Task<JsonNode> GetAsync(string address) =>
        JsonNode.Parse(await Client.GetStringAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken))!;

    /// <summary>Waits until a request is in a state.</summary>
    internal async Task<JsonNode> WaitForAsync(string id, string state)
    {
        while (true)
        {
            var request = await GetAsync("/tonne/requests/" + id);
            if ((string?)request["state"] == state)
                return request;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    internal async Task<int> StopAsync()
    {
        (await _tonne.RunOtherAsync("/bin/kill", "-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))).Expect(0);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"from (http://\S+) to ", RegexOptions.None, 5000)]
    private static partial Regex FindAddress();
}
