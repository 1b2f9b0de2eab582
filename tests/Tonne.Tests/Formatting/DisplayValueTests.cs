using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Tests.Formatting;

public class DisplayValueTests
{
    [Theory]
    [InlineData(0.00021, 0.00042, 0.00085, "kg CO2e", "0.42 g CO2e (0.21–0.85)")]
    [InlineData(0.0012, 0.0013, 0.0015, "kWh", "1.3 Wh (1.2–1.5)")]
    [InlineData(1180, 1200, 1220, "kWh", "1.20 MWh (1.18–1.22)")]
    [InlineData(0.9996e-3, 0.9996e-3, 0.9996e-3, "kWh", "1 Wh")]
    [InlineData(9.4e-6, 9.96e-6, 12e-6, "kWh", "10 mWh (9–12)")]
    [InlineData(0.000004, 0.00042, 0.0013, "kg CO2e", "0.42 g CO2e (0.004–1.30)")]
    [InlineData(0.000042, 0.000099, 0.0002, "kg CO2e", "99 mg CO2e (42–200)")]
    [InlineData(0.0000999, 0.0000999, 0.0000999, "kWh", "99.9 mWh")]
    [InlineData(210, 423, 850, "kg CO2e", "420 kg CO2e (210–850)")]
    [InlineData(502_000_000, 552_100_000, 600_000_000, "kg CO2e", "550,000 t CO2e (500,000–600,000)")]
    [InlineData(0, 0, 0, "kWh", "0 kWh")]
    [InlineData(1e-15, 2e-15, 3e-15, "kWh", "0.0000020 µWh (0.0000010–0.0000030)")]
    public void A_value_reads_in_the_unit_of_its_scale_and_the_digits_of_its_certainty(double low, double best, double high, string unit, string text) =>
        Assert.Equal(text, DisplayValue.Format(new Bounds(low, best, high), unit).FormatWithInterval());

    [Theory]
    [InlineData(0.0004, "0 ms")]
    [InlineData(0.42, "420 ms")]
    [InlineData(0.9996, "1.0 s")]
    [InlineData(12.44, "12.4 s")]
    [InlineData(59.96, "1 min 00 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 05 min")]
    [InlineData(356_400, "4 d 03 h")]
    public void Time_reads_as_people_say_it(double seconds, string text) => Assert.Equal(text, DisplayValue.FormatDuration(seconds));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.0004, "< 0.1 %")]
    [InlineData(0.043, "4.3 %")]
    [InlineData(0.126, "13 %")]
    [InlineData(0.9999, "99.9 %")]
    [InlineData(1, "100 %")]
    public void A_share_is_never_rounded_to_all_or_nothing(double share, string text) => Assert.Equal(text, DisplayValue.FormatPercent(share));

    /// <summary>Ends of the range of doubles (IEEE 754-2019, table 3.5) and values between.</summary>
    [Theory]
    [InlineData(1.7e308)]
    [InlineData(1e308)]
    [InlineData(1e18)]
    [InlineData(2.2250738585072014e-308)]
    [InlineData(1e-320)]
    [InlineData(5e-324)]
    public void Any_number_is_printed_as_a_short_number(double best)
    {
        foreach (var unit in new[] { "kWh", "kg CO2e", "L", "J", "W", "1", "g CO2e/kWh" })
        {
            foreach (var bounds in new[] { Bounds.FromExact(best), new Bounds(0, best, best), new Bounds(best / 2, best, Math.Min(double.MaxValue, best * 2)) })
            {
                var text = DisplayValue.Format(bounds, unit);
                Assert.InRange(text.Value.Length, 1, 24);
                Assert.True(double.IsFinite(Number(text.Value)), text.Value);
                Assert.True(double.IsFinite(Number(DisplayValue.FormatFactor(bounds, unit).Value)));
                Assert.NotEmpty(DisplayValue.Format(-best, unit));
            }
        }
    }

    static double Number(string text) => double.Parse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [Fact]
    public void The_printed_interval_holds_the_printed_value()
    {
        var random = new Random(7);
        foreach (var unit in new[] { "kWh", "kg CO2e", "L", "J", "g CO2e/kWh" })
        {
            for (var i = 0; i < 2000; i++)
            {
                var best = Math.Pow(10, (random.NextDouble() * 24) - 12);
                var bounds = new Bounds(random.Next(10) == 0 ? 0 : best * random.NextDouble(), best, best * (1 + (random.NextDouble() * Math.Pow(10, random.Next(-3, 3)))));
                var readout = DisplayValue.Format(bounds, unit);
                if (readout.Low is null || readout.High is null)
                    continue;
                var (low, value, high) = (Number(readout.Low), Number(readout.Value), Number(readout.High));
                Assert.True(low <= value && value <= high, readout.FormatWithInterval());
                Assert.True(bounds.Low == 0 || low > 0, readout.FormatWithInterval());
                var factor = DisplayValue.FormatFactor(bounds, unit);
                Assert.True(Number(factor.Low!) <= Number(factor.Value) && Number(factor.Value) <= Number(factor.High!), factor.FormatWithInterval());
            }
        }
    }

    [Fact]
    public void The_printed_value_is_within_half_of_its_last_digit()
    {
        var random = new Random(8);
        for (var i = 0; i < 2000; i++)
        {
            var kilograms = Math.Pow(10, (random.NextDouble() * 12) - 6);
            var readout = DisplayValue.Format(new Bounds(kilograms / 2, kilograms, kilograms * 2), "kg CO2e");
            var scale = readout.Unit switch { "µg CO2e" => 1e-9, "mg CO2e" => 1e-6, "g CO2e" => 1e-3, "kg CO2e" => 1, _ => 1e3 };
            // Two significant digits: at worst half a unit of the second, 5 % of the value.
            Assert.InRange(double.Parse(readout.Value, NumberStyles.Number, CultureInfo.InvariantCulture) * scale / kilograms, 0.949, 1.051);
        }
    }
}
