using System.Globalization;
using Tonne.Cli.Slurm;

namespace Tonne.Cli.Tests.Slurm;

/// <summary>Expected values: sbatch(1) of Slurm 22.05, <c>--time</c> and <c>--begin</c>; changes of the clocks: Directive 2000/84/EC (last Sundays of March and October, 01:00 UTC).</summary>
public class SlurmTimeTests
{
    static readonly TimeZoneInfo _berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("90", 90)]
    [InlineData("90:00", 90)]
    [InlineData("1:30:00", 90)]
    [InlineData("1-0", 1440)]
    [InlineData("2-06", 3240)]
    [InlineData("2-06:30", 3270)]
    [InlineData("2-06:30:00", 3270)]
    // "second values are rounded up to the next minute"
    [InlineData("0:30", 1)]
    [InlineData("10:01", 11)]
    [InlineData("0-0:0:59", 1)]
    public void A_time_limit_is_read_in_all_forms(string text, int minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), SlurmTime.ParseLimit(text));

    // "A time limit of zero requests that no time limit be imposed."
    [Theory]
    [InlineData("0")]
    [InlineData("0:00:00")]
    [InlineData("UNLIMITED")]
    [InlineData("infinite")]
    public void No_limit_is_not_a_duration(string text) => Assert.Equal(Timeout.InfiniteTimeSpan, SlurmTime.ParseLimit(text));

    [Theory]
    [InlineData("")]
    [InlineData("6h")]
    [InlineData("1-")]
    [InlineData("-5")]
    [InlineData("1-2-3")]
    [InlineData("1:2:3:4")]
    [InlineData("1-2:3:4:5")]
    [InlineData("1:-2")]
    [InlineData("99999999999999999999")]
    public void What_is_no_limit_is_refused(string text) => Assert.Null(SlurmTime.ParseLimit(text));

    [Theory]
    [InlineData("2026-12-01", "2026-11-30T23:00Z")]
    [InlineData("2026-12-01T18:00", "2026-12-01T17:00Z")]
    [InlineData("2026-07-01T18:00:30", "2026-07-01T16:00:30Z")]
    [InlineData("16:00", "2026-11-30T15:00Z")]
    // "If that time is already past, the next day is assumed."
    [InlineData("08:00", "2026-12-01T07:00Z")]
    [InlineData("noon", "2026-12-01T11:00Z")]
    [InlineData("fika", "2026-11-30T14:00Z")]
    [InlineData("teatime", "2026-11-30T15:00Z")]
    [InlineData("midnight", "2026-11-30T23:00Z")]
    [InlineData("tomorrow", "2026-11-30T23:00Z")]
    [InlineData("now", "2026-11-30T12:00Z")]
    [InlineData("now+60", "2026-11-30T12:01Z")]
    [InlineData("now+1hour", "2026-11-30T13:00Z")]
    [InlineData("now+2weeks", "2026-12-14T12:00Z")]
    [InlineData("uts1796083200", "2026-12-01T00:00Z")]
    public void A_begin_is_read_as_local_time(string text, string expected) =>
        Assert.Equal(Time(expected), SlurmTime.ParseBegin(text, Time("2026-11-30T12:00Z"), _berlin));

    [Theory]
    [InlineData("120126")]
    [InlineData("12/01/26")]
    [InlineData("6PM")]
    [InlineData("now-1hour")]
    [InlineData("now+1fortnight")]
    [InlineData("")]
    public void A_begin_of_another_form_is_not_guessed(string text) => Assert.Null(SlurmTime.ParseBegin(text, Time("2026-11-30T12:00Z"), _berlin));

    [Theory]
    [InlineData("2026-12-01T02:00Z", "2026-12-01T03:00:00")]
    [InlineData("2026-07-01T02:00Z", "2026-07-01T04:00:00")]
    // 2026-03-29, 01:00 UTC: from 02:00 to 03:00 local time.
    [InlineData("2026-03-29T00:59Z", "2026-03-29T01:59:00")]
    [InlineData("2026-03-29T01:00Z", "2026-03-29T03:00:00")]
    // 2026-10-25: 02:00 to 03:00 is there twice, from 00:00 and from 01:00 UTC; 2026-10-25T00:30Z = 1792888200.
    [InlineData("2026-10-24T23:30Z", "2026-10-25T01:30:00")]
    [InlineData("2026-10-25T00:30Z", "uts1792888200")]
    [InlineData("2026-10-25T01:30Z", "uts1792891800")]
    [InlineData("2026-10-25T02:00Z", "2026-10-25T03:00:00")]
    public void A_begin_is_written_in_local_time_and_unambiguous_when_the_clocks_change(string utc, string expected)
    {
        Assert.Equal(expected, SlurmTime.FormatBegin(Time(utc), _berlin));
        Assert.Equal(Time(utc), SlurmTime.ParseBegin(expected, Time("2026-01-01T00:00Z"), _berlin));
    }

    static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
