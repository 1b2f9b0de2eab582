using System.Text.Json;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.Tests.Quantities;

public class UnitTests
{
    [Theory]
    [InlineData("kWh", "J")]
    [InlineData("W", "J/s")]
    [InlineData("W/GB", "J/GB·s")]
    [InlineData("g CO2e/kWh", "lb CO2e/MWh")]
    [InlineData("kg CO2e/d", "g CO2e/year")]
    [InlineData("J/token", "Wh/request")]
    [InlineData("1", "threads")]
    [InlineData("cm2", "mm2")]
    public void Units_of_one_dimension_are_commensurable(string one, string other) => Assert.True(new Unit(one).IsCommensurableWith(other));

    [Theory]
    [InlineData("kWh", "W")]
    [InlineData("kWh", "kg CO2e")]
    [InlineData("g CO2e/kWh", "L/kWh")]
    [InlineData("kg", "kg CO2e")]
    [InlineData("h", "1")]
    public void Units_of_two_dimensions_are_not(string one, string other) => Assert.False(new Unit(one).IsCommensurableWith(other));

    // 1 kWh = 3.6 MJ and 1 lb = 453.59237 g by definition (BIPM, SI brochure 9, table 8; international pound, 1959).
    [Theory]
    [InlineData("kWh", "J", 1 / 3.6e6)]
    [InlineData("Wh", "kWh", 1000)]
    [InlineData("kg CO2e", "lb CO2e", 0.45359237)]
    [InlineData("L", "m3", 1000)]
    [InlineData("h", "s", 1 / 3600d)]
    [InlineData("s", "year", 31_557_600)]
    [InlineData("cm2", "mm2", 0.01)]
    public void A_conversion_has_the_exact_number(string to, string from, double scale)
    {
        var given = new Derivation.Count("given", from, 2);

        Assert.Equal(2 * scale, new Derivation.Product("converted", to, [given], scale).Value, 1e-12 * scale);
        Assert.Throws<ArgumentException>(() => new Derivation.Product("converted", to, [given], scale * 1.001));
        Assert.Throws<ArgumentException>(() => new Derivation.Product("converted", to, [given], 1 / scale));
    }

    [Fact]
    public void Watt_hours_are_not_accepted_as_kilowatt_hours()
    {
        var energy = new Derivation.Count("energy", "Wh", 5);

        var error = Assert.Throws<ArgumentException>(() => new Derivation.Product("energy", "kWh", [energy]));

        Assert.Contains("'energy' is declared in kWh, but its formula gives Wh", error.Message, StringComparison.Ordinal);
        Assert.Equal(0.005, new Derivation.Product("energy", "kWh", [energy], 1 / 1000d).Value);
    }

    [Fact]
    public void What_an_earlier_version_stored_is_read_whatever_its_units_are()
    {
        // Before units were checked, the area of a die was a product with a bare number as its scale.
        const string stored = """{"op":"product","label":"footprint","unit":"cm2","of":[{"op":"counted","label":"area","unit":"mm2","number":800}],"scale":0.125}""";

        var read = JsonSerializer.Deserialize(stored, LedgerJson.Default.Derivation)!;

        Assert.Equal(100, read.Value);
        Assert.Equal(100, read.ReplaceFactors(factor => factor).Value);
        Assert.Contains("\"unit\":\"cm2\"", JsonSerializer.Serialize(read, LedgerJson.Default.Derivation), StringComparison.Ordinal);
        // What is computed from it now is checked.
        Assert.Throws<ArgumentException>(() => new Derivation.Product("wrong", "kWh", [read]));
    }

    [Fact]
    public void A_sum_or_a_difference_has_one_unit()
    {
        Derivation kilowattHours = new Derivation.Count("a", "kWh", 2), joules = new Derivation.Count("b", "J", 1);

        Assert.Throws<ArgumentException>(() => new Derivation.Sum("sum", "kWh", [kilowattHours, joules]));
        Assert.Throws<ArgumentException>(() => new Derivation.Difference("difference", "kWh", kilowattHours, joules));
    }

    [Fact]
    public void A_power_is_an_energy_over_a_time()
    {
        Derivation joules = new Derivation.Count("energy", "J", 7_200), hours = new Derivation.Count("time", "h", 1), seconds = new Derivation.Count("time", "s", 3_600);

        Assert.Equal(2, new Derivation.Quotient("power", "W", joules, seconds).Value);
        Assert.Throws<ArgumentException>(() => new Derivation.Quotient("power", "W", joules, hours));
    }

    [Fact]
    public void A_gigabyte_may_be_that_of_either_definition_and_not_a_megabyte()
    {
        var power = new Derivation.Count("power of memory", "W/GB", 0.3);

        Assert.Equal(0.3 * 1e9 / 1_073_741_824, new Derivation.Product("per 10^9 bytes", "W/GB", [power], 1e9 / 1_073_741_824).Value, 1e-15);
        Assert.Throws<ArgumentException>(() => new Derivation.Product("per 10^6 bytes", "W/GB", [power], 1e-3));
    }

    [Fact]
    public void A_unit_is_its_text_in_json()
    {
        Assert.Equal("\"g CO2e/kWh\"", JsonSerializer.Serialize(new Unit("g CO2e/kWh"), JsonSerializerOptions.Web).Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Equal(new Unit("kWh"), JsonSerializer.Deserialize<Unit>("\"kWh\"", JsonSerializerOptions.Web));
        Assert.Equal("1", default(Unit).Symbol);
    }
}
