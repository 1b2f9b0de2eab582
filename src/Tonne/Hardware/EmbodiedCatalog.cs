using System.Collections.Frozen;
using System.Globalization;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>
/// Embodied emissions of machines and accelerators, kg CO2e per piece, cradle to gate, with the lifetime and utilisation over which they
/// are spread.
/// </summary>
/// <remarks>
/// embodied of a run = h̄ · d · M ÷ (L · U). M: the maker's product footprint, else a teardown, else <see cref="EmbodiedModel"/>, else the spread of others. See docs/methods/embodied.md.
/// </remarks>
public static class EmbodiedCatalog
{
    const string ModelSources = "ACT-2022;IMEC-NETZERO;UBA-2021;3DCARBON-2024;TONNE-METHOD-1";

    const string Basis = "bottom-up, cradle to gate";

    /// <summary>Every word that the note of a modelled accelerator may hold.</summary>
    const string Parts = Basis + ": chip memory interposer package heat sink board baseboard assembly transport, kg";

    static readonly FactorTable Table = new("embodied.csv");

    // Computed when first needed: a run needs one of a hundred.
    static readonly Lazy<FrozenDictionary<string, Lazy<Factor?>>> Modelled = new(() =>
        AcceleratorCatalog.All.ToFrozenDictionary(row => row.Name, row => new Lazy<Factor?>(() => FromModel(row)), StringComparer.Ordinal));

    /// <summary>The factors of <see cref="EmbodiedModel"/>.</summary>
    internal static FactorTable ModelTable { get; } = new("embodied_model.csv");

    /// <summary>L: years a machine serves.</summary>
    public static Factor Lifetime => MachineFactors.Table["embodied/lifetime"];

    /// <summary>U: share of its life that it is held for work; best 1, the interval is one-sided.</summary>
    public static Factor Utilisation => MachineFactors.Table["embodied/utilisation"];

    /// <summary>M of a machine without its accelerators; null for laptops, desktops and boards, for which no factor is cited.</summary>
    /// <param name="kind">What kind of machine it is.</param>
    /// <param name="productName">Product name in its firmware (<c>PowerEdge R740</c>); null if hidden.</param>
    public static Factor? FindMachineEmissions(MachineKind kind, string? productName = null)
    {
        if (kind is MachineKind.Laptop or MachineKind.Desktop or MachineKind.Board)
            return null;
        return FindPublishedServer(productName) ?? Table[kind == MachineKind.GpuServer ? "embodied/gpu-server/unknown" : "embodied/server/unknown"];
    }

    /// <summary>
    /// M of the machine of a run, without its accelerators: published for the product, else from its parts if they are known, else of an
    /// unknown server. Null for laptops, desktops and boards.
    /// </summary>
    /// <remarks>A virtual machine shows its own processors and memory, not its host's: its host is unknown.</remarks>
    /// <param name="kind">What kind of machine it is; the host of a virtual one.</param>
    /// <param name="machine">Properties that were read from it.</param>
    public static Factor? FindMachineEmissions(MachineKind kind, Machine machine)
    {
        if (kind is MachineKind.Laptop or MachineKind.Desktop or MachineKind.Board || machine.Virtual || machine.MemoryBytes <= 0 || machine.Sockets < 1 || FindPublishedServer(machine.Product) is not null)
            return FindMachineEmissions(kind, machine.Product);
        // Memory is sold in units of 2^30 bytes; the kernel reserves a little.
        var gigabytes = Math.Ceiling(machine.MemoryBytes / 1073741824d);
        var making = EmbodiedModel.DeriveHost(kind, machine.Sockets, gigabytes);
        return CollapseToFactor(making, string.Create(CultureInfo.InvariantCulture, $"embodied/{(kind == MachineKind.GpuServer ? "gpu-server" : "server")}/bottom-up/{machine.Sockets}x{gigabytes:0}gb"),
            string.Create(CultureInfo.InvariantCulture, $"server of {machine.Sockets} processor{(machine.Sockets == 1 ? "" : "s")} and {gigabytes:0} GB{(kind == MachineKind.GpuServer ? ", without its GPUs" : "")}"));
    }

    /// <summary>
    /// M of an accelerator: published by its maker or from a teardown of its family, else from its parts, else of an unknown one, with
    /// wide bounds.
    /// </summary>
    public static Factor GetAcceleratorEmissions(Accelerator accelerator) => FindPublishedAccelerator(accelerator) ?? EstimateFromParts(accelerator) ?? UnknownAccelerator;

    /// <summary>The basis of <see cref="GetAcceleratorEmissions"/>.</summary>
    public static EmbodiedBasis GetBasis(Accelerator accelerator) =>
        FindPublishedAccelerator(accelerator) is { } published ? (published.Note?.StartsWith("teardown", StringComparison.Ordinal) == true ? EmbodiedBasis.Teardown : EmbodiedBasis.Vendor)
        : EstimateFromParts(accelerator) is not null ? EmbodiedBasis.BottomUp
        : EmbodiedBasis.Unknown;

