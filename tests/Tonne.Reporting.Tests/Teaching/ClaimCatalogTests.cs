using System.Text.RegularExpressions;
using Tonne.Facilities;
using Tonne.Grids;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Teaching;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Teaching;

public sealed partial class ClaimCatalogTests
{
    static Claim Of(string id) => ClaimCatalog.All.Single(claim => claim.Id == id);

    [Fact]
    public void The_claims_have_no_problem() => Assert.Empty(ClaimCatalog.Validate());

    [Fact]
    public void The_page_is_what_the_inputs_come_to()
    {
        using var page = new StringWriter { NewLine = "\n" };
        ClaimsPage.Write(page);

        Golden.Matches("../../docs/claims.md", page.ToString());
    }

    [Fact]
    public void No_sentence_holds_a_number_that_was_not_computed()
    {
        foreach (var claim in ClaimCatalog.All)
        {
            var documented = claim.Numbers.ToHashSet(StringComparer.Ordinal);
            foreach (var sentence in new[] { claim.Statement, claim.Reproduced, claim.Correction })
            {
                // Names and units that hold digits are none: V100, P100, ResNet-50, CO2e, 10^18.
                foreach (Match number in Number().Matches(NamesWithDigits().Replace(sentence, "")))
                    Assert.True(documented.Contains(number.Value), $"{claim.Id}: {number.Value} in \"{sentence}\"");
            }
        }
    }

    [Fact]
    public void Five_cars()
    {
        // 626,155 lb · 0.45359237 = 284,019 kg; 126,000 lb = 57,152.6 kg; 284,019 ÷ 57,152.6 = 4.9695. As run 3.2 t: 284.02 ÷ 3.2 = 88.8.
        var claim = Of("five-cars");
        Assert.Contains("57 t CO2e each", claim.Statement);
        Assert.Contains("4.97 cars", claim.Reproduced);
        Assert.Contains("89 times less", claim.Correction);
        Assert.Equal(3200, claim.Figure.Value);
    }

    [Fact]
    public void An_architecture_search()
    {
        // 274,120 h · 1,515.43 W · 1.58 = 656,346 kWh; · 0.954 lb/kWh = 626,154 lb = 284.0 t. 274,120 · 8 = 2.193 million GPU-hours, ÷ 800 ÷ 168 = 16.3 weeks.
        // 800 · 3 · 168 = 403,200 h: 284,019 ÷ 2,192,960 = 0.12951 kg an hour: 52.2 t; four weeks 69.6 t.
        var claim = Of("architecture-search");
        Assert.Contains("280 or 284 t, on 800 GPUs", claim.Statement);
        Assert.Contains("656 MWh and 284 t CO2e", claim.Reproduced);
        Assert.Contains("2.19 million GPU-hours", claim.Correction);
        Assert.Contains("52 t CO2e to 70 t CO2e", claim.Correction);
        Assert.Contains("16 weeks", claim.Correction);
        Assert.Contains("7.5 MWh", claim.Correction);
        Assert.Contains("3.2 t CO2e", claim.Correction);
    }

    [Fact]
    public void A_training_on_ImageNet()
    {
        // 3.8e9 · 1,281,167 · 90 · 6 = 2.629e18 operations; ÷ (125e12 · 0.25) ÷ 3600 = 23.37 h of a V100.
        var claim = Of("imagenet");
        Assert.Contains("at worst 1.5 kg CO2e", claim.Statement);
        Assert.Contains("2.6 × 10^18", claim.Reproduced);
        Assert.Contains("23 h", claim.Reproduced);
        // The node 1 + 0.5, PUE 1.67: kWh = 23.37 · watts · 1.5 · 1.67 ÷ 1000, at the catalog's watts of a V100 in training.
        var watts = Hardware(); var energy = 2.629e18 / (125e12 * 0.25) / 3600 * watts * 1.5 * 1.67 / 1000;
        Assert.Equal(energy * AnnualIntensityCatalog.Find(ZoneCatalog.Find("WORLD").ValueOrThrow)!.Intensity.Bounds.Best / 1000, claim.Figure.Value, 0.01);

        static double Hardware() => Tonne.Hardware.AcceleratorCatalog.Find("V100 SXM2 16 GB").ValueOrThrow.TrainingPower.Bounds.Best;
    }

