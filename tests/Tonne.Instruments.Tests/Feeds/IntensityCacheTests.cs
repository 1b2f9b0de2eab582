using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Feeds.Replay;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.Feeds;

public sealed class IntensityCacheTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-cache-").FullName;
    readonly PlayedTime _time = new(FeedTests.Now);
    PlayedReply? _instead;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    PlayedHandler Handler() => new(path => _instead ?? new PlayedFeeds(_time.GetUtcNow()).Answer(path));

    Task<CachedAnswer> ReadAsync(IIntensityFeed feed, string zone = "DE", bool live = true, int hours = 12, IntensityCache? cache = null) =>
        (cache ?? new IntensityCache(_folder, _time)).ReadAsync(feed, FeedTests.Zone(zone), _time.GetUtcNow().AddHours(-hours),
            _time.GetUtcNow().AddHours(hours), live, TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_provider_is_called_once_in_15_minutes_for_a_zone()
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));
        var neso = feeds.Find("neso")!;

        var first = await ReadAsync(neso, "GB");
        var calls = handler.Calls;
        _time.Advance(TimeSpan.FromMinutes(14.9));
        var second = await ReadAsync(neso, "GB");
        var before = handler.Calls;
        _time.Advance(TimeSpan.FromMinutes(0.1));
        var third = await ReadAsync(neso, "GB");

        Assert.True(first.Called);
        Assert.False(second.Called);
        Assert.Equal(calls, before);
        Assert.True(third.Called);
        Assert.NotNull(second.Answer.Observed);
        Assert.NotNull(second.Answer.Forecast);
        Assert.Equal(FeedTests.Now, second.CalledAt);
        Assert.Equal(first.Answer.Observed!.Values.Where(value => value is not null).Select(value => value!.Value.GramsPerKilowattHour),
            second.Answer.Observed.Values.Where(value => value is not null).Select(value => value!.Value.GramsPerKilowattHour));
    }

    [Fact]
    public async Task Twenty_that_ask_at_once_make_one_call()
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => ReadAsync(feeds.Find("rte")!, "FR"))));

        Assert.Equal(1, answers.Count(answer => answer.Called));
        Assert.All(answers, answer => Assert.NotNull(answer.Answer.Observed));
        // A day in quarter hours is one page of 100 rows.
        Assert.Equal(1, handler.Calls);
    }

    [Theory]
    [InlineData(null, 15)]
    [InlineData("3600", 60)]
    [InlineData("60", 15)]
    [InlineData("99999999", 24 * 60)]
    public async Task A_refusal_is_remembered_for_as_long_as_it_asks(string? retryAfter, int minutes)
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));
        _instead = new PlayedReply(429, "slow down") { RetryAfter = retryAfter };

        var refused = await ReadAsync(feeds.Find("elia")!, "BE");
        _instead = null;
        _time.Advance(TimeSpan.FromMinutes(minutes - 0.1));
        var calls = handler.Calls;
        var waiting = await ReadAsync(feeds.Find("elia")!, "BE");
        var between = handler.Calls;
        _time.Advance(TimeSpan.FromMinutes(0.1));
        var fine = await ReadAsync(feeds.Find("elia")!, "BE");

        Assert.IsType<FeedFailure.RateLimited>(refused.Answer.Failure);
        Assert.IsType<FeedFailure.RateLimited>(waiting.Answer.Failure);
        Assert.Equal(calls, between);
        Assert.Null(fine.Answer.Failure);
    }

    [Fact]
    public async Task After_a_failure_the_values_of_earlier_calls_are_used_and_that_is_reported()
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));
        await ReadAsync(feeds.Find("neso")!, "GB");
        _time.Advance(TimeSpan.FromHours(1));
        _instead = new PlayedReply(200, "<html>Are you a robot?</html>", "text/html");

        var later = await ReadAsync(feeds.Find("neso")!, "GB");

        Assert.True(later.Called);
        Assert.Null(later.Answer.Failure);
        Assert.NotNull(later.Answer.Forecast);
        Assert.Equal(FeedTests.Now, later.Answer.Forecast.Issued);
        Assert.Contains(later.Answer.Warnings, warning => warning.Code == "feed-failed");
    }

    [Fact]
    public async Task Offline_nobody_is_called()
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));

        var answer = await ReadAsync(feeds.Find("neso")!, "GB", live: false);

        Assert.Equal(0, handler.Calls);
        Assert.IsType<FeedFailure.NoValues>(answer.Answer.Failure);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_damaged_file_is_set_aside()
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));
        await ReadAsync(feeds.Find("neso")!, "GB");
        var path = Assert.Single(Directory.GetFiles(_folder, "*.json"));
        var whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(path, whole[..(whole.Length / 2)], TestContext.Current.CancellationToken);

        var answer = await ReadAsync(feeds.Find("neso")!, "GB");

        Assert.Contains(answer.Answer.Warnings, warning => warning.Code == "cache-damaged");
        Assert.NotNull(answer.Answer.Observed);
        Assert.True(File.Exists(path + ".damaged"));
    }

    [Fact]
    public void Files_changed_at_random_are_read_or_damaged_and_never_an_exception()
    {
        var file = new CacheFile { CalledAt = FeedTests.Now, NextCallAt = FeedTests.Now, Failure = new FeedFailure.RateLimited("x",
            TimeSpan.FromSeconds(5)), Issued = FeedTests.Now };
        file.Observed[CacheFile.Minute(FeedTests.Now)] = (15, 100);
        file.Past[CacheFile.Minute(FeedTests.Now)] = new SortedDictionary<long, double> { [CacheFile.Minute(FeedTests.Now)] = 4 };
        file.Warnings.Add(new Warning("a", "b"));
        var good = file.Write();
        var random = new Random(11);

        Assert.Equal(good, CacheFile.Read(good)!.Write());
        for (var i = 0; i < 3000; i++)
        {
            var bytes = good.ToArray();
            for (var j = random.Next(1, 4); j > 0; j--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            _ = CacheFile.Read(random.Next(2) == 0 ? bytes : bytes[..random.Next(bytes.Length)]);
        }
    }

    [Fact]
    public async Task Forecasts_of_the_past_are_paired_with_what_was_observed()
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));
        var cache = new IntensityCache(_folder, _time);
        for (var hour = 0; hour < 30; hour++)
        {
            await ReadAsync(feeds.Find("neso")!, "GB", cache: cache);
            _time.Advance(TimeSpan.FromHours(1));
        }

        var pairs = cache.ReadPairs("neso", FeedTests.Zone("GB"));

        // The played forecast that stands beside observed values is 5 g/kWh too high; the one that is issued ahead is exact.
        Assert.All(pairs.Where(pair => pair.Issued is null), pair => Assert.Equal(5, (pair.Forecast - pair.Actual).GramsPerKilowattHour,
            1e-6));
        var ahead = pairs.Where(pair => pair.Issued is not null).ToList();
        Assert.All(ahead, pair => Assert.Equal(0, (pair.Forecast - pair.Actual).GramsPerKilowattHour, 1e-6));
        Assert.Contains(ahead, pair => pair.Lead == TimeSpan.FromHours(20));
        // One issue in three hours.
        Assert.InRange(ahead.Select(pair => pair.Issued).Distinct().Count(), 8, 11);
        Assert.All(ahead, pair => Assert.True(pair.Lead >= TimeSpan.Zero));
    }

    [Fact]
    public async Task Values_older_than_45_days_are_dropped()
    {
        using var handler = Handler();
        using var feeds = new IntensityFeeds(handler.Options(_time));
        await ReadAsync(feeds.Find("neso")!, "GB");
        _time.Advance(TimeSpan.FromDays(50));
        await ReadAsync(feeds.Find("neso")!, "GB");

        var old = await new IntensityCache(_folder, _time).ReadAsync(feeds.Find("neso")!, FeedTests.Zone("GB"), FeedTests.Now.AddHours(-10),
            FeedTests.Now, live: false, TestContext.Current.CancellationToken);

        Assert.NotNull(old.Answer.Failure);
    }
}
