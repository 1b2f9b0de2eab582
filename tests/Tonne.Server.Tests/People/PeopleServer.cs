using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.Tests;
using Tonne.Runs;
using Tonne.Server.Security;
using Tonne.Server.Tests.Fleet;
using Tonne.Tests.Issuers;

namespace Tonne.Server.Tests.People;

/// <summary>A server of a fleet with an issuer, and the runs of two accounts: ada sees that of physics, bob that of biology and his
/// own.</summary>
sealed class PeopleServer : IAsyncDisposable
{
    public const string Physics = "20261120-080001-aaaaa1", Biology = "20261120-080002-aaaaa2", Bobs = "20261120-080003-aaaaa3";

    readonly TemporaryHome _node = new();

    PeopleServer(FleetServer fleet, StandInIssuer issuer) => (Fleet, Issuer) = (fleet, issuer);

    public FleetServer Fleet { get; }

    public StandInIssuer Issuer { get; }

    public HeldStore Store => Fleet.Store;

    public Uri Address => Fleet.Server.Address;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static OidcOptions Configure(StandInIssuer issuer) => new()
    {
        Authority = issuer.Address,
        ClientId = StandInIssuer.ClientId,
        ClientSecret = StandInIssuer.ClientSecret,
    };

    public static async Task<PeopleServer> StartAsync(
        Func<OidcOptions, OidcOptions>? oidc = null, Func<ServerOptions, ServerOptions>? configure = null)
    {
        var issuer = new StandInIssuer();
        var fleet = await FleetServer.StartAsync(configure: options =>
        {
            var changed = options with { Oidc = oidc?.Invoke(Configure(issuer)) ?? Configure(issuer) };
            return configure?.Invoke(changed) ?? changed;
        });
        var server = new PeopleServer(fleet, issuer);
        await server.FillAsync();
        return server;
    }

    async Task FillAsync()
    {
        Complete(Physics, "physics", "carol");
        Complete(Biology, "biology", "carol");
        Complete(Bobs, "physics", "bob");
        var code = await Store.CreateCodeAsync(TimeSpan.FromHours(1), null, "test", Cancelled);
        Assert.NotNull(await Store.EnrolAsync(code, "node-1", "0.1.0", Cancelled));
        await Store.ReceiveAsync("node-1", FleetServer.ReadLines(_node), Cancelled);
        await Store.GrantAsync(new("ada", "physics", MemberRole.Viewer), "test", Cancelled);
        await Store.GrantAsync(new("bob", "biology", MemberRole.Member), "test", Cancelled);
        await Store.GrantAsync(new("olga", Membership.AllAccounts, MemberRole.Owner), "test", Cancelled);
        Store.Audit.Clear();
    }

    void Complete(string id, string account, string user) => _node.Complete(id, with: opening => opening with
    {
        Name = "run-of-" + id[^1],
        User = user,
        Job = new JobIdentity { Launcher = JobLauncher.Slurm, Id = "7" + id[^1], Account = account },
    });

    /// <summary>Sends a request as a program with a token.</summary>
    public async Task<(int Status, string Text)> SendAsync(
        string address, string? token, HttpMethod? method = null, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(address, UriKind.Relative));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (json is not null)
            request.Content = new StringContent(json, new MediaTypeHeaderValue("application/json"));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Fleet.Client.SendAsync(request, Cancelled);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled));
    }

    /// <summary>The ids of the runs that a token lists.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string token)
    {
        var (status, text) = await SendAsync("/api/v1/runs?sort=started", token);
        Assert.True(status == 200, $"{status}: {text}");
        return [.. JsonNode.Parse(text)!["runs"]!.AsArray().Select(run => (string)run!["id"]!)];
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Issuer.Dispose();
        _node.Dispose();
    }
}
