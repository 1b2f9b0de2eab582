namespace Tonne.Instruments.Nvidia;

/// <summary>The function or field from which the power of a GPU is read, the best first.</summary>
enum PowerSource
{
    /// <summary>Nowhere: it is not reported.</summary>
    None,

    /// <summary>The field of the instant power, of the GPU alone.</summary>
    Instant,

    /// <summary>The power field of the module: processor and GPU together (Grace Hopper).</summary>
    ModuleInstant,

    /// <summary>The older question: the mean of a second since Ampere (except GA100), the instant before.</summary>
    Usage,
}
