using Tonne.Catalogs;
using Tonne.Estimation.Serving;

namespace Tonne.Estimation.Tests.Serving;

public class ServingMeasurementReaderTests
{
    static readonly string Text = SharedMeasurements.ReadText();

    [Fact]
    public void A_row_is_read_as_it_is_printed()
    {
        var first = ServingMeasurementReader.Read("cases.csv", Text)[0];

        Assert.Equal("Llama-3-70B", first.Family);
        Assert.Equal("NVIDIA A100 SXM4 40 GB", first.Hardware);
        Assert.Equal(70.6e9, first.Configuration.Parameters);
        Assert.Equal(8, first.Configuration.Gpus);
        Assert.Equal(31.9, first.Configuration.Batch);
        Assert.Equal(457.5, first.Configuration.OutputTokens);
        Assert.Equal(2.68042, first.JoulesPerToken);
        Assert.True(first.Configuration.UsesOlderSoftware && first.IsUsedForFit);
        Assert.Equal(ServedModelKind.Dense, first.Kind);
        // Llama 3.1 70B: 80 layers, 8 heads of 128 in the cache, keys and values at two bytes.
        Assert.Equal((80, 80 * 8 * 128 * 2 * 2), (first.Configuration.LayerCount, first.Configuration.KvCacheBytesPerToken));
        Assert.True(first.Configuration.IsArchitectureGiven);
        Assert.False(first.ConfigurationFromSize.IsArchitectureGiven);
    }

    [Fact]
    public void Rows_with_images_video_or_a_code_base_in_the_prompt_are_not_fitted()
    {
        var all = ServingMeasurementReader.Read("cases.csv", Text);

        Assert.Equal(["code infilling", "image chat", "video chat"], all.Where(row => !row.IsUsedForFit).Select(row => row.Task).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(663, all.Count(row => row.IsUsedForFit));
    }

    [Theory]
    [InlineData("CodeLlama-34b-hf", "LLAMA")]
    [InlineData("meta-llama/Llama-3.1-405B-Instruct", "LLAMA")]
    [InlineData("codegemma-7b", "GEMMA")]
    [InlineData("Qwen/Qwen3-235B-A22B-Instruct-2507-FP8", "QWEN")]
    [InlineData("openai/gpt-oss-120b", "GPT")]
    public void A_line_of_models_has_all_its_sizes(string model, string line) =>
        Assert.Equal(line, ServingMeasurementReader.Read("cases.csv", Text).First(row => row.Model == model).Line);

    [Fact]
    public void A_damaged_file_is_refused_or_read_but_never_anything_else()
    {
        var lines = Text.Split('\n');
        var small = string.Join('\n', lines.Take(12)) + "\n";
        var random = new Random(11);
        for (var i = 0; i < 1000; i++)
        {
            var at = random.Next(small.Length);
            var damaged = random.Next(3) switch
            {
                0 => small.Remove(at, 1),
                1 => small.Insert(at, ((char)random.Next(32, 127)).ToString()),
                _ => small[..at],
            };
            try
            {
                Assert.All(ServingMeasurementReader.Read("cases.csv", damaged), row => Assert.True(row.JoulesPerToken > 0 && row.Configuration.Batch >= 1));
            }
            catch (TableFormatException error)
            {
                Assert.Contains("cases.csv", error.Message, StringComparison.Ordinal);
            }
            catch (UnknownNameException error)
            {
                Assert.Contains("is unknown", error.Message.Replace("ambiguous", "unknown", StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }
    }
}
