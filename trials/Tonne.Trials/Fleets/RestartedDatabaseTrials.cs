using System.Net;
using System.Runtime.Versioning;
using Tonne.Trials.Serving;

namespace Tonne.Trials.Fleets;

/// <summary>A real PostgreSQL that is restarted under a server with connections open to it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RestartedDatabaseTrials : IDisposable
{
    const int Together = 8;

    readonly TonneCommand _server = new();

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Nobody_is_answered_with_an_error_after_the_database_was_restarted()
    {
        await using var postgres = await PrivatePostgres.StartAsync(_server);
        await postgres.CreateFleetAsync("tonne");
        await using var server = await ServedLedger.StartAsync(_server);
        for (var round = 0; round < 2; round++)
        {
            // Each of these has a connection of the pool.
            Assert.All(await AskTogetherAsync(server), status => Assert.Equal(HttpStatusCode.OK, status));
            await postgres.StopImmediatelyAsync();
            using (var down = await server.Client.GetAsync(new Uri("/api/v1/runs", UriKind.Relative), Cancelled))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
                Assert.InRange(down.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
            }

            await postgres.RestartAsync();

            for (var i = 0; i < Together; i++)
                await server.GetAsync("/api/v1/runs");
            Assert.All(await AskTogetherAsync(server), status => Assert.Equal(HttpStatusCode.OK, status));
            // Restarted between two questions, so that no one has failed before.
            await postgres.StopImmediatelyAsync();
            await postgres.RestartAsync();
            Assert.All(await AskTogetherAsync(server), status => Assert.Equal(HttpStatusCode.OK, status));
        }
    }

    static Task<HttpStatusCode[]> AskTogetherAsync(ServedLedger server) => Task.WhenAll(Enumerable.Range(0, Together).Select(async i =>
    {
        using var answer = await server.Client.GetAsync(
            new Uri(i % 2 == 0 ? "/api/v1/runs" : "/api/v1/totals?since=2026-11", UriKind.Relative), Cancelled);
        return answer.StatusCode;
    }));
}
