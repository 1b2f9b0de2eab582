using System.Text;
using Tonne.Formatting;
using Tonne.Reporting.Terminal;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Formatting;

public class TextSanitizerTests
{
    [Theory]
    [InlineData("\u001b[31mred\u001b[0m", "?[31mred?[0m")]
    [InlineData("a\r\n\tb", "a b")]
    [InlineData("a\u202Eb\u200Bc\u2028d", "a?b?c?d")]
    [InlineData("naïve 模型 🚀", "naïve 模型 🚀")]
    [InlineData("\u009b31m", "?31m")]
    [InlineData(null, "")]
    public void One_line_keeps_letters_and_disarms_the_rest(string? text, string expected) => Assert.Equal(expected, TextSanitizer.ToOneLine(text));

    [Fact]
    public void Half_a_surrogate_pair_is_disarmed() => Assert.Equal("lone ? half", TextSanitizer.ToOneLine($"lone {(char)0xD800} half"));

    [Theory]
    [InlineData("a|b", "a\\|b")]
    [InlineData("<script>", "&lt;script&gt;")]
    [InlineData("[x](y) *b* `c` _d_", "\\[x\\](y) \\*b\\* \\`c\\` \\_d\\_")]
    public void Markdown_is_read_as_text(string text, string expected) => Assert.Equal(expected, TextSanitizer.EscapeMarkdown(text));

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("模型", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("🚀", 2)]
    public void Columns_are_those_of_a_terminal(string text, int columns) => Assert.Equal(columns, TextSanitizer.CountColumns(text));

    [Fact]
    public void No_name_however_evil_puts_a_control_character_on_a_screen_or_breaks_its_width()
    {
        var random = new Random(11);
        var footprint = SampleRuns.Account(SampleRuns.Training());
        for (var round = 0; round < 150; round++)
        {
            var name = new StringBuilder();
            for (var i = random.Next(60); i >= 0; i--)
                name.Append(random.Next(4) switch { 0 => (char)random.Next(0x20), 1 => (char)random.Next(0x80, 0x10000), 2 => '\u001b', _ => (char)random.Next(0x20, 0x7f) });
            var record = SampleRuns.Training(name.ToString());
            record = record with
            {
                Stages = [record.Stages[0] with { Name = name.ToString() }, .. record.Stages.Skip(1)],
                Warnings = [new("x", name.ToString())],
            };
            var screen = new TerminalCapabilities { Width = 60 };
            var text = Golden.TextOf(writer => RunSummaryText.Write(writer, record, footprint, screen, name.ToString()));
            foreach (var line in text.Split('\n'))
            {
                Assert.DoesNotContain(line, char.IsControl);
                Assert.True(TextSanitizer.CountColumns(line) <= screen.Width, line);
            }
        }
    }
}
