using Tonne.Estimation.Training;

namespace Tonne.Estimation.Tests.Training;

public class TrainingCatalogTests
{
    [Fact]
    public void Every_value_that_does_not_fit_the_others_has_its_note()
    {
        var found = TrainingCatalog.All.SelectMany(row => row.FindContradictions().Select(one => (row.Name, one.Quantity))).ToList();

        // Meta's card of Llama 3.3: 12.9 t for 7.0 M GPU-hours at 700 W: 12,900 kg ÷ 4.9 GWh = 2.6 g/kWh, below any source of electricity.
        Assert.Contains(("Llama 3.3 70B", "emissions"), found);
        // Phi-1.5: 6 · 1.3e9 · 150e9 ÷ (1,500 h · 3600 · 312e12) = 69 % of the peak.
        Assert.Contains(("Phi-1.5 1.3B", "chip-hours"), found);
        Assert.Equal(2, found.Count);
        Assert.DoesNotContain(TrainingCatalog.Validate(), problem => problem.Contains("no note", StringComparison.Ordinal));
    }

    [Theory]
    // A thousandfold misprint of each kind in Llama 3.1 8B (1.46 M h, 700 W, 1,022 MWh, 420 t), and smaller ones of LLaMA-65B, whose
    // 385 g/kWh are stated.
    [InlineData("Llama 3.1 8B", "emissions", 420)]
    [InlineData("Llama 3.1 8B", "energy", 1022)]
    [InlineData("LLaMA-65B", "emissions", 217_000)]
    [InlineData("LLaMA-65B", "chip-hours", 102_236)]
    public void A_misprint_is_found_by_arithmetic(string name, string quantity, double misprint)
    {
        var row = TrainingCatalog.All.Single(one => one.Name == name);
        Assert.Empty(row.FindContradictions());

        var wrong = quantity switch
        {
            "emissions" => row with { EmissionsKg = new PublishedValue(misprint) },
            "energy" => row with { EnergyKwh = new PublishedValue(misprint) },
            _ => row with { ChipHours = new PublishedValue(misprint) },
        };

        Assert.NotEmpty(wrong.FindContradictions());
    }

    [Fact]
    public void A_contradicted_value_is_never_written_without_what_contradicts_it()
    {
        var entry = TrainingCatalog.Search("Llama 3.3 70B emissions").Single();

        Assert.Equal("12,900 kg CO2e (misprint: implies 2.6 g/kWh)", entry.ValueText);
        // The card of Llama 3.1 prints 2,040 t for the same 7.0 M GPU-hours.
        Assert.Contains("2,040 t", entry.Note, StringComparison.Ordinal);
        var contradicted = TrainingCatalog.All.SelectMany(row => new[] { row.ChipHours, row.EnergyKwh, row.EmissionsKg })
            .Where(value => value?.Contradiction is not null).ToList();
        Assert.NotEmpty(contradicted);
        var texts = TrainingCatalog.Search().Select(one => one.ValueText).ToList();
        Assert.All(contradicted, value =>
            Assert.Contains(texts, text => text.EndsWith($"({value!.Value.Contradiction})", StringComparison.Ordinal)));
        // Patterson et al. 2021, table 4: 7.5 MWh and 3.2 t where 656 MWh and 284 t had been estimated.
        var search = TrainingCatalog.Search("Evolved Transformer Strubell emissions").Single();
        Assert.Contains("88 times", search.ValueText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_is_found_by_its_name_or_a_part_of_it()
    {
        Assert.Equal("DeepSeek-V3", TrainingCatalog.Find("deepseek v3").ValueOrThrow.Name);
        Assert.Equal("Granite 13B v2", TrainingCatalog.Find("granite").ValueOrThrow.Name);
        Assert.True(TrainingCatalog.Find("pythia").Unknown!.Ambiguous);
        Assert.False(TrainingCatalog.Find("no such model").IsFound);
        Assert.False(TrainingCatalog.Find("").IsFound);
        // Its hours were assumed.
        Assert.False(TrainingCatalog.Find("GPT-3 175B").IsFound);
    }
}
