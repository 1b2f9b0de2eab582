namespace Tonne.Instruments.Machines;

/// <summary>What each rank of a job uses of one device.</summary>
public interface IDeviceUsers
{
    /// <summary>Number of the device; null if there is only one.</summary>
    string? Device { get; }

    /// <summary>The use by one rank, as of the last sample.</summary>
    /// <param name="member">Number of the rank in the order of joining.</param>
    /// <returns>Busy time of the device for the rank since the meters were opened, ns; and its holders (processes or slices) now.</returns>
    (long Nanoseconds, long Holders) GetUse(int member);
}
