namespace Tonne.Hardware;

/// <summary>One name by which an accelerator of the table is found: its own or an alias.</summary>
/// <param name="Row">The accelerator.</param>
/// <param name="Name">The name, parsed.</param>
/// <param name="IsOwnName">Whether it is the name of the row; an alias otherwise.</param>
sealed record AcceleratorNameEntry(Accelerator Row, AcceleratorName Name, bool IsOwnName)
{
    /// <summary>Memory by which a stated size is compared, GB: that of the name, else of the row.</summary>
    public double? MemoryGigabytes { get; } = Name.MemoryGigabytes ?? Row.MemoryGigabytes;
}
