using System.Text;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Tests.Collecting;

public sealed class TableFileTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tables");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_CSV_with_quotes_and_line_ends_in_cells_is_read_with_the_lines_of_its_rows()
    {
        var path = Put("a.csv", "text,label\n\"one, two\nthree \"\"four\"\"\",x\n\nfive,\n six ,y\n");
        var rejections = new RejectionLog();

        var rows = TableFile.OpenTable(path, "label", "text").ReadRows(rejections).ToList();

        Assert.Equal([("one, two\nthree \"four\"", "x"), (" six ", "y")], rows.Select(row => (row.Text, row.Label)));
        Assert.Equal([new(RejectionReason.MissingLabel, path, 5, "label")], rejections.Examples);
    }

    [Theory]
    [InlineData("a.tsv", "text\tlabel\nHello, you\tx\n")]
    [InlineData("a.csv", "text;label\nHello, you;x\n")]
    [InlineData("a.csv", "\uFEFFtext,label\r\n\"Hello, you\",x\r\n")]
    [InlineData("a.jsonl", "{\"text\": \"Hello, you\", \"label\": \"x\"}\n")]
    [InlineData("a.ndjson", "\uFEFF\n{\"label\": \"x\", \"text\": \"Hello, you\"}")]
    public void Each_kind_of_table_gives_the_same_row(string name, string content)
    {
        var row = Assert.Single(TableFile.OpenTable(Put(name, content), "label", "text").ReadRows(new()));

        Assert.Equal(("Hello, you", "x", 2), (row.Text, row.Label, row.Columns));
    }

    [Fact]
    public void Without_a_text_the_columns_of_numbers_are_looked_at()
    {
        var table = TableFile.OpenTable(Put("a.csv", "w,name,h,label\n1,ann,2.5,x\n-3e1,bob,0,y\n4,7,1,y\n"), "label");
        var rejections = new RejectionLog();

        var rows = table.ReadRows(rejections).ToList();

        Assert.Equal(["w", "h"], table.NumberColumns);
        Assert.Equal([[1, 2.5f], [-30, 0], [4, 1]], rows.Select(row => row.Numbers.ToArray()));
        Assert.Contains("name", Assert.Single(rejections.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_numbers_the_one_other_column_is_the_text_and_of_several_the_user_chooses()
    {
        Assert.Equal("text", TableFile.OpenTable(Put("a.csv", "text,label\nhello,1\n"), "label").TextColumn);
        Assert.Contains("--text", Assert.Throws<UnusableDataException>(() => TableFile.OpenTable(Put("b.csv", "text,more,label\nhello,you,1\n"), "label")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_rows_are_rejected_by_reason_with_their_lines_and_none_is_lost()
    {
        var path = Put("a.csv", "w,h,label\n1,2,x\nNaN,2,x\n1,,x\n1,2\n1,2,\n1,two,y\n1,inf,y\n3,4,y\n");
        var rejections = new RejectionLog();

        var rows = TableFile.OpenTable(path, "label").ReadRows(rejections).ToList();

        Assert.Equal(2, rows.Count);
        Assert.Equal(
            [(RejectionReason.NotANumber, 3L, "w is \"NaN\""), (RejectionReason.NotANumber, 4, "h is \"\""), (RejectionReason.WrongCellCount, 5, "2 cells instead of 3"), (RejectionReason.MissingLabel, 6, "label"), (RejectionReason.NotANumber, 7, "h is \"two\""), (RejectionReason.NotANumber, 8, "h is \"inf\"")],
            rejections.Examples.Select(rejection => (rejection.Reason, rejection.Line, rejection.Detail)));
        Assert.Equal(8, rows.Count + rejections.Total);
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.jsonl")]
    public void A_row_that_is_not_UTF8_is_rejected_with_its_line(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        var lines = name == "a.csv" ? "text,label\ngood,x\nM\u00E4rz,x\nlast,y\n" : "{\"text\":\"good\",\"label\":\"x\"}\n\n{\"text\":\"M\u00E4rz\",\"label\":\"x\"}\n{\"text\":\"last\",\"label\":\"y\"}\n";
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(lines));
        var rejections = new RejectionLog();

        var rows = TableFile.OpenTable(path, "label", "text").ReadRows(rejections).ToList();

        Assert.Equal(["good", "last"], rows.Select(row => row.Text));
        Assert.Equal((RejectionReason.NotUtf8, 3L), (Assert.Single(rejections.Examples).Reason, rejections.Examples[0].Line));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a,b\n1,2\n", "there is no column \"label\"; there are a, b")]
    [InlineData("a,a,label\n1,2,x\n", "two columns are called \"a\"")]
    [InlineData("a,label\n", "has no rows")]
    [InlineData("a,label\nNaN,x\nNaN,y\n", "none of 2 rows can be used: 2 × NotANumber; the first: NotANumber, a is \"NaN\"")]
    [InlineData("a,label\n,x\n,y\n", "none of 2 rows can be used: 2 × NotANumber")]
    [InlineData("a,label\n1,\n2,\n", "none of 2 rows can be used: 2 × MissingLabel")]
    public void What_cannot_be_used_at_all_is_an_error_that_names_the_file(string content, string message)
    {
        var path = Put("a.csv", content);

        var error = Assert.Throws<UnusableDataException>(() => TableFile.OpenTable(path, "label").ReadRows(new()).Count());

        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_one_of_UTF16_are_errors()
    {
        Assert.Throws<UnusableDataException>(() => TableFile.OpenTable(Path.Combine(_folder.FullName, "none.csv"), "label"));
        var path = Path.Combine(_folder.FullName, "wide.csv");
        File.WriteAllText(path, "a,label\n1,x\n", Encoding.Unicode);
        Assert.Contains("UTF-16", Assert.Throws<UnusableDataException>(() => TableFile.OpenTable(path, "label")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quote_that_does_not_close_costs_its_own_line_only()
    {
        var path = Put("a.csv", "text,label\none,x\n\"two,x\nthree,y\nfo\"ur,y\nfive,y\n");
        var rejections = new RejectionLog();

        var rows = TableFile.OpenTable(path, "label", "text").ReadRows(rejections).ToList();

        Assert.Equal(["one", "three", "five"], rows.Select(row => row.Text));
        Assert.Equal([(RejectionReason.Malformed, 3L), (RejectionReason.Malformed, 5L)], rejections.Examples.Select(rejection => (rejection.Reason, rejection.Line)));
    }

    [Fact]
    public void A_file_that_grows_while_it_is_read_is_read_up_to_its_length_at_opening_and_half_a_line_is_rejected()
    {
        var path = Put("a.csv", "text,label\none,x\ntwo,y\nthr");
        var rejections = new RejectionLog();
        List<string> texts = [];

        foreach (var row in TableFile.OpenTable(path, "label", "text").ReadRows(rejections))
        {
            if (texts.Count == 0)
                File.AppendAllText(path, "ee,x\nfour,x\n");
            texts.Add(row.Text);
        }

        Assert.Equal(["one", "two"], texts);
        Assert.Equal((RejectionReason.CutOff, 4L), (Assert.Single(rejections.Examples).Reason, rejections.Examples[0].Line));
        // "text,label\n" 11, "one,x\n" and "two,y\n" 6 each, "thr" 3.
        Assert.Contains("its 26 bytes at opening", Assert.Single(rejections.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_lines_that_are_none_are_rejected()
    {
        var path = Put("a.jsonl", "{\"text\":\"one\",\"label\":1}\nno\n[1]\n{\"text\":{},\"label\":1}\n{\"text\":\"a\",\"label\":1,\"more\":2}\n{\"text\":\"a\"}\n{\"label\":true,\"text\":\"two\"}\n{\"text\":\"\\ud800\",\"label\":1}\n");
        var rejections = new RejectionLog();

        var rows = TableFile.OpenTable(path, "label", "text").ReadRows(rejections).ToList();

        Assert.Equal([("one", "1"), ("two", "true")], rows.Select(row => (row.Text, row.Label)));
        Assert.Equal([(RejectionReason.Malformed, 2L), (RejectionReason.Malformed, 3), (RejectionReason.Malformed, 4), (RejectionReason.WrongCellCount, 5), (RejectionReason.MissingLabel, 6), (RejectionReason.Malformed, 8)],
            rejections.Examples.Select(rejection => (rejection.Reason, rejection.Line)));
    }

    [Fact]
    public void A_set_written_as_CSV_is_read_back_cell_for_cell()
    {
        var source = new SyntheticMessages(1000, 4);
        var path = Path.Combine(_folder.FullName, "set.csv");

        Assert.Equal(1000, TableWriter.Write(source, path, new()));
        var table = TableFile.OpenTable(path, "language", "text");
        var rejections = new RejectionLog();
        var read = table.ReadRows(rejections).Select(Cells).ToList();

        Assert.Equal(source.Columns, table.Columns);
        Assert.Equal(source.ReadRows(new()).Select(Cells), read);
        Assert.Equal(0, rejections.Total);
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.jsonl")]
    public void A_thousand_broken_tables_are_read_rejected_or_refused_and_nothing_else(string name)
    {
        var seed = Encoding.UTF8.GetBytes(name == "a.csv"
            ? "w,text,label\n1,\"a, b\",x\n2,März,y\n3,\"c\nd\",x\n4,e,y\n"
            : "{\"w\":1,\"text\":\"a, b\",\"label\":\"x\"}\n{\"w\":2,\"text\":\"März\",\"label\":\"y\"}\n{\"w\":3,\"text\":\"c\\nd\",\"label\":\"x\"}\n");
        byte[] likely = [.. "\",;\n\r\t{}[]:\\0N"u8, 0xFF, 0xC3, 0xEF];
        var random = new Random(9);
        var path = Path.Combine(_folder.FullName, name);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 1000; i++)
        {
            var file = seed.ToArray();
            for (var changes = random.Next(4); changes >= 0; changes--)
                file[random.Next(file.Length)] = random.Next(2) == 0 ? likely[random.Next(likely.Length)] : (byte)random.Next(256);
            File.WriteAllBytes(path, i % 5 == 0 ? file[..random.Next(file.Length)] : file);
            try
            {
                var rejections = new RejectionLog();
                var table = TableFile.OpenTable(path, "label", i % 2 == 0 ? "text" : null);
                Assert.All(table.ReadRows(rejections), row => Assert.True(row.Label.Length > 0 && row.Columns == table.Columns.Length));
                read++;
            }
            catch (UnusableDataException)
            {
                refused++;
            }
        }
        Assert.True(read > 250 && refused > 50, $"{read} read, {refused} refused");
    }

    static string Cells(Row row) => string.Join('|', Enumerable.Range(0, row.Columns).Select(row.GetCell));

    string Put(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }
}