    [Fact]
    public void A_persons_year()
    {
        // 11,023 lb = 4,999.95 kg; 36,156 lb = 16,400.1 kg; 3.28 of the first. 284,019 ÷ 5,000 = 56.8; ÷ 4,000 = 71.0.
        var claim = Of("person");
        Assert.Contains("4 t CO2e a year, or 5 t CO2e", claim.Statement);
        Assert.Contains("16.4 t CO2e", claim.Reproduced);
        Assert.Contains("57 or 71 such years", claim.Correction);
    }

    [Fact]
    public void Another_place()
    {
        double Of(string zone) => AnnualIntensityCatalog.Find(ZoneCatalog.Find(zone).ValueOrThrow)!.Intensity.Bounds.Best;
        var claim = ClaimCatalogTests.Of("place");
        Assert.Equal(Of("PL") / Of("FR"), claim.Figure.Value, 1e-9);
        Assert.InRange(claim.Figure.Value, 10, 25);
    }

    [Fact]
    public void A_better_building()
    {
        // 1 − 1.1 ÷ 1.67 = 0.3413.
        var claim = Of("building");
        Assert.Contains("34 % less", claim.Reproduced);
        Assert.Contains($"now {FacilityCatalog.GetPue(FacilityKind.UnknownServerRoom).Factor.Bounds.Best}", claim.Correction);
    }

    [Fact]
    public void Sixty_flights()
    {
        // 1,082,990 · 0.4 · 57 = 24.69 t; 256,646 · 57 = 14.63 t; 1,082,990 · (312.5 + 150) ÷ 44,676 = 11.21 t; 50.53 t; ÷ 810 = 62.4; 50,000 ÷ 60 = 833.
        var claim = Of("sixty-flights");
        Assert.Equal(62.38, claim.Figure.Value, 0.01);
        Assert.Contains("24.7 t CO2e", claim.Reproduced);
        Assert.Contains("14.6 t CO2e", claim.Reproduced);
        Assert.Contains("11.2 t CO2e", claim.Reproduced);
        Assert.Contains("50.5 t CO2e", claim.Reproduced);
        Assert.Contains("833 kg CO2e", claim.Reproduced);
        Assert.Contains("0.2 of an aircraft", claim.Correction);
    }

    [Fact]
    public void Fifty_four_miles()
    {
        // 864.249 · 394 = 340.51 kg; ÷ 18 = 18.92; ÷ 17.1528 = 19.85. 19 ÷ 54 = 352 g. 18.917 ÷ 0.398 = 47.5.
        var claim = Of("miles");
        Assert.Contains("340.5 kg CO2e", claim.Reproduced);
        Assert.Contains("18.9 kg CO2e a day", claim.Reproduced);
        Assert.Contains("352 g a mile", claim.Reproduced);
        Assert.Contains("19 kg CO2e a day, equivalent to 54 miles", claim.Statement);
        Assert.Contains("19.9 kg CO2e a day", claim.Correction);
        Assert.Equal(47.53, claim.Figure.Value, 0.01);
    }

    [Fact]
    public void Nuclear_power()
    {
        // 1,082,990 · 0.4 kW · 12 g = 5.198 t.
        var claim = Of("nuclear");
        Assert.Equal(12, claim.Figure.Value);
        Assert.Contains("5.2 t CO2e", claim.Correction);
        Assert.Contains("5.1 to 6.4 g CO2e/kWh", claim.Correction);
    }

    [GeneratedRegex(@"\d[\d,]*(\.\d+)?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"V100|P100|ResNet-50|CO2e|10\^18", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamesWithDigits();
}
