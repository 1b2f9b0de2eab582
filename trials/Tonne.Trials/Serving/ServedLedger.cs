using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Tonne.Trials.Serving;

/// <summary>A real <c>tonne serve</c>, and a client with its token.</summary>
sealed partial class ServedLedger : IAsyncDisposable
{
    readonly Process _process;

    ServedLedger(Process process, Uri address, string token)
    {
        _process = process;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Token = token;
    }

    internal Uri Address { get; }

    internal string Token { get; }

    internal HttpClient Client { get; }

    internal Process Process => _process;

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="tonne">Home and environment.</param>
    /// <param name="port">Port; 0 for a free one.</param>
    /// <param name="words">Further options.</param>
    internal static async Task<ServedLedger> StartAsync(TonneCommand tonne, int port = 0, params string[] words)
    {
        var process = tonne.Start(["serve", "--port", port.ToString(CultureInfo.InvariantCulture), "--no-open", .. words]);
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (FindAddress().Match(line) is { Success: true } match)
                return new ServedLedger(process, new Uri(match.Groups[1].Value), match.Groups[2].Value);
        }

        Assert.Fail("tonne serve ended: " + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        throw new InvalidOperationException();
    }

    internal Task<string> GetAsync(string address) => Client.GetStringAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);

    /// <summary>kill -9.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    // Without a token where it opens nothing.
    [GeneratedRegex(@"^ +(http://[^/]+/)(?:\?token=(\S+))?$", RegexOptions.None, 1000)]
    private static partial Regex FindAddress();
}
