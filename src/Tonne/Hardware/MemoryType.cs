namespace Tonne.Hardware;

/// <summary>Kinds of main memory that differ in power.</summary>
public enum MemoryType
{
    /// <summary>Not known, as behind most hypervisors.</summary>
    Unknown,

    /// <summary>DDR3.</summary>
    Ddr3,

    /// <summary>DDR4.</summary>
    Ddr4,

    /// <summary>DDR5.</summary>
    Ddr5,

    /// <summary>LPDDR4 or LPDDR5 of laptops and small boards.</summary>
    Lpddr,

    /// <summary>LPDDR5X of servers.</summary>
    Lpddr5X,
}
