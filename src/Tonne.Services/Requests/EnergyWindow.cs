using Tonne.Quantities;

namespace Tonne.Services.Requests;

/// <summary>The energy of a device between two times, ticks UTC. <c>Idle</c> is its part that is idle; null if that follows from the idle power.</summary>
readonly record struct EnergyWindow(long From, long To, Microjoules Energy, Microjoules? Idle = null)
{
    public DateTimeOffset FromTime => new(From, TimeSpan.Zero);

    public DateTimeOffset ToTime => new(To, TimeSpan.Zero);
}
