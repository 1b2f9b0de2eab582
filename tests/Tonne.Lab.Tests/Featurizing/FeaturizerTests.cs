using Tonne.Lab.Collecting;
using Tonne.Lab.Featurizing;
using Tonne.Runs;

namespace Tonne.Lab.Tests.Featurizing;

public class FeaturizerTests
{
    [Fact]
    public void A_text_kept_short_is_the_vector_itself()
    {
        string[] texts = ["a", "Datei {0} nicht gefunden", "要求されたファイルが見つかりません", string.Concat(Enumerable.Repeat("all work and no play ", 1000)), "…"];
        var featurized = new Featurizer().Featurize(texts.Select((text, i) => new TranslatedMessage(i, i % 2 == 0 ? "b" : "a", "A", "K", text, "1")));

        Assert.Equal((new DataShape(5, 10), new DataShape(5, 512)), (featurized.Before, featurized.After));
        Assert.Equal(["a", "b"], featurized.Examples.Classes);
        for (var i = 0; i < texts.Length; i++)
        {
            var (kept, itself) = (new float[512], new float[512]);
            Array.Fill(kept, float.NaN);
            featurized.Examples.CopyRow(i, kept);
            new NGramHashing().Vectorize(texts[i], itself);
            Assert.Equal(itself, kept);
            Assert.Equal(1 - i % 2, featurized.Examples.GetLabel(i));
        }
    }

    [Fact]
    public void Many_texts_fill_more_than_one_chunk()
    {
        var rows = new SyntheticMessages(25_000, 1).ReadRows(new()).ToList();
        var examples = new Featurizer().Featurize(rows).Examples;
        var (kept, itself) = (new float[512], new float[512]);

        for (var i = 0; i < rows.Count; i += 997)
        {
            examples.CopyRow(i, kept);
            new NGramHashing().Vectorize(rows[i].Text, itself);
            Assert.Equal(itself, kept);
        }
    }

    [Fact]
    public void Numbers_are_put_on_the_scale_of_the_training_part()
    {
        // Training 2, 4, 4, 4, 5, 5, 7, 9: mean 5, standard deviation 2, the textbook's example; the second column has no spread.
        var training = new InMemoryExamples(2, ["a", "b"], [2, 3, 4, 3, 4, 3, 4, 3, 5, 3, 5, 3, 7, 3, 9, 3], [0, 1, 0, 1, 0, 1, 0, 1]);
        var other = new InMemoryExamples(2, ["a", "b"], [15, 100], [0]);
        var scale = Standardization.Fit(training);
        var row = new float[2];

        scale.Apply(other).CopyRow(0, row);

        Assert.Equal((5f, 2f), (scale.Means[0], scale.Deviations[0]));
        Assert.Equal([5, 0], row);
    }

    [Fact]
    public void Pictures_become_pixels_or_patches()
    {
        Row[] rows = [new GrayscaleImage("a", 2, 2, [0, 1, 0.5f, 0.5f]), new GrayscaleImage("b", 2, 2, [1, 1, 1, 1])];
        var (pixels, patches) = (new Featurizer().Featurize(rows).Examples, new Featurizer(patch: 2).Featurize(rows).Examples);
        var row = new float[4];
        pixels.CopyRow(0, row);

        Assert.Equal([0, 1, 0.5f, 0.5f], row);
        Assert.Equal((4, 1), (pixels.Width, patches.Width));
        patches.CopyRow(0, row.AsSpan(0, 1));
        Assert.Equal(0.5f, row[0]);
    }

    [Fact]
    public void No_row_one_row_and_one_class_are_errors()
    {
        Row a = new TranslatedMessage(1, "a", "A", "K", "text", "1");

        Assert.Contains("no row", Error([]), StringComparison.Ordinal);
        Assert.Contains("one row", Error([a]), StringComparison.Ordinal);
        Assert.Contains("All 2 rows are labelled \"a\"", Error([a, a]), StringComparison.Ordinal);
        Assert.Contains("another kind", Error([a, new GrayscaleImage("b", 1, 1, [1])]), StringComparison.Ordinal);

        static string Error(Row[] rows) => Assert.Throws<UnusableDataException>(() => new Featurizer().Featurize(rows)).Message;
    }
}
