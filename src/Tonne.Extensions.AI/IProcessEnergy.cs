namespace Tonne.Extensions.AI;

/// <summary>Reads the energy of this process.</summary>
interface IProcessEnergy
{
    /// <summary>The energy since the recording began; null if it cannot be read now.</summary>
    ProcessEnergyReading? Read();

    /// <summary>
    /// The work of the process so far, by which its energy is spread between two readings: CPU time. Costs about a microsecond.
    /// </summary>
    TimeSpan ReadWork();
}
