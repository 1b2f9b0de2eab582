namespace Tonne.Server.Tests.People;

/// <summary>Follows redirects and keeps cookies as a browser does; it looks at no expiry, so that the clock of a test decides.</summary>
sealed class PrivateBrowser : IDisposable
{
    readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>Cookies by host and port, each as the server set it.</summary>
    public Dictionary<string, Dictionary<string, string>> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>The addresses that were opened, with redirects.</summary>
    public List<Uri> Opened { get; } = [];

    /// <summary>What the newest answer set, as it was sent.</summary>
    public List<string> SetCookies { get; } = [];

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Opens a page.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="redirects">Most redirects.</param>
    public async Task<(int Status, string Text, Uri At, Uri? Next)> OpenAsync(Uri address, int redirects = 10)
    {
        for (var at = address; ; redirects--)
        {
            Opened.Add(at);
            using var request = new HttpRequestMessage(HttpMethod.Get, at);
            request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml");
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Mode", "navigate");
            var (status, text, location) = await SendAsync(request);
            var next = location is null ? null : new Uri(at, location);
            if (next is null || redirects == 0)
                return (status, text, at, next);
            at = next;
        }
    }

    /// <summary>Sends a request with the cookies of its address.</summary>
    public async Task<(int Status, string Text, Uri? Location)> SendAsync(HttpRequestMessage request)
    {
        var jar = Cookies.TryGetValue(request.RequestUri!.Authority, out var known) ? known : Cookies[request.RequestUri.Authority] =
            new(StringComparer.Ordinal);
        if (jar.Count > 0)
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", jar.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        using var response = await _client.SendAsync(request, Cancelled);
        SetCookies.Clear();
        foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
        {
            SetCookies.Add(set);
            var pair = set.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0)
                jar.Remove(pair[0]);
            else
                jar[pair[0]] = pair[1];
        }

        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled), response.Headers.Location);
    }

    public void Dispose() => _client.Dispose();
}
