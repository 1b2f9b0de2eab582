using System.Text;
using Tonne.Grids;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Feeds.Replay;

namespace Tonne.Instruments.Tests.Feeds;

public sealed class FeedTests
{
    internal static readonly DateTimeOffset Now = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> Providers => new()
    {
        { "neso", "GB" }, { "neso", "GB-NESO-13" }, { "energy-charts", "DE" }, { "energinet", "DK-DK1" }, { "eirgrid", "IE" },
            { "rte", "FR" }, { "elia", "BE" }, { "caiso", "US-CAL-CISO" },
        { "nyiso", "US-NY-NYIS" }, { "ercot", "US-TEX-ERCO" }, { "electricity-maps", "DE" }, { "watttime", "US-CAL-CISO" },
            { "entsoe", "DE" }, { "eia", "US-CAL-CISO" },
    };

    internal static Zone Zone(string code) => IntensityFeeds.FindZone(code)!;

    internal static void AssertValues(PlayedFeeds played, IntensitySeries? series)
    {
        if (series is null)
            return;
        for (var i = 0; i < series.Values.Length; i++)
        {
            if (series.Values[i] is { } value)
                Assert.Equal(played.Grams(series.Start + (series.Step * i)), value.GramsPerKilowattHour, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Every_provider_gives_the_intensity_that_it_was_played_with(string id, string code)
    {
        var played = new PlayedFeeds(Now);
        using var handler = new PlayedHandler(played.Answer);
        using var feeds = new IntensityFeeds(handler.Options(new PlayedTime(Now)));
        var feed = feeds.Find(id)!;

        var answer = await feed.ReadAsync(Zone(code), Now.AddHours(-20), Now.AddHours(20), TestContext.Current.CancellationToken);

        Assert.Null(answer.Failure);
        AssertValues(played, answer.Observed);
        AssertValues(played, answer.Forecast);
        Assert.Equal(feed.Description.HasForecast, answer.Forecast is not null);
        if (code != "GB-NESO-13")
        {
            Assert.NotNull(answer.Observed);
            // What is known reaches to at most two hours before now, without a gap.
            _ = answer.Observed.Average(Now.AddHours(-20), Now.AddHours(-3), out var share);
            Assert.Equal(1, share, 1e-9);
            Assert.Equal(feed.Description.Basis, answer.Observed.Basis);
            Assert.Equal(feed.Description.Kind, answer.Observed.Kind);
        }

        if (answer.Forecast is { } forecast)
        {
            Assert.Equal(IntensitySignal.Forecast, forecast.Signal);
            _ = forecast.Average(Now.AddMinutes(30), Now.AddHours(10), out var share);
            Assert.Equal(1, share, 1e-9);
        }
    }

    [Theory]
    [InlineData("caiso", "US-CAL-CISO", 11, 1, 8, 9)]
    [InlineData("caiso", "US-CAL-CISO", 3, 8, 9, 10)]
    [InlineData("nyiso", "US-NY-NYIS", 11, 1, 5, 6)]
    [InlineData("nyiso", "US-NY-NYIS", 3, 8, 6, 7)]
    [InlineData("eirgrid", "IE", 10, 25, 0, 1)]
    [InlineData("eirgrid", "IE", 3, 29, 0, 1)]
    public async Task Both_days_on_which_the_clock_changes_have_every_hour_once(string id, string code, int month, int day, int firstHour,
        int lastHour)
    {
        // In 2026 the clocks of the USA change on 8 March and 1 November, those of Ireland on 29 March and 25 October (Energy Policy Act of
        // 2005; Directive 2000/84/EC).
        var now = new DateTimeOffset(2026, month, day, 20, 0, 0, TimeSpan.Zero);
        var played = new PlayedFeeds(now);
        using var handler = new PlayedHandler(played.Answer);
        using var feeds = new IntensityFeeds(handler.Options(new PlayedTime(now)));

        var answer = await feeds.Find(id)!.ReadAsync(Zone(code), now.AddHours(-20), now.AddHours(-1),
            TestContext.Current.CancellationToken);

        AssertValues(played, answer.Observed);
        _ = answer.Observed!.Average(now.AddHours(-20), now.AddHours(-1), out var share);
        Assert.Equal(1, share, 1e-9);
        // The hours around the change have values of their own, so a shift by an hour would show.
        var midnight = now.AddHours(-20);
        Assert.NotEqual(played.Grams(midnight.AddHours(firstHour)), played.Grams(midnight.AddHours(lastHour)));
    }

    [Fact]
    public async Task A_repeated_hour_that_stands_in_pairs_is_resolved_as_well()
    {
        // 25 October 2026, Dublin: 01:00 to 02:00 twice, 00:00Z and 01:00Z.
        string[] local = ["00:45", "01:00", "01:00", "01:15", "01:15", "01:30", "01:30", "01:45", "01:45", "02:00"];
        double[] values = [1, 10, 20, 11, 21, 12, 22, 13, 23, 30];
        var rows = local.Zip(values).Select(pair =>
            $$"""{"EffectiveTime":"25-Oct-2026 {{pair.First}}:00","FieldName":"CO2_INTENSITY","Region":"ROI","Value":{{pair.Second}}}""");
        using var handler = new PlayedHandler(_ =>
            new PlayedReply(200, $$"""{"ErrorMessage":null,"Rows":[{{string.Join(',', rows)}}],"Status":"Success"}"""));
        using var feeds = new IntensityFeeds(handler.Options(new PlayedTime(Now)));
        var midnight = new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.Zero);

        var answer = await feeds.Find("eirgrid")!.ReadAsync(Zone("IE"), midnight, midnight.AddHours(3),
            TestContext.Current.CancellationToken);

        Assert.Equal([10, 11, 12, 13, 20, 21, 22, 23, 30], answer.Observed!.Values.Where(value => value is not null).Select(value =>
            value!.Value.GramsPerKilowattHour));
        Assert.Equal(midnight, answer.Observed.Start);
    }

    [Fact]
    public async Task A_key_stands_in_no_failure_and_without_one_nobody_is_called()
    {
        using var handler = new PlayedHandler(_ => new PlayedReply(400, """{"error":"bad request"}"""));
        var options = handler.Options(new PlayedTime(Now));
        using var feeds = new IntensityFeeds(options);
        using var without = new IntensityFeeds(options with { Setting = name => name.EndsWith(".key", StringComparison.Ordinal) ? null
            : options.Setting(name) });

        foreach (var feed in feeds.All.Where(feed => feed.Description.KeySetting is not null))
        {
            var zone = Zone(feed.Covers(Zone("US-CAL-CISO")) ? "US-CAL-CISO" : "DE");
            var answer = await feed.ReadAsync(zone, Now.AddHours(-5), Now, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(PlayedFeeds.Key, answer.Failure!.ToString(), StringComparison.Ordinal);
        }

        var calls = handler.Calls;
        foreach (var feed in without.All.Where(feed => feed.Description.KeySetting is not null))
        {
            var zone = Zone(feed.Covers(Zone("US-CAL-CISO")) ? "US-CAL-CISO" : "DE");
            var answer = await feed.ReadAsync(zone, Now.AddHours(-5), Now, TestContext.Current.CancellationToken);
            Assert.IsType<FeedFailure.Unauthorized>(answer.Failure);
            Assert.Contains(feed.Description.KeySetting!, answer.Failure.Text, StringComparison.Ordinal);
        }

        Assert.Equal(calls, handler.Calls);
    }

    [Fact]
    public async Task Answers_that_are_cut_or_changed_at_random_give_a_closed_failure_or_values_and_never_an_exception()
    {
        var random = new Random(20261005);
        var played = new PlayedFeeds(Now);
        foreach (var row in Providers)
        {
            var (id, code) = row.Data;
            var asked = 0;
            using var handler = new PlayedHandler(path =>
            {
                asked++;
                // The login of WattTime is left as it is, so that its data are reached.
                return path.EndsWith("/login", StringComparison.Ordinal) ? played.Answer(path) : Mutate(played.Answer(path), random);
            });
            using var feeds = new IntensityFeeds(handler.Options(new PlayedTime(Now)));
            for (var i = 0; i < 60; i++)
            {
                var answer = await feeds.Find(id)!.ReadAsync(Zone(code), Now.AddHours(-3), Now.AddHours(3),
                    TestContext.Current.CancellationToken);
                Assert.True(answer.Failure is not null || answer.Observed is not null || answer.Forecast is not null);
                Assert.All((answer.Observed?.Values ?? []).Concat(answer.Forecast?.Values ?? []), value => Assert.True(value is null
                    || value.Value.GramsPerKilowattHour is >= 0 and <= 5000));
            }

            Assert.True(asked >= 60, id);
        }
    }

    static PlayedReply Mutate(PlayedReply reply, Random random)
    {
        var bytes = reply.Content.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return reply with { Bytes = bytes[..random.Next(bytes.Length)] };
            case 1:
                for (var i = 0; i < 5; i++)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return reply with { Bytes = bytes };
            case 2:
                // Another word in place of a number or a text: valid JSON of another type.
                string[] words = ["null", "1e999", "-1", "\"x\"", "[]", "{}", "true", "99999999999999999999", "\"9999-12-31T23:59Z\"", "0"];
                var text = Encoding.UTF8.GetString(bytes);
                var at = text.IndexOf(':', random.Next(text.Length)) is >= 0 and var found ? found + 1 : 0;
                var end = text.IndexOfAny([',', '}', ']'], at) is > 0 and var stop ? stop : at;
                return reply with { Bytes = Encoding.UTF8.GetBytes(text[..at] + words[random.Next(words.Length)] + text[end..]) };
            default:
                var from = random.Next(bytes.Length);
                return reply with { Bytes = [.. bytes[..from], .. bytes[Math.Min(bytes.Length, from + random.Next(200))..]] };
        }
    }
}
