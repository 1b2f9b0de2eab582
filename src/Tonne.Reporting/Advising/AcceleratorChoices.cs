using Tonne.Hardware;

namespace Tonne.Reporting.Advising;

/// <summary>The few accelerators that are proposed instead of another: those of data centres that clouds rent most.</summary>
static class AcceleratorChoices
{
    static readonly string[] _names = ["a100", "h100", "h200", "b200", "mi300x"];

    /// <summary>The accelerators, without the present one and its variants.</summary>
    public static IEnumerable<Accelerator> List(Accelerator present) =>
        _names.Select(name => AcceleratorCatalog.Find(name)).Where(found => found.IsFound).Select(found => found.Value!)
            .Where(chip => chip.Name != present.Name && !AcceleratorCatalog.AreVariants(chip.Name, present.Name));
}
