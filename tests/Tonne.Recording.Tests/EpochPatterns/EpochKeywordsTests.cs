using System.Text;
using Tonne.Recording.EpochPatterns;

namespace Tonne.Recording.Tests.EpochPatterns;

public class EpochKeywordsTests
{
    [Fact]
    public void A_word_is_found_at_every_place_and_in_any_case()
    {
        foreach (var (word, loss) in new[] { ("poch", false), ("POCH", false), ("pOcH", true), ("Loss", true), ("LOSS", true) })
        {
            for (var length = 4; length < 80; length++)
            {
                for (var at = 0; at <= length - 4; at++)
                {
                    var text = Encoding.ASCII.GetBytes(new string('p', at) + word + new string('h', length - at - 4));
                    Assert.Equal(at, EpochKeywords.FindIndex(text, loss));
                }
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("poc")]
    [InlineData("a push along the path, no loss to anyone who is patient enough to wait here")]
    public void Other_words_are_not(string text) => Assert.Equal(-1, EpochKeywords.FindIndex(Encoding.ASCII.GetBytes(text), loss: false));
}
