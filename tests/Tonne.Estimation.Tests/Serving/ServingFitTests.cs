using Tonne.Catalogs;
using Tonne.Estimation.Serving;
using Tonne.Tests.Architecture;

namespace Tonne.Estimation.Tests.Serving;

public class ServingFitTests
{
    [Fact]
    public void The_shipped_coefficients_are_what_the_named_file_gives()
    {
        var bytes = SharedMeasurements.ReadBytes();
        var table = ServingCalibration.Fit("inference_measured.csv", bytes).ToTable();
        if (Environment.GetEnvironmentVariable("TONNE_UPDATE_GOLDEN") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, "src", "Tonne.Estimation", "Serving", "Tables", "inference_fit.csv"), table);

        Assert.Equal(table, EmbeddedTable.ReadText("inference_fit.csv", typeof(ServingFit).Assembly));
    }

    [Fact]
    public void A_written_table_reads_as_the_fit_it_came_from()
    {
        var again = ServingFit.Parse("again.csv", ServingFit.Shipped.ToTable());

        Assert.Equal(ServingFit.Shipped.Model.Coefficients, again.Model.Coefficients);
        Assert.Equal(ServingFit.Shipped.HalfWidths, again.HalfWidths);
        Assert.Equal(ServingFit.Shipped.HalfWidthsFromSize, again.HalfWidthsFromSize);
        Assert.Equal(64, again.InputHash.Length);
        Assert.Equal(ServingFit.Shipped.ToTable(), again.ToTable());
    }

    [Fact]
    public void A_damaged_table_says_what_is_wrong_with_it()
    {
        // Seeded: one character of the table changed, removed or doubled, 500 times.
        var table = ServingFit.Shipped.ToTable();
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var at = random.Next(table.Length);
            var damaged = random.Next(3) switch
            {
                0 => table.Remove(at, 1),
                1 => table.Insert(at, ((char)random.Next(32, 127)).ToString()),
                _ => table[..at],
            };
            try
            {
                Assert.All(ServingFit.Parse("damaged.csv", damaged).Model.Coefficients, value => Assert.True(double.IsFinite(value) && value >= 0));
            }
            catch (TableFormatException error)
            {
                Assert.Contains("damaged.csv", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("Meta-Llama-3.1-70B-Instruct", "Llama-3-70B")]
    [InlineData("meta-llama/Llama-3.3-70B-Instruct", "Llama-3-70B")]
    [InlineData("meta-llama/Llama-3.1-405B-Instruct", "Llama-3-405B")]
    [InlineData("Qwen/Qwen3-235B-A22B-Instruct-2507-FP8", "Qwen3-235B-A22B")]
    [InlineData("Qwen/Qwen3-235B-A22B-Thinking-2507", "Qwen3-235B-A22B")]
    [InlineData("Mixtral-8x22B-Instruct-v0.1", "Mixtral-8x22B")]
    [InlineData("google/gemma-3-27b-it", "gemma-3-27b")]
    [InlineData("openai/gpt-oss-120b", "gpt-oss-120b")]
    public void A_family_is_one_architecture_and_size_whatever_its_tuning(string model, string family) =>
        Assert.Equal(family, ServingMeasurementReader.GetFamily(model));
}
