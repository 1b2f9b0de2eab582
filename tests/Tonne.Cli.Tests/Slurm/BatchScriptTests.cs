using System.Globalization;
using Tonne.Cli.Slurm;

namespace Tonne.Cli.Tests.Slurm;

/// <summary>Rules: sbatch(1) of Slurm 22.05, DESCRIPTION and OPTIONS.</summary>
public class BatchScriptTests
{
    [Fact]
    public void Options_before_the_first_command_are_read()
    {
        var script = BatchScript.Parse("#!/bin/bash\n# a comment\n#SBATCH -J train --time=6:00:00\n\n#SBATCH --comment=\"x tonne:finish-by=+24h\" # why\n#SBATCH -b 18:00\nsrun train\n#SBATCH --time=1\n");

        Assert.Equal(new BatchScript("6:00:00", "18:00", "x tonne:finish-by=+24h"), script);
    }

    [Theory]
    [InlineData("#SBATCH -t 90", "90")]
    [InlineData("#SBATCH -t90", "90")]
    [InlineData("#SBATCH --time 1-0", "1-0")]
    [InlineData("#SBATCH\t--time=5\r", "5")]
    [InlineData("#SBATCH --time=1\n#SBATCH --time=2", "2")]
    [InlineData("##SBATCH --time=1", null)]
    [InlineData("#SBATCHX --time=1", null)]
    [InlineData(" #SBATCH --time=1", null)]
    [InlineData("#SBATCH --time-min=1", null)]
    [InlineData("#SBATCH # --time=1", null)]
    public void A_time_limit_is_found(string lines, string? expected) => Assert.Equal(expected, BatchScript.Parse("#!/bin/sh\n" + lines + "\n").Time);

    [Theory]
    [InlineData("tonne:finish-by=+24h", "2026-12-01T12:00Z")]
    [InlineData("tonne:finish-by=90min", "2026-11-30T13:30Z")]
    [InlineData("project 7; tonne:finish-by=1.5d,x", "2026-12-02T00:00Z")]
    [InlineData("tonne:finish-by=1796083200", "2026-12-01T00:00Z")]
    [InlineData("tonne:finish-by=2026-12-01T18:00", "2026-12-01T17:00Z")]
    [InlineData("tonne:finish-by=2026-12-01", "2026-11-30T23:00Z")]
    [InlineData("tonne:finish-by=2026-12-01T18:00Z", "2026-12-01T18:00Z")]
    [InlineData("tonne:finish-by=2026-12-01T18:00:30-05:00", "2026-12-01T23:00:30Z")]
    public void A_user_chooses_to_wait_by_the_comment(string comment, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), FinishByComment.Parse(FinishByComment.Find(comment)!, _now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));

    [Theory]
    [InlineData("soon")]
    [InlineData("+24")]
    [InlineData("-5h")]
    [InlineData("12")]
    [InlineData("2026-13-01")]
    public void Another_text_is_no_time(string text) => Assert.Null(FinishByComment.Parse(text, _now, TimeZoneInfo.Utc));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("finish-by=+24h")]
    [InlineData("tonne:finish-by=")]
    public void Without_the_words_nobody_has_chosen(string? comment) => Assert.Null(FinishByComment.Find(comment));

    static readonly DateTimeOffset _now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
}
