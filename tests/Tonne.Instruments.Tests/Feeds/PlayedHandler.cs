using System.Net;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Feeds.Replay;

namespace Tonne.Instruments.Tests.Feeds;

/// <summary>Answers in place of the network: each provider's address is <c>http://feeds.test/ID/</c>.</summary>
sealed class PlayedHandler(Func<string, PlayedReply> answer) : HttpMessageHandler
{
    int _calls;

    internal int Calls => _calls;

    internal List<string> Paths { get; } = [];

    internal FeedOptions Options(TimeProvider time) => new()
    {
        Handler = this,
        Time = time,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Random = new Random(7),
        Setting = name => name.EndsWith(".url", StringComparison.Ordinal) ? $"http://feeds.test/{name.Split('.')[1]}/"
            : name.Contains("watttime", StringComparison.Ordinal) ? "user:password" : PlayedFeeds.Key,
    };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        lock (Paths)
            Paths.Add(request.RequestUri!.PathAndQuery);
        var reply = answer(request.RequestUri!.PathAndQuery);
        var response = new HttpResponseMessage((HttpStatusCode)reply.Status) { Content = new ByteArrayContent(reply.Content) };
        if (reply.RetryAfter is { } wait)
            response.Headers.TryAddWithoutValidation("Retry-After", wait);
        return Task.FromResult(response);
    }
}
