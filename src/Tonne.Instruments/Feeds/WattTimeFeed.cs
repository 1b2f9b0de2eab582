using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>WattTime, version 3, with a user and password: marginal intensity every five minutes, in lb/MWh.</summary>
sealed class WattTimeFeed(FeedClient client) : HttpFeed(client, _description, "https://api.watttime.org/"), IDisposable
{
    /// <summary>1 lb = 453.59237 g, so 1 lb/MWh = 0.45359237 g/kWh.</summary>
    const double GramsPerKilowattHour = 0.45359237;

    // Tokens hold for 30 min.
    static readonly TimeSpan _tokenLife = TimeSpan.FromMinutes(25);
    static readonly TimeSpan _longest = TimeSpan.FromDays(30);

    static readonly IntensityFeedDescription _description = new("watttime", "WattTime", "terms of the plan of the key", "WattTime",
        "https://docs.watttime.org")
    {
        Zones = ["US-CAL-CISO"],
        Kind = IntensityKind.Marginal,
        Basis = IntensityBasis.Direct,
        HasHistory = true,
        HasForecast = true,
        Step = TimeSpan.FromMinutes(5),
        KeySetting = "grid.watttime.key",
    };

    readonly SemaphoreSlim _login = new(1, 1);
    string? _token;
    DateTimeOffset _tokenAt;

    /// <summary>Zones that it has regions for: California, and any region by its own name after <c>WATTTIME-</c>.</summary>
    public override bool Covers(Zone zone) => base.Covers(zone) || (zone.Code.StartsWith("WATTTIME-", StringComparison.OrdinalIgnoreCase)
        && zone.Code.Length > 9);

    /// <inheritdoc/>
    public void Dispose() => _login.Dispose();

    private protected override async Task<FeedContent> FetchAsync(Zone zone, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var content = new FeedContent();
        var region = Uri.EscapeDataString(base.Covers(zone) ? "CAISO_NORTH" : zone.Code[9..]);
        var now = Time.GetUtcNow();
        if (from < now)
        {
            foreach (var (start, end) in Chunks(from, to < now ? to : now, _longest))
            {
                var past = await AskAsync($"v3/historical?region={region}&signal_type=co2_moer&start={Iso(start)}&end={Iso(end)}",
                    cancellationToken).ConfigureAwait(false);
                past.ReadJson(root => Read(root, content.Observed, content));
            }
        }

        if (to > now)
        {
            var hours = Math.Clamp((int)Math.Ceiling((to - now).TotalHours), 1, 72);
            var next = await AskAsync(string.Create(CultureInfo.InvariantCulture,
                $"v3/forecast?region={region}&signal_type=co2_moer&horizon_hours={hours}"), cancellationToken).ConfigureAwait(false);
            next.ReadJson(root => Read(root, content.Forecast, content));
        }

        return content;
    }

    static bool Read(JsonElement root, List<(DateTimeOffset Time, double? Grams, TimeSpan? Length)> points, FeedContent content)
    {
        var meta = root.Field("meta");
        var units = meta.Field("units").Text();
        if (units is not ("lbs_co2_per_mwh" or "lb_co2_per_mwh"))
            throw new FeedFormatException($"the unit \"{Formatting.TextSanitizer.ToOneLine(units)}\" is not lbs_co2_per_mwh");
        content.Issued = meta.Field("generated_at").Time() ?? content.Issued;
        foreach (var item in root.Field("data").Items("data"))
        {
            if (item.Field("point_time").Time() is not { } time)
                throw new FeedFormatException("the field \"point_time\" is missing or not a time");
            points.Add((time, item.Field("value").Number() * GramsPerKilowattHour, null));
        }

        return true;
    }

    async Task<FeedReply> AskAsync(string path, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var token = await TokenAsync(cancellationToken).ConfigureAwait(false);
            var reply = await GetAsync(path, cancellationToken, headers => headers.TryAddWithoutValidation("Authorization",
                $"Bearer {token}")).ConfigureAwait(false);
            if (reply.Status == 401 && attempt == 0)
            {
                Interlocked.CompareExchange(ref _token, null, token);
                continue;
            }

            return reply.Status == 403
                ? throw new FeedFailedException(new FeedFailure.ZoneNotCovered("the key does not include this region"))
                : reply.RequireGood();
        }
    }

    async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _login.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_token is { } token && Time.GetUtcNow() - _tokenAt < _tokenLife)
                return token;
            if (Key is not { } key || !key.Contains(':'))
                throw new FeedFailedException(new FeedFailure.Unauthorized("grid.watttime.key is the user and the password, with a colon between them"));
            var basic = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key)));
            var reply = await GetAsync("login", cancellationToken, headers => headers.Authorization = basic).ConfigureAwait(false);
            var fresh = reply.RequireGood().ReadJson(root => root.Field("token").Text());
            if (string.IsNullOrEmpty(fresh) || fresh.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0)
                throw FeedFailedException.Unreadable("the field \"token\" is missing or not a token", reply.Where);
            (_token, _tokenAt) = (fresh, Time.GetUtcNow());
            return fresh;
        }
        finally
        {
            _login.Release();
        }
    }
}
