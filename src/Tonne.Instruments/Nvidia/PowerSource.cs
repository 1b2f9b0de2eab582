namespace Tonne.Instruments.Nvidia;

/// <summary>Where a GPU's power is asked for, best first.</summary>
enum PowerSource
{
    /// <summary>Nowhere: it is not reported.</summary>
    None,

    /// <summary>The field of the instant power, of the GPU alone.</summary>
    Instant,

    /// <summary>The same field, of the module: processor and GPU together (Grace Hopper).</summary>
    ModuleInstant,

    /// <summary>The older question: the mean of a second since Ampere (except GA100), the instant before.</summary>
    Usage,
}
