using Tonne.Ledgers.Listing;

namespace Tonne.Ledgers.Tests.Listing;

public class RunPositionTests
{
    const string Id = "20261120-080001-aaaaa1";

    [Theory]
    [InlineData(RunSort.Name, "A B\U0001F600Ä", null)]
    [InlineData(RunSort.Project, "", null)]
    [InlineData(RunSort.Project, null, null)]
    [InlineData(RunSort.Energy, null, 0.1)]
    [InlineData(RunSort.Emissions, null, 1e-300)]
    [InlineData(RunSort.Started, null, null)]
    public void It_is_read_as_it_was_written(RunSort sort, string? text, double? number)
    {
        var position = new RunPosition(text, number, 639_000_000_000_000_001, Id);

        Assert.Equal(position, RunPosition.Parse(position.Format(), sort));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("MQ")]
    // 1 ../../etc n1
    [InlineData("MSAuLi8uLi9ldGMgbjE")]
    public void Something_else_is_refused(string text) => Assert.Throws<FormatException>(() => RunPosition.Parse(text, RunSort.Started));

    [Fact]
    public void The_position_of_another_order_is_refused()
    {
        var byNumber = new RunPosition(null, 1, 5, Id).Format();

        Assert.Throws<FormatException>(() => RunPosition.Parse(byNumber, RunSort.Name));
        Assert.Throws<FormatException>(() => RunPosition.Parse(byNumber, RunSort.Started));
    }

    // The order of UTF-8 bytes: U+FFFD is EF BF BD, U+1F600 is F0 9F 98 80, U+D7FF is ED 9F BF.
    [Theory]
    [InlineData("\uFFFD", "\U0001F600", -1)]
    [InlineData("\uD7FF", "\U0001F600", -1)]
    [InlineData("a\U0001F600", "a\U0001F601", -1)]
    [InlineData("a", "ab", -1)]
    [InlineData("b", "ab", 1)]
    [InlineData("", "", 0)]
    public void Texts_are_in_the_order_of_code_points(string a, string b, int order)
    {
        Assert.Equal(order, Math.Sign(RunListText.Compare(a, b)));
        Assert.Equal(-order, Math.Sign(RunListText.Compare(b, a)));
    }

    [Fact]
    public void A_key_has_whole_characters_only() =>
        Assert.Equal(new string('A', 99), RunListText.ToKey(new string('a', 99) + "\U0001F600"));
}
