using Tonne.Catalogs;
using Tonne.Estimation.Serving;
using Tonne.Tests.Architecture;

namespace Tonne.Estimation.Tests.Serving;

public class ServingMeasurementReaderTests
{
    static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Tonne.Estimation.Tests", "Serving", "ml_energy_v2.csv"));

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
    }

    [Fact]
    public void Rows_of_another_boundary_are_not_taken()
    {
        var other = Text.Replace("GPU only (NVML/Zeus)", "GPU+CPU+RAM CodeCarbon", StringComparison.Ordinal);

        Assert.Empty(ServingMeasurementReader.Read("cases.csv", other));
    }

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
