using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Ledgers.Tests.Calls;

/// <summary>Calls made by hand.</summary>
static class SampleCalls
{
    public static readonly DateTimeOffset Hour = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    public static CallKey Key(string model = "gpt-4o", int hour = 0, string method = "estimated/tonne-1") => new()
    {
        Hour = Hour.AddHours(hour).AddMinutes(17),
        Service = "shop",
        Provider = "openai",
        Operation = "chat",
        Model = model,
        AnsweredModel = model + "-2024-08-06",
        Method = method,
        Boundary = "facility, machine, location, lifecycle, with embodied",
        IntensityGramsPerKwh = 56,
        Pue = 1.2,
    };

    public static CallSum Sum(double kilowattHours = 0.001, long input = 300) => new()
    {
        Requests = 1,
        Tokens = new CallTokens(input, 100, 200, 50),
        EnergyKwh = new Bounds(kilowattHours / 2, kilowattHours, kilowattHours * 3),
        OperationalKg = new Bounds(kilowattHours / 40, kilowattHours / 20, kilowattHours / 5),
        EmissionsKg = new Bounds(kilowattHours / 30, kilowattHours / 15, kilowattHours / 4),
    };

    public static CallRow Row(string model = "gpt-4o", int hour = 0) => new(Key(model, hour), Sum());
}
