using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Tests.Terminal;

public class TextTableTests
{
    static string[] Lines(int? columns)
    {
        var table = new TextTable("ID", "NAME", "STARTED", "TIME") { RightAligned = new HashSet<int> { 3 }, OptionalColumns = [2], FlexibleColumn = 1 };
        table.Add("1", "a-name-that-is-much-too-long", "2026-11-22", "3 s");
        using var writer = new StringWriter { NewLine = "\n" };
        table.Write(writer, columns);
        return writer.ToString().TrimEnd('\n').Split('\n');
    }

    [Fact]
    public void Without_a_terminal_a_table_takes_what_it_needs() =>
        Assert.Equal(["ID  NAME                          STARTED     TIME", "1   a-name-that-is-much-too-long  2026-11-22   3 s"], Lines(null));

    [Fact]
    public void A_narrow_terminal_first_cuts_the_names() =>
        Assert.Equal(["ID  NAME                STARTED     TIME", "1   a-name-that-is-mu…  2026-11-22   3 s"], Lines(40));

    [Fact]
    public void A_narrower_one_does_without_what_can_be_spared() =>
        Assert.Equal(["ID  NAME                  TIME", "1   a-name-that-is-much…   3 s"], Lines(30));
}
