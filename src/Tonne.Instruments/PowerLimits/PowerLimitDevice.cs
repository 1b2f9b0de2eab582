using System.Globalization;

namespace Tonne.Instruments.PowerLimits;

/// <summary>A device whose power can be limited. All powers are in µW.</summary>
/// <remarks>Not thread safe.</remarks>
public abstract class PowerLimitDevice
{
    /// <summary>RAPL keeps limits in steps of 1/8 W on most processors (Intel SDM volume 3B, MSR_RAPL_POWER_UNIT), GPUs in mW.</summary>
    const long ToleranceMicrowatts = 250_000;

    /// <summary>Id that is the same in every process and on every start of the machine.</summary>
    public abstract string Id { get; }

    /// <summary>Name in sentences.</summary>
    public abstract string Name { get; }

    /// <summary>Lowest limit that it takes, µW; null if not reported.</summary>
    public abstract long? MinMicrowatts { get; }

    /// <summary>Highest limit that it takes, µW; null if not reported.</summary>
    public abstract long? MaxMicrowatts { get; }

    /// <summary>Its limit as delivered, µW, of which percentages are taken; null if not reported.</summary>
    public abstract long? DefaultMicrowatts { get; }

    /// <summary>Whether two limits are the same but for the steps in which devices keep them: 0.25 W.</summary>
    /// <param name="first">A limit, µW.</param>
    /// <param name="second">Another, µW.</param>
    public static bool AreEqual(long first, long second) => Math.Abs(first - second) <= ToleranceMicrowatts;

    /// <summary>A limit as text, for example <c>150 W</c>.</summary>
    /// <param name="microwatts">The limit, µW.</param>
    public static string Format(long microwatts) => string.Create(CultureInfo.InvariantCulture, $"{microwatts / 1e6:0.###} W");

    /// <summary>Reads the limit that is set, µW.</summary>
    /// <exception cref="PowerLimitException">It cannot be read.</exception>
    public abstract long Read();

    /// <summary>Reads the limit in force, µW, which is lower than the one that is set where another one holds; null if not
    /// reported.</summary>
    public virtual long? ReadEnforced() => null;

    /// <summary>Sets a limit and reads it back.</summary>
    /// <param name="microwatts">The limit, µW.</param>
    /// <exception cref="PowerLimitException">The device refuses it, or took another one.</exception>
    public void Set(long microwatts)
    {
        Write(microwatts);
        if (Read() is var taken && !AreEqual(taken, microwatts))
            throw new PowerLimitException($"{Name} was given a limit of {Format(microwatts)} and holds {Format(taken)}: it takes no other "
                + "here.");
    }

    /// <summary>Sets a limit if it is not set already, and reads it back.</summary>
    /// <param name="microwatts">The limit, µW, exactly as it was read before.</param>
    /// <exception cref="PowerLimitException">The device refuses it, or took another one.</exception>
    public void Restore(long microwatts)
    {
        if (Read() != microwatts)
            Set(microwatts);
    }

    /// <summary>Sets a limit.</summary>
    /// <param name="microwatts">The limit, µW.</param>
    /// <exception cref="PowerLimitException">The device refuses it.</exception>
    protected abstract void Write(long microwatts);
}
