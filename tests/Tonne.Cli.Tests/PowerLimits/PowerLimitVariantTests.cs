using Tonne.Cli.Commands;
using Tonne.Cli.PowerLimits;

namespace Tonne.Cli.Tests.PowerLimits;

public class PowerLimitVariantTests
{
    static readonly ScriptedDevice One = new("card", 300, []);

    static IReadOnlyList<PowerLimitVariant> Create(string list, params ScriptedDevice[] devices) =>
        PowerLimitVariant.Create(RequestedPowerLimit.ParseList(list), devices, [.. devices.Select(device => device.Now)]);

    [Theory]
    [InlineData("150W", 150)]
    [InlineData("150", 150)]
    [InlineData("150 w", 150)]
    [InlineData("0.15kW", 150)]
    [InlineData("150.5W", 150.5)]
    // 80 % of the 350 W that the card has as delivered.
    [InlineData("80%", 280)]
    [InlineData("80 %", 280)]
    public void A_limit_is_a_power_or_a_percentage_of_the_default(string text, double watts) =>
        Assert.Equal((long)(watts * 1e6), Assert.Single(RequestedPowerLimit.ParseList(text)).Resolve(One));

    [Theory]
    [InlineData("")]
    [InlineData("W")]
    [InlineData("0")]
    [InlineData("-5W")]
    [InlineData("nanW")]
    [InlineData("1e3")]
    [InlineData("150W,,200W")]
    [InlineData("150mW")]
    public void Anything_else_is_refused_with_an_example(string text) =>
        Assert.Contains("tonne bench --power-limit",
            Assert.Throws<InvalidInputException>(() => RequestedPowerLimit.ParseList(text)).Message);

    [Fact]
    public void What_was_found_is_compared_with_all_others()
    {
        var variants = Create("200W,80%", One);

        Assert.Equal(["as found, 300 W", "200 W", "80% (280 W)"], variants.Select(variant => variant.Name));
        Assert.Equal([true, false, false], variants.Select(variant => variant.IsFound));
        Assert.Equal([300d, 200, 280], variants.Select(variant => variant.Watts));
        // Named in the list, it is the same variant.
        Assert.Equal(["as found, 300 W", "200 W"], Create("200W,300.1W", One).Select(variant => variant.Name));
    }

    [Fact]
    public void Devices_that_were_found_at_different_limits_are_named()
    {
        var variants = Create("200W", One, new("other", 350, []));

        Assert.Equal("as found, card 300 W, other 350 W", variants[0].Name);
        Assert.Null(variants[0].Watts);
        Assert.Equal([200_000_000, 200_000_000], variants[1].Microwatts);
    }

    [Theory]
    [InlineData("90W", "card takes 100 W to 400 W")]
    [InlineData("401W", "card takes 100 W to 400 W")]
    [InlineData("200W,0.2kW", "in the list already")]
    [InlineData("300W", "nothing to compare")]
    public void What_cannot_be_compared_is_refused(string list, string why) =>
        Assert.Contains(why, Assert.Throws<InvalidInputException>(() => Create(list, One)).Message);
}
