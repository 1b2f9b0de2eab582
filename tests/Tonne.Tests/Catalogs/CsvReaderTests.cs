using System.Text;
using Tonne.Catalogs;

namespace Tonne.Tests.Catalogs;

public sealed class CsvReaderTests
{
    static List<string[]> Read(string text, string header = "a,b,c")
    {
        var all = new List<string[]>();
        var rows = new CsvReader("t.csv", text, header);
        while (rows.Read())
            all.Add([rows.GetText(0), rows.GetText(1), rows.GetText(2)]);
        return all;
    }

    [Fact]
    public void Fields_may_be_empty_or_quoted()
    {
        var rows = Read("a,b,c\n1,,\"x, y\"\n\"he said \"\"no\"\"\",2,\n");

        Assert.Equal(["1", "", "x, y"], rows[0]);
        Assert.Equal(["he said \"no\"", "2", ""], rows[1]);
    }

    [Fact]
    public void A_last_line_without_a_break_and_windows_line_ends_are_read() => Assert.Equal(["1", "2", "3"], Read("a,b,c\r\n1,2,3")[0]);

    [Theory]
    [InlineData("a,b\n1,2\n", 1)]
    [InlineData("a,b,c\n1,2\n", 2)]
    [InlineData("a,b,c\n1,2,3\n1,2,3,4\n", 3)]
    [InlineData("a,b,c\n1,2,3,\n", 2)]
    [InlineData("a,b,c\n\"1,2,3\n", 2)]
    [InlineData("a,b,c\n1,\"2\"x,3\n", 2)]
    [InlineData("a,b,c\n1,2\"x,3\n", 2)]
    [InlineData("a,b,c\n\n1,2,3\n", 2)]
    public void A_malformed_row_is_refused_with_table_and_line(string text, int line)
    {
        var broken = Assert.Throws<TableFormatException>(() => Read(text));

        Assert.Equal(line, broken.Line);
        Assert.StartsWith($"t.csv, line {line}:", broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("1e999")]
    [InlineData("1,5")]
    [InlineData("")]
    [InlineData("0x10")]
    public void A_field_that_is_no_number_is_refused(string field) => Assert.Throws<TableFormatException>(() =>
    {
        var rows = new CsvReader("t.csv", $"a,b\n\"{field}\",x\n", "a,b");
        rows.Read();
        rows.GetNumber(0);
    });

    [Fact]
    public void Random_fields_come_back_as_they_were_written()
    {
        var random = new Random(20260101);
        const string Alphabet = "ab,\"é 0.;-";
        for (var round = 0; round < 2000; round++)
        {
            string[] fields = [Field(), Field(), Field()];
            var text = new StringBuilder("a,b,c\n").AppendJoin(',', fields.Select(f => f.Contains(',') || f.Contains('"') ? $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : f)).Append('\n');
            Assert.Equal(fields, Read(text.ToString())[0]);
        }

        string Field() => new([.. Enumerable.Range(0, random.Next(6)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
    }

    [Fact]
    public void Random_text_is_read_or_refused_and_nothing_else()
    {
        var random = new Random(7);
        const string Alphabet = "a,\"\n\r\0x";
        var refused = 0;
        for (var round = 0; round < 5000; round++)
        {
            var text = "a,b,c\n" + new string([.. Enumerable.Range(0, random.Next(24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            try
            {
                Read(text);
            }
            catch (TableFormatException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 4999);
    }
}
