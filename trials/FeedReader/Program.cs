using System.Globalization;
using Tonne.Instruments.Feeds;

// Arguments: address of the played provider, folder of the cache, the time (ISO 8601). Writes "called" if it called the provider, "kept" if not.
var now = DateTimeOffset.Parse(args[2], CultureInfo.InvariantCulture);
using var feeds = new IntensityFeeds(new FeedOptions { Setting = name => name == "grid.rte.url" ? args[0] : null });
var zone = IntensityFeeds.FindZone("FR");
if (feeds.Find("rte") is not { } feed || zone is null)
    return 2;
var answer = await new IntensityCache(args[1]).ReadAsync(feed, zone, now.AddHours(-10), now, live: true);
Console.Write(answer.Answer.Observed is null ? "nothing" : answer.Called ? "called" : "kept");
return 0;
