using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Cli.Planning;

namespace Tonne.Cli.Tests.Planning;

public class PlanTimeTests
{
    // 2026-11-30 is a Monday.
    static readonly DateTimeOffset _now = new(2026, 11, 30, 12, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("6h", 360)]
    [InlineData("90min", 90)]
    [InlineData("90m", 90)]
    [InlineData("1d12h", 36 * 60)]
    [InlineData("1.5h", 90)]
    [InlineData("120s", 2)]
    [InlineData("06:30", 390)]
    [InlineData("1w", 7 * 24 * 60)]
    public void A_duration_is_read(string text, double minutes) => Assert.Equal(minutes, PlanTime.ParseDuration(text, "--duration").TotalMinutes);

    [Theory]
    [InlineData(""), InlineData("h"), InlineData("6"), InlineData("-6h"), InlineData("6 apples"), InlineData("0h"), InlineData("9999d"), InlineData("1e9h"), InlineData("6h6"), InlineData("NaNh")]
    public void What_is_no_duration_is_refused(string text) => Assert.Throws<InvalidInputException>(() => PlanTime.ParseDuration(text, "--duration"));

    [Theory]
    [InlineData("24h", "2026-12-01T12:30")]
    [InlineData("+2d", "2026-12-02T12:30")]
    [InlineData("18:00", "2026-11-30T18:00")]
    [InlineData("12:00", "2026-12-01T12:00")]
    [InlineData("fri-18:00", "2026-12-04T18:00")]
    [InlineData("Friday 18:00", "2026-12-04T18:00")]
    [InlineData("mon-12:00", "2026-12-07T12:00")]
    [InlineData("mon-13:00", "2026-11-30T13:00")]
    [InlineData("sun", "2026-12-07T00:00")]
    [InlineData("tomorrow-06:00", "2026-12-01T06:00")]
    [InlineData("tomorrow", "2026-12-02T00:00")]
    [InlineData("2026-12-24", "2026-12-24T00:00")]
    [InlineData("2026-12-24T18:00+02:00", "2026-12-24T16:00")]
    public void A_time_to_come_is_read(string text, string expected) =>
        Assert.Equal(expected, PlanTime.ParseTime(text, "--finish-by", _now).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("soon"), InlineData("fri-25:00"), InlineData("fridge"), InlineData("monk-10:00"), InlineData("2026-13-01"), InlineData("")]
    public void What_is_no_time_is_refused(string text) => Assert.Throws<InvalidInputException>(() => PlanTime.ParseTime(text, "--finish-by", _now));
}
