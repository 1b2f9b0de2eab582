using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>
/// Models embodied emissions bottom-up from silicon, memory, metal and board, kg CO2e, cradle to gate. Used for parts whose maker
/// publishes no figure.
/// </summary>
/// <remarks>
/// <code>
/// chip        = dies × area × kg per cm² of wafer (by node) × (1 + area × D) ÷ share of a 300 mm wafer that whole dies fill
/// memory      = GB × cm² of die per GB (by type) × kg per cm² ÷ share of good stacks
/// interposer  = (dies + footprint of the stacks) × ratio × kg per cm²            only where memory is stacked
/// heat sink   = TDP × kg per W × kg CO2e per kg
/// board       = cm² × kg per cm²;  package, assembly, transport and an eighth of a shared baseboard a piece
/// total       × 1 for parts that are not modelled, with bounds of its own
/// </code>
/// 1 + area × D: dies started for a good one (Seeds 1967). Share of a wafer of diameter d that dies of area A fill: 1 − 2 √(2A) ÷ d, from the usual count of gross dies π d² ÷ 4A − π d ÷ √(2A).
/// No vendor's footprint enters any factor. See docs/methods/embodied.md.
/// </remarks>
static class EmbodiedModel
{
    const double WaferMillimetres = 300;
    const double SquareCentimetresPerSquareMillimetre = 0.01;

    /// <summary>mm² that one exposure prints, 26 mm × 33 mm: no die is larger.</summary>
    const double LargestDie = 858;

    /// <summary>Layers of a stack of memory: eight with the base die below. Dies side by side are one layer.</summary>
    const double LayersOfStack = 9;

    /// <summary>
    /// Embodied emissions of an accelerator with memory, board and cooling, and of its share of a baseboard if it is a module; null if
    /// memory or dies are unknown.
    /// </summary>
    public static Derivation? DeriveAccelerator(Accelerator accelerator)
    {
        if (AcceleratorConstruction.Find(accelerator) is not { MemoryGigabytes: { } gigabytes } build)
            return null;
        var dies = CountDies(accelerator, build);
        var die = DeriveDieArea(accelerator, build, dies);
        var areas = new Derivation.Product("area of the dies", "cm2", [new Derivation.Count("dies", "1", dies), die]);
        var parts = new List<Derivation>
        {
            new Derivation.Quotient("chip", "kg CO2e",
                new Derivation.Product("wafer started", "kg CO2e",
                    [
                        areas, Given(AreaKey(build.ProcessNanometres)),
                        new Derivation.Sum("dies started for a good one", "1", [new Derivation.Count("the good one", "1", 1), new Derivation.Product("lost", "1", [die, Given("embodied/defects")])]),
                    ]),
                new Derivation.Count("share of a wafer that whole dies fill", "1", WaferShare(die.Value / SquareCentimetresPerSquareMillimetre))),
        };
        var memoryArea = new Derivation.Product("area of memory dies", "cm2", [new Derivation.Count("memory", "GB", gigabytes), Given("embodied/memory-area/" + build.Memory)]);
        var memory = new Derivation.Product(build.IsStacked ? "memory dies" : "memory", "kg CO2e", [memoryArea, Given("embodied/dram-area")]);
        if (build.IsStacked)
        {
            parts.Add(new Derivation.Quotient("memory", "kg CO2e", memory, Given("embodied/stack-yield")));
            parts.Add(new Derivation.Product("interposer", "kg CO2e",
                [
                    new Derivation.Sum("silicon on it", "cm2",
                        [areas, new Derivation.Product("footprint of the stacks", "cm2", [new Derivation.Count("one layer of a stack", "1", 1 / LayersOfStack), memoryArea])]),
                    Given("embodied/interposer-over-silicon"), Given("embodied/interposer-area"),
                ]));
        }
        else
        {
            parts.Add(memory);
        }

        parts.Add(Given("embodied/package"));
        parts.Add(new Derivation.Product("heat sink", "kg CO2e", [new Derivation.FactorNode(accelerator.Tdp), Given("embodied/heat-sink-per-watt"), Given("embodied/heat-sink")]));
        parts.Add(new Derivation.Product("board", "kg CO2e", [Given("embodied/board-area"), Given("embodied/board")]));
        if (build.IsModule)
            parts.Add(Given("embodied/baseboard-share"));
        parts.Add(Given("embodied/assembly"));
        parts.Add(Given("embodied/transport"));
        return new Derivation.Product($"embodied emissions of {accelerator.Name}", "kg CO2e",
            [new Derivation.Sum("parts", "kg CO2e", [.. parts]), Given("embodied/unmodelled")]);
    }

