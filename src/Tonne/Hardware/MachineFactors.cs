using Tonne.Catalogs;

namespace Tonne.Hardware;

/// <summary>The table of factors that belong to kinds of machine rather than to a model.</summary>
static class MachineFactors
{
    public static FactorTable Table { get; } = new("machine_factors.csv");
}
