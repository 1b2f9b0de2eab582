using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>The energy of a device between two times, ticks UTC.</summary>
readonly record struct EnergyWindow(long From, long To, Microjoules Energy)
{
    public DateTimeOffset FromTime => new(From, TimeSpan.Zero);

    public DateTimeOffset ToTime => new(To, TimeSpan.Zero);
}
