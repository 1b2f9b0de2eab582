using System.Reflection;
using Tonne.Quantities;

namespace Tonne.Tests.Architecture;

/// <summary>The same manners are asked of every quantity, and of every public type.</summary>
public class ConsistencyTests
{
    static readonly Type[] _quantities = [typeof(Energy), typeof(Power), typeof(CarbonIntensity), typeof(Emissions), typeof(Water), typeof(WaterIntensity)];

    public static TheoryData<Type> Quantities => [.. _quantities];

    [Theory]
    [MemberData(nameof(Quantities))]
    public void A_quantity_stores_one_number_and_its_default_is_zero(Type type)
    {
        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

        Assert.True(type.IsValueType);
        var field = Assert.Single(fields);
        Assert.Equal(0d, field.GetValue(Activator.CreateInstance(type)));
    }

    [Theory]
    [MemberData(nameof(Quantities))]
    public void A_quantity_has_no_public_constructor_and_every_factory_refuses_what_is_not_a_number(Type type)
    {
        Assert.DoesNotContain(type.GetConstructors(), constructor => constructor.GetParameters().Length > 0);
        var factories = type.GetMethods(BindingFlags.Static | BindingFlags.Public).Where(method => method.Name.StartsWith("From", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(factories);
        foreach (var factory in factories)
        {
            foreach (var bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            {
                var error = Assert.Throws<TargetInvocationException>(() => factory.Invoke(null, [bad]));
                Assert.IsType<ArgumentOutOfRangeException>(error.InnerException);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Quantities))]
    public void What_a_factory_takes_its_read_out_gives_back(Type type)
    {
        foreach (var factory in type.GetMethods(BindingFlags.Static | BindingFlags.Public).Where(method => method.Name.StartsWith("From", StringComparison.Ordinal)))
        {
            var readOut = type.GetProperty(factory.Name["From".Length..]);
            if (readOut is null)
                continue;
            var given = factory.Invoke(null, [1234.5]);
            Assert.Equal(1234.5, (double)readOut.GetValue(given)!, 1e-9);
        }
    }

    [Fact]
    public void Public_names_say_no_mechanism()
    {
        string[] refused = ["Manager", "Helper", "Util", "Utils", "Processor", "Data", "Info", "Dto"];
        var bad = typeof(Energy).Assembly.GetExportedTypes().Where(type => Array.Exists(refused, word => type.Name.EndsWith(word, StringComparison.Ordinal)));

        Assert.Empty(bad);
    }
}