    /// <summary>Embodied emissions of a server without its accelerators.</summary>
    /// <param name="kind">A server, or one built around accelerators.</param>
    /// <param name="sockets">Processors, at least 1.</param>
    /// <param name="memoryGigabytes">Main memory, GB.</param>
    /// <param name="memory">Its type.</param>
    /// <exception cref="ArgumentOutOfRangeException">No processor, or memory that is not above 0.</exception>
    public static Derivation DeriveHost(MachineKind kind, int sockets, double memoryGigabytes, MemoryType memory = MemoryType.Unknown)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sockets, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(memoryGigabytes);
        var type = memory switch
        {
            MemoryType.Ddr3 => "ddr3",
            MemoryType.Ddr4 => "ddr4",
            MemoryType.Ddr5 => "ddr5",
            MemoryType.Lpddr or MemoryType.Lpddr5X => "lpddr",
            _ => "unknown",
        };
        var gigabytes = new Derivation.Count("main memory", "GB", memoryGigabytes);
        return new Derivation.Sum("embodied emissions of the server", "kg CO2e",
            [
                Given(kind == MachineKind.GpuServer ? "embodied/host/gpu-base" : "embodied/host/base"),
                new Derivation.Product("processors", "kg CO2e", [new Derivation.Count("processors", "1", sockets), Given("embodied/host/processor")]),
                new Derivation.Product("memory dies", "kg CO2e", [gigabytes, Given("embodied/memory-area/" + type), Given("embodied/dram-area")]),
                new Derivation.Product("memory modules", "kg CO2e", [gigabytes, Given("embodied/host/memory-module")]),
                Given("embodied/host/storage"),
            ]);
    }

    /// <summary>Share of a 300 mm wafer that whole dies of an area in mm² fill.</summary>
    internal static double WaferShare(double squareMillimetres) => 1 - (2 * Math.Sqrt(2 * squareMillimetres) / WaferMillimetres);

    /// <summary>Number of dies. If their area is derived from the TDP, each is at most as large as one exposure.</summary>
    static int CountDies(Accelerator accelerator, AcceleratorConstruction build) => build.Die is not null ? build.Dies
        : Math.Max(build.Dies, (int)Math.Ceiling(accelerator.Tdp.Bounds.Best * EmbodiedCatalog.ModelTable["embodied/die-per-watt"].Bounds.Best / LargestDie));

    static Derivation DeriveDieArea(Accelerator accelerator, AcceleratorConstruction build, int dies)
    {
        if (build.Die is not { } die)
        {
            return new Derivation.Product("area of a die, from its TDP", "cm2",
                [new Derivation.Count("one die of all", "1", 1d / dies), new Derivation.FactorNode(accelerator.Tdp), Given("embodied/die-per-watt")],
                SquareCentimetresPerSquareMillimetre);
        }

        var area = die * SquareCentimetresPerSquareMillimetre;
        return die.IsExact ? new Derivation.Count("area of a die", "cm2", area.Best)
            : new Derivation.FactorNode(new Factor($"embodied/die/{Catalogs.NameMatching.ToSlug(accelerator.Name)}", "area of a die", "cm2", area, Quality.Assumed, build.Source));
    }

    /// <summary>The table row for a process node in nm: the nearest one that has a figure.</summary>
    static string AreaKey(double? nanometres) => "embodied/area/" + nanometres switch
    {
        null => "unknown",
        < 4 => "3",
        < 5.5 => "5",
        < 7.5 => "7",
        < 9 => "8",
        < 12 => "10",
        < 18 => "14",
        < 25 => "20",
        _ => "28",
    };

    static Derivation.FactorNode Given(string id) => new(EmbodiedCatalog.ModelTable[id]);
}
