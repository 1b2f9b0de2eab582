using Tonne.Lab.Collecting;

namespace Tonne.Lab.Tests.Collecting;

public class TextAnalyzerTests
{
    [Theory]
    [InlineData("File not found", Script.Latin)]
    [InlineData("Файл {0} не найден", Script.Cyrillic)]
    [InlineData("未指定文件", Script.Han)]
    [InlineData("要求されたファイル", Script.Kana)]
    [InlineData("파일을 찾을 수 없습니다", Script.Hangul)]
    [InlineData("ſ÷ × 12 {0}", Script.Latin)]
    [InlineData("12 {0} …", Script.None)]
    public void The_script_of_most_letters_is_the_script(string text, Script script) => Assert.Equal(script, TextAnalyzer.FindDominantScript(text.Replace("{0}", "", StringComparison.Ordinal)));

    [Theory]
    [InlineData("{0} of {1:N0} in {name}", 3, 5)]
    [InlineData("{ not } {{0}} {}", 1, 5)]
    [InlineData("", 0, 0)]
    public void Placeholders_and_words_are_counted(string text, int placeholders, int words) =>
        Assert.Equal((placeholders, words), (TextAnalyzer.CountPlaceholders(text), TextAnalyzer.CountWords(text)));

    [Fact]
    public void A_message_has_ten_cells()
    {
        var message = new TranslatedMessage(7, "ru", "A", "K", "Файл {0} не найден", "1.2.0.0");

        // 18 characters: 4 + 1 + 3 + 1 + 2 + 1 + 6; four words.
        Assert.Equal(["7", "ru", "A", "K", "Файл {0} не найден", "18", "4", "Cyrillic", "1", "1.2.0.0"], Enumerable.Range(0, message.Columns).Select(message.GetCell));
    }
}
