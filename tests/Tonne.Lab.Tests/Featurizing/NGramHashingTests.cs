using Tonne.Lab.Featurizing;

namespace Tonne.Lab.Tests.Featurizing;

public class NGramHashingTests
{
    [Fact]
    public void The_same_text_is_the_same_vector_whatever_its_capitals_blanks_and_numbers()
    {
        Assert.Equal(Vector("Read 12 files from {0}."), Vector("  read 3\tFILES\n from  7."));
        Assert.NotEqual(Vector("Read 12 files from {0}."), Vector("Read 12 files to {0}."));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("Datei nicht gefunden")]
    [InlineData("要求されたファイルが見つかりません")]
    public void A_vector_is_of_length_one(string text) =>
        Assert.Equal(1, Math.Sqrt(Vector(text).Sum(x => (double)x * x)), 1e-6);

    [Fact]
    public void A_long_text_is_of_length_one_too_though_its_counts_are_brought_down_to_127() =>
        Assert.Equal(1, Math.Sqrt(Vector(string.Concat(Enumerable.Repeat("all work and no play ", 1000))).Sum(x => (double)x * x)), 1e-6);

    [Fact]
    public void Places_and_signs_are_spread_evenly_and_independently_of_one_another()
    {
        // 64,000 runs over 8 places × 2 signs: 16 cells of 4,000, σ = √(64,000 · 1/16 · 15/16) = 61; 5σ = 306.
        var cells = new int[16];
        for (var run = 1ul; run <= 64_000; run++)
        {
            var (place, sign) = NGramHashing.Hash(run << 16 | 'e', 8);
            cells[place * 2 + (sign > 0 ? 1 : 0)]++;
        }
        Assert.All(cells, cell => Assert.InRange(cell, 4000 - 306, 4000 + 306));
    }

    [Fact]
    public void The_runs_of_ab_stand_where_splitmix64_says()
    {
        // Worked out apart from this code, with Python's whole numbers: for each run of " ab " its mix, times 512, shifted right by 64, and the lowest bit.
        //   " "  adfb1ebb497fad45 347 −   " a"  fd091538b80fb9f6 506 +   " ab" 983cbf8183f6bc40 304 +   " ab " 11d9cef0fe08e017  35 −   "a" aeff7d4b5b72ec99 349 −
        //   "ab" 34de1f90e8a1bffa 105 +   "ab " a4f89ba363369f81 329 −   "b"   f2f8ede6fa70bf5f 485 −   "b "   79b8c843b3fcb0dd 243 −   " " again 347 −
        // Runs of 1, 2, 3, 4 weigh 8, 4, 2, 1; " " stands there twice. Squares: 16² + 8² + 8² + 3 · 4² + 2 · 2² + 1² = 441 = 21².
        (int Place, int Count)[] counts = [(347, -16), (349, -8), (485, -8), (506, 4), (105, 4), (243, -4), (304, 2), (329, -2), (35, -1)];
        var expected = new float[512];
        foreach (var (place, count) in counts)
            expected[place] = count * (1 / 21f);

        Assert.Equal(expected, Vector("ab"));
    }

    static float[] Vector(string text)
    {
        var vector = new float[512];
        new NGramHashing().Vectorize(text, vector);
        return vector;
    }
}
