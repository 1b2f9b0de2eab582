using Tonne.Lab.Collecting;
using Tonne.Lab.Featurizing;

namespace Tonne.Lab.Tests.Featurizing;

public class DatasetSplitTests
{
    [Fact]
    public void Every_row_is_in_one_part_and_each_class_is_spread_as_the_parts_are()
    {
        // 700 of one class, 300 of the other; 80, 10, 10 %.
        var examples = Examples(1000, row => row % 10 < 7 ? 0 : 1);

        var split = DatasetSplit.Create(examples, groups: null, seed: 3);

        Assert.Equal(Enumerable.Range(0, 1000), split.Training.Rows.Concat(split.Validation.Rows).Concat(split.Test.Rows).Order());
        Assert.Equal((560, 240), Count(split.Training));
        Assert.Equal((70, 30), Count(split.Validation));
        Assert.Equal((70, 30), Count(split.Test));
    }

    [Fact]
    public void A_group_is_never_torn()
    {
        var random = new Random(2);
        int[] groups = [.. Enumerable.Range(0, 2000).Select(_ => random.Next(300))];
        var split = DatasetSplit.Create(Examples(2000, row => row % 3), groups, seed: 1);

        HashSet<int> Of(ExampleSubset part) => [.. part.Rows.Select(row => groups[row])];
        Assert.Empty(Of(split.Training).Intersect(Of(split.Validation)));
        Assert.Empty(Of(split.Training).Intersect(Of(split.Test)));
        Assert.Empty(Of(split.Validation).Intersect(Of(split.Test)));
        Assert.InRange(split.Validation.Count, 190, 210);
    }

    [Fact]
    public void A_large_group_is_learned_from_and_not_judged_by()
    {
        int[] groups = [.. Enumerable.Range(0, 1000).Select(row => row < 150 ? 0 : row)];

        Assert.Contains(0, DatasetSplit.Create(Examples(1000, row => row % 2), groups, seed: 1).Training.Rows);
    }

    [Fact]
    public void The_seed_decides_and_nothing_else()
    {
        var examples = Examples(500, row => row % 4);

        Assert.Equal(DatasetSplit.Create(examples, null, 5).Test.Rows.ToArray(), DatasetSplit.Create(examples, null, 5).Test.Rows.ToArray());
        Assert.NotEqual(DatasetSplit.Create(examples, null, 5).Test.Rows.ToArray(), DatasetSplit.Create(examples, null, 6).Test.Rows.ToArray());
        // Other numbers for the same groups.
        Assert.Equal(DatasetSplit.Create(examples, [.. Enumerable.Range(0, 500).Select(row => row / 2)], 5).Test.Rows.ToArray(), DatasetSplit.Create(examples, [.. Enumerable.Range(0, 500).Select(row => 9000 - row / 2)], 5).Test.Rows.ToArray());
    }

    [Fact]
    public void Too_few_rows_or_groups_are_an_error()
    {
        Assert.Throws<UnusableDataException>(() => DatasetSplit.Create(Examples(3, row => row % 2), null, 1));
        Assert.Throws<UnusableDataException>(() => DatasetSplit.Create(Examples(1000, row => row % 2), new int[1000], 1));
    }

    static InMemoryExamples Examples(int rows, Func<int, int> label) =>
        new(1, ["a", "b", "c", "d"], new float[rows], [.. Enumerable.Range(0, rows).Select(label)]);

    static (int, int) Count(ExampleSubset part) => (Enumerable.Range(0, part.Count).Count(row => part.GetLabel(row) == 0), Enumerable.Range(0, part.Count).Count(row => part.GetLabel(row) == 1));
}
