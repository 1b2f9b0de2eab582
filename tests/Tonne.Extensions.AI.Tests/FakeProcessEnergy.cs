using Tonne.Quantities;

namespace Tonne.Extensions.AI.Tests;

/// <summary>Energy and CPU time of a process, set by hand.</summary>
sealed class FakeProcessEnergy : IProcessEnergy
{
    public long Microjoules { get; set; }

    public TimeSpan Work { get; set; }

    public bool IsReadable { get; set; } = true;

    public ProcessEnergyReading? Read() => !IsReadable ? null : new ProcessEnergyReading(
        Microjoules, Around(Microjoules / 3.6e12 * 1.5), Around(Microjoules / 3.6e12 * 0.1), Around(Microjoules / 3.6e12 * 0.2),
            "measured/tonne-1/modelled", "facility", 56, 1.5);

    public TimeSpan ReadWork() => Work;

    static Bounds Around(double best) => new(best / 2, best, best * 2);
}
