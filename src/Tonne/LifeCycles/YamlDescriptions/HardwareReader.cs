using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Reads the hardware that a phase holds, for its embodied emissions.</summary>
sealed class HardwareReader(DescriptionProblems problems, SourceResolver sources)
{
    bool _energyRead = true;

    /// <summary>Reads the key <c>hardware</c> of a phase: a list of items, or a block with lifetime, utilisation and items.</summary>
    /// <param name="phase">The phase's block.</param>
    /// <param name="chipHours">Chip-hours of its dynamic energy; null if it has none.</param>
    /// <param name="energyRead">Whether the phase's energy could be read. If not, that problem is already reported, so missing chip-hours
    /// are not.</param>
    public (ImmutableArray<HardwareUse> Uses, Factor? AsGiven) Read(DescriptionBlock phase, Derivation? chipHours, bool energyRead)
    {
        _energyRead = energyRead;
        switch (phase["hardware"])
        {
            case null:
                return ([], null);
            case DescriptionNode.Sequence list:
                return (Items(list.Items, phase.Path + ".hardware", null, chipHours), null);
            case DescriptionNode.Mapping mapping:
                var block = new DescriptionBlock(mapping, phase.Path + ".hardware", problems, sources, DescriptionKeys.Hardware);
                var given = block.ReadNumber("emissions", "embodied emissions as given", Dimension.Mass);
                if (given is not null && block.HasKey("items"))
                    problems.Add(block.GetLine("emissions"), "give the embodied 'emissions' of the hardware, or 'items' to compute "
                        + "them from, not both.");
                if (given is null && !block.HasKey("items") && !block.HasKey("emissions"))
                    problems.Add(mapping, "'hardware' needs 'items', as in [{item: a100, count: 8, hours: 500}], or 'emissions', as in 22 t.");
                return (Items([.. block.ReadItems("items")], block.Path, block, chipHours), given);
            case { } other:
                problems.Add(other, $"'hardware' must be a list of items, not {other.Kind}.");
                return ([], null);
        }
    }

    ImmutableArray<HardwareUse> Items(ImmutableArray<DescriptionNode> items, string path, DescriptionBlock? whole, Derivation? chipHours)
    {
        var uses = ImmutableArray.CreateBuilder<HardwareUse>();
        foreach (var (i, node) in items.Index())
        {
            if (node is not DescriptionNode.Mapping mapping)
                problems.Add(node, $"an item of 'hardware' must be a block such as {{item: a100, count: 8, hours: 500}}, not {node.Kind}.");
            else if (Item(mapping, $"{path}.{i + 1}", whole, chipHours) is { } use)
                uses.Add(use);
        }

        return uses.ToImmutable();
    }

    HardwareUse? Item(DescriptionNode.Mapping mapping, string path, DescriptionBlock? whole, Derivation? chipHours)
    {
        var block = new DescriptionBlock(mapping, path, problems, sources, DescriptionKeys.Item);
        if (block.ReadText("item") is not { Length: > 0 } name)
        {
            problems.Add(mapping, "an item of 'hardware' needs its name: 'item: a100'.");
            return null;
        }

        var manufacturing = block.ReadNumber("manufacturing", $"embodied emissions of one {name}",
            Dimension.Mass) ?? (block.HasKey("manufacturing") ? null : FindInCatalog(block, name));
        var hours = HoursOf(block, name, chipHours);
        var lifetime = Lifetime(block) ?? Lifetime(whole) ?? new Derivation.Product("lifetime", "h", [new Derivation.FactorNode(EmbodiedCatalog.Lifetime)], Accountant.HoursPerYear);
        var utilisation = Utilisation(block) ?? Utilisation(whole) ?? new Derivation.FactorNode(EmbodiedCatalog.Utilisation);
        return manufacturing is null || hours is null ? null : new HardwareUse(name, manufacturing, hours, lifetime, utilisation);
    }

