using Tonne.Lab.Featurizing;

namespace Tonne.Lab.Tests.Featurizing;

public class InMemoryExamplesTests
{
    [Fact]
    public void Rows_come_back_as_they_were_put_in()
    {
        var table = new InMemoryExamples(2, ["a", "b"], [1, 2, 3, 4], [1, 0]);
        Span<float> row = stackalloc float[2];
        table.CopyRow(1, row);

        Assert.Equal([3f, 4f], row.ToArray());
        Assert.Equal((2, 1, 0), (table.Count, table.GetLabel(0), table.GetLabel(1)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new InMemoryExamples(2, ["a"], [1, 2, 3], [0]));
        Assert.Throws<ArgumentException>(() => new InMemoryExamples(1, ["a"], [1], [1]));
    }
}
