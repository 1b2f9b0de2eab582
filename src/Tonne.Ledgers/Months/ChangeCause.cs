namespace Tonne.Ledgers.Months;

/// <summary>Why the emissions of a month differ from those of another.</summary>
public enum ChangeCause
{
    /// <summary>More or fewer hours of runs.</summary>
    Work,

    /// <summary>More or fewer hours in which agents measured nodes: idle energy and other processes, outside jobs.</summary>
    Nodes,

    /// <summary>Hardware: another mix of partitions and processors, or more or less energy for an hour of a run.</summary>
    Hardware,

    /// <summary>The facility: PUE.</summary>
    Facility,

    /// <summary>The intensity of the grid.</summary>
    Grid,

    /// <summary>Embodied emissions.</summary>
    Embodied,

    /// <summary>Another accounting method, or other factors.</summary>
    Method,
}