    /// <summary>
    /// M of an accelerator from its parts, even if a figure is published; null if inputs of the model are missing. Its note lists the
    /// parts.
    /// </summary>
    public static Factor? EstimateFromParts(Accelerator accelerator) => Modelled.Value.TryGetValue(accelerator.Name, out var made) ? made.Value : FromModel(accelerator);

    /// <summary>M of an accelerator of which nothing is published.</summary>
    public static Factor UnknownAccelerator => Table["embodied/accelerator/unknown"];

    /// <summary>Number of accelerators in the host, by which the host's embodied emissions are shared.</summary>
    /// <param name="heldCount">Accelerators that are held together, at least 1: a virtual machine's.</param>
    /// <param name="accelerator">One of them; null if unknown.</param>
    public static Factor EstimateAcceleratorsPerHost(int heldCount, Accelerator? accelerator)
    {
        var google = accelerator?.Vendor is "Google";
        var any = ModelTable[google ? "embodied/host/tpus" : "embodied/host/gpus"];
        // Modules are mounted eight to a board; a virtual machine holds no more than its host has.
        double AtLeast(double gpus) => Math.Max(heldCount, gpus);
        var bounds = !google && accelerator is not null && AcceleratorConstruction.Find(accelerator)?.IsModule == true ? Bounds.FromExact(AtLeast(any.Bounds.Best))
            : new Bounds(AtLeast(any.Bounds.Low), AtLeast(any.Bounds.Best), AtLeast(any.Bounds.High));
        return any with { Id = string.Create(CultureInfo.InvariantCulture, $"{any.Id}/{bounds.Low:0}-{bounds.High:0}"), Bounds = bounds };
    }

    /// <summary>What is published, and the factors of the model.</summary>
    internal static IEnumerable<CatalogEntry> GetCitedEntries() => Table.All.Concat(ModelTable.All).Select(factor => CatalogEntry.FromFactor(factor));

    /// <summary>
    /// Rows of a search. Only matching accelerators are computed from their parts, because all of them would take too long.
    /// </summary>
    internal static IEnumerable<CatalogEntry> Entries(string? search = null) =>
        GetCitedEntries().Concat(AcceleratorCatalog.All.Where(row => new CatalogEntry(IdOf(row), LabelOf(row), null, "", null, Quality.Assumed, ModelSources, Parts).Matches(search))
            .Select(EstimateFromParts).OfType<Factor>().Select(factor => CatalogEntry.FromFactor(factor)));

    static Factor? FindPublishedServer(string? productName)
    {
        if (productName is null)
            return null;
        var key = NameMatching.ToKey(productName);
        foreach (var factor in Table.All)
        {
            // Without the maker, because firmware names the product alone. A longer name (R740XD) must not match a shorter one.
            if (factor.Id.StartsWith("embodied/server/", StringComparison.Ordinal) && NameMatching.ToKey(factor.Label) is var label
                && (string.Equals(label, key, StringComparison.Ordinal) || (key.Length > 5 && label.EndsWith(key, StringComparison.Ordinal))))
            {
                return factor;
            }
        }
        return null;
    }

    static Factor? FindPublishedAccelerator(Accelerator accelerator)
    {
        foreach (var factor in Table.All)
        {
            if (factor.Id.StartsWith("embodied/accelerator/", StringComparison.Ordinal)
                && (string.Equals(accelerator.Name, factor.Label, StringComparison.Ordinal) || accelerator.Name.StartsWith($"{factor.Label} ", StringComparison.Ordinal)))
            {
                return factor;
            }
        }
        return null;
    }

    static Factor? FromModel(Accelerator accelerator) => EmbodiedModel.DeriveAccelerator(accelerator) is { } making
        ? CollapseToFactor(making, IdOf(accelerator), LabelOf(accelerator))
        : null;

    static string IdOf(Accelerator accelerator) => $"embodied/accelerator/{NameMatching.ToSlug(accelerator.Name)}/bottom-up";

    static string LabelOf(Accelerator accelerator) => $"{accelerator.Name}, from its parts";

    /// <summary>A model's result as the one factor that a run stores. Its note lists the parts.</summary>
    static Factor CollapseToFactor(Derivation making, string id, string label)
    {
        var all = making is Derivation.Product { Of: [Derivation.Sum sum, ..] } ? sum.Terms : making.Children;
        var parts = all.Where(part => part.Value >= 0.02 * making.Value)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{ShortenLabel(part.Label)} {part.Value:0}"));
        return new Factor(id, label, "kg CO2e", new UncertaintyPropagator().ComputeBounds(making), Quality.Assumed, SourceList.Find(ModelSources), $"{Basis}: {string.Join(", ", parts)} kg");
    }

    static string ShortenLabel(string label) => label.Split(',')[0] switch
    {
        "package substrate of a large chip" => "package",
        "an eighth of the board that eight modules share" => "baseboard",
        "assembling and testing an accelerator" => "assembly",
        "transport among the makers of an accelerator" => "transport",
        "storage of a server that is not known" => "storage",
        "chassis" => "chassis and board",
        var other => other,
    };
}
