namespace Tonne.Instruments.Rapl;

/// <summary>Performance events that count for a whole processor, whoever runs on it: the kernel's, or a stand-in for them.</summary>
interface IPerfEvents
{
    /// <summary>Opens a counter; it counts from here on.</summary>
    /// <param name="type">Number of the counting unit, from its <c>type</c> file.</param>
    /// <param name="config">Number of the event in its unit.</param>
    /// <param name="cpu">Processor to count at.</param>
    /// <param name="error">0, or the errno of the refusal.</param>
    /// <returns>The counter; null if refused.</returns>
    IPerfCounter? Open(int type, long config, int cpu, out int error);
}
