using System.Text;
using Tonne.Cli.Wrapping;

namespace Tonne.Cli.Tests.Wrapping;

public class RawCommandTests
{
    [Fact]
    public void Additions_take_the_place_of_their_namesakes_and_nothing_else_changes()
    {
        var before = RawCommand.BuildEnvironment(new Dictionary<string, string>());
        var after = RawCommand.BuildEnvironment(new Dictionary<string, string> { ["PATH"] = "/here", ["TONNE_RUN"] = "grün", ["PAT"] = "" });

        Assert.Equal("/here"u8.ToArray(), RawCommand.GetValue(after, "PATH"));
        Assert.Equal("gr\u00FCn", Encoding.UTF8.GetString(RawCommand.GetValue(after, "TONNE_RUN")!));
        Assert.Equal([], RawCommand.GetValue(after, "PAT")!);
        Assert.Single(after, variable => variable.AsSpan().StartsWith("PATH="u8));
        Assert.Equal(
            before.Where(variable => !variable.AsSpan().StartsWith("PATH="u8)).Select(Convert.ToHexString),
            after.SkipLast(3).Select(Convert.ToHexString));
    }

    [Fact]
    public void A_variable_that_is_not_there_has_no_value() =>
        Assert.Null(RawCommand.GetValue(["PATH=/bin"u8.ToArray(), "ODD"u8.ToArray()], "ODD"));

    [Fact]
    public void Words_are_their_utf8_bytes() =>
        Assert.Equal([[], [0x2D, 0x2D], [0xC3, 0xA9]], RawCommand.GetArguments(["", "--", "\u00E9"]));

    [Fact]
    public void A_word_that_lost_bytes_and_is_not_ours_stays_as_it_is() =>
        Assert.Equal([[0xEF, 0xBF, 0xBD]], RawCommand.GetArguments(["\uFFFD"]));
}