    Factor? FindInCatalog(DescriptionBlock block, string name)
    {
        if (AcceleratorCatalog.Find(name) is { IsFound: true } accelerator)
            return EmbodiedCatalog.GetAcceleratorEmissions(accelerator.Value);
        var kind = NameMatching.ToKey(name);
        var found = kind == "gpuserver" ? EmbodiedCatalog.FindMachineEmissions(MachineKind.GpuServer) : EmbodiedCatalog.FindMachineEmissions(MachineKind.Server, name);
        if (kind is "server" or "gpuserver" || found is { Id: not "embodied/server/unknown" })
            return found;
        var known = EmbodiedCatalog.GetCitedEntries().Where(entry => entry.Id.StartsWith("embodied/server/", StringComparison.Ordinal)).Select(entry => entry.Name).Concat(["server", "gpu server"]);
        var near = NameMatching.FindNearest(name, known.Concat(AcceleratorCatalog.All.Select(row => row.Name)).Select(label => (NameMatching.ToKey(label), label)), 4);
        problems.Add(block.GetLine("item"), $"no embodied emissions of a '{DescriptionNode.Shorten(name)}' are known. "
            + $"{(near.Count > 0 ? $"Nearest: {string.Join(", ", near)}. " : "")}Or give 'manufacturing: 2500 kg' with its source.");
        return null;
    }

    Derivation? HoursOf(DescriptionBlock block, string name, Derivation? chipHours)
    {
        if (block.HasKey("hours"))
        {
            if (block.HasKey("chips_per_item"))
                problems.Add(block.GetLine("chips_per_item"), "'chips_per_item' divides the chip-hours of the phase; with 'hours' give 'count'.");
            var hours = block.ReadNumber("hours", $"hours of a {name}", Dimension.Hours);
            var count = block.ReadNumber("count", $"number of {name}", Dimension.Number);
            if (hours is null)
                return null;
            return count is null ? new Derivation.FactorNode(hours) : new Derivation.Product($"hours of all {name}", "h", [new Derivation.FactorNode(hours), new Derivation.FactorNode(count)]);
        }

        if (block.HasKey("count"))
            problems.Add(block.GetLine("count"), "'count' needs 'hours': how long each was held.");
        if (chipHours is null)
        {
            if (_energyRead)
                problems.Add(block.Line, $"'{name}' needs 'hours' (× 'count'): the phase's dynamic energy is not described by chip-hours.");
            return null;
        }

        // Without the number of chips per item, a server would be counted once for each of its chips.
        if (!block.HasKey("chips_per_item") && !block.HasKey("manufacturing") && !AcceleratorCatalog.Find(name).IsFound)
            problems.Add(block.GetLine("item"), $"'{DescriptionNode.Shorten(name)}' has no hours of its own. Give 'chips_per_item', "
                + "as in 8, to compute them from the phase's chip-hours, or give 'hours' (× 'count').");
        return block.ReadNumber("chips_per_item", $"chips in a {name}", Dimension.Number, static count => count >= 1 ? null : "an item holds at least one chip.") is { } chips
            ? new Derivation.Quotient($"hours of {name}", "h", chipHours, new Derivation.FactorNode(chips))
            : chipHours;
    }

    static Derivation? Lifetime(DescriptionBlock? block) =>
        block?.ReadNumber("lifetime", "lifetime of hardware", Dimension.Time,
            static hours => hours > 0 ? null : "the lifetime of hardware must be more than 0.") is { } factor
                ? new Derivation.FactorNode(factor) : null;

    static Derivation? Utilisation(DescriptionBlock? block) =>
        block?.ReadNumber("utilisation", "share of its life that hardware is held for work", Dimension.Share,
            static share => share is > 0 and <= 1 ? null : "must be more than 0 and at most 1 (or 100 %).") is { } factor
            ? new Derivation.FactorNode(factor) : null;
}
