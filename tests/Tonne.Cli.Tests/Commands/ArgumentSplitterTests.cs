using Tonne.Cli.Commands;

namespace Tonne.Cli.Tests.Commands;

public class ArgumentSplitterTests
{
    static (string Ours, string? Childs) Split(string line)
    {
        var (ours, childs) = ArgumentSplitter.Split(line.Split(' '), CommandLine.WrappingVerbs);
        return (string.Join(' ', ours), childs is null ? null : string.Join(' ', childs));
    }

    [Theory]
    [InlineData("run -- python train.py --zone FR", "run", "python train.py --zone FR")]
    [InlineData("run --zone FR -- echo -- --quiet", "run --zone FR", "echo -- --quiet")]
    [InlineData("run python train.py --epochs 3 --output x", "run", "python train.py --epochs 3 --output x")]
    [InlineData("run -q --name a python --version", "run -q --name a", "python --version")]
    [InlineData("run --zone=FR true", "run --zone=FR", "true")]
    [InlineData("run --strict true", "run --strict", "true")]
    [InlineData("run", "run", "")]
    [InlineData("run --zone", "run --zone", "")]
    [InlineData("run --zone:FR true", "run --zone:FR", "true")]
    [InlineData("run --help python --help", "run --help", "")]
    public void The_childs_words_begin_after_two_dashes_or_at_the_first_word_that_is_not_ours(string line, string ours, string childs) =>
        Assert.Equal((ours, childs), Split(line));

    [Theory]
    [InlineData("run --strct -- python train.py", "--strict")]
    [InlineData("run --naem mnist -- python train.py", "--name")]
    public void An_option_that_is_not_ours_is_refused_rather_than_dropped(string line, string meant) =>
        Assert.Contains(meant, Assert.Throws<InvalidInputException>(() => Split(line)).Message);

    [Fact]
    public void Other_verbs_have_no_child() => Assert.Null(Split("show last").Childs);
}
