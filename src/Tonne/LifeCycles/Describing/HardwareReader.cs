using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.LifeCycles.Describing;

/// <summary>The hardware a phase holds, for the emissions of making it.</summary>
sealed class HardwareReader(DescriptionProblems problems, DescribedSources sources)
{
    bool _energyRead = true;

    /// <summary>What the key <c>hardware</c> of a phase holds: a list of items, or a block with lifetime, utilisation and items.</summary>
    /// <param name="phase">The phase's block.</param>
    /// <param name="chipHours">Chip-hours of its dynamic energy; null if it has none.</param>
    /// <param name="energyRead">Whether the phase's energy could be read: if not, that is told, and chip-hours are not missed here.</param>
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
                var given = block.Number("emissions", "making the hardware, as given", Dimension.Mass);
                if (given is not null && block.Has("items"))
                    problems.Add(block.LineOf("emissions"), "give 'emissions' of making the hardware, or 'items' they follow from, not both.");
                if (given is null && !block.Has("items") && !block.Has("emissions"))
                    problems.Add(mapping, "'hardware' needs 'items', as in [{item: a100, count: 8, hours: 500}], or 'emissions', as in 22 t.");
                return (Items([.. block.Items("items")], block.Path, block, chipHours), given);
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
        if (block.Text("item") is not { Length: > 0 } name)
        {
            problems.Add(mapping, "an item of 'hardware' needs its name: 'item: a100'.");
            return null;
        }

        var manufacturing = block.Number("manufacturing", $"making one {name}", Dimension.Mass) ?? (block.Has("manufacturing") ? null : Catalogued(block, name));
        var hours = HoursOf(block, name, chipHours);
        var lifetime = Lifetime(block) ?? Lifetime(whole) ?? new Derivation.Product("lifetime", "h", [new Derivation.Given(EmbodiedCatalog.Lifetime)], Accountant.HoursPerYear);
        var utilisation = Utilisation(block) ?? Utilisation(whole) ?? new Derivation.Given(EmbodiedCatalog.Utilisation);
        return manufacturing is null || hours is null ? null : new HardwareUse(name, manufacturing, hours, lifetime, utilisation);
    }

    Factor? Catalogued(DescriptionBlock block, string name)
    {
        if (AcceleratorCatalog.Find(name) is { IsFound: true } accelerator)
            return EmbodiedCatalog.Accelerator(accelerator.Value);
        var kind = Spelling.Key(name);
        var found = kind == "gpuserver" ? EmbodiedCatalog.Machine(MachineKind.GpuServer) : EmbodiedCatalog.Machine(MachineKind.Server, name);
        if (kind is "server" or "gpuserver" || found is { Id: not "embodied/server/unknown" })
            return found;
        var known = EmbodiedCatalog.Cited().Where(entry => entry.Id.StartsWith("embodied/server/", StringComparison.Ordinal)).Select(entry => entry.Name).Concat(["server", "gpu server"]);
        var near = Spelling.Nearest(name, known.Concat(AcceleratorCatalog.All.Select(row => row.Name)).Select(label => (Spelling.Key(label), label)), 4);
        problems.Add(block.LineOf("item"), $"no footprint of making a '{DescriptionNode.Shortened(name)}' is known. {(near.Count > 0 ? $"Nearest: {string.Join(", ", near)}. " : "")}Or give 'manufacturing: 2500 kg' with its source.");
        return null;
    }

    Derivation? HoursOf(DescriptionBlock block, string name, Derivation? chipHours)
    {
        if (block.Has("hours"))
        {
            if (block.Has("chips_per_item"))
                problems.Add(block.LineOf("chips_per_item"), "'chips_per_item' divides the chip-hours of the phase; with 'hours' give 'count'.");
            var hours = block.Number("hours", $"hours of a {name}", Dimension.Hours);
            var count = block.Number("count", $"number of {name}", Dimension.Number);
            if (hours is null)
                return null;
            return count is null ? new Derivation.Given(hours) : new Derivation.Product($"hours of all {name}", "h", [new Derivation.Given(hours), new Derivation.Given(count)]);
        }

        if (block.Has("count"))
            problems.Add(block.LineOf("count"), "'count' needs 'hours': how long each was held.");
        if (chipHours is null)
        {
            if (_energyRead)
                problems.Add(block.Line, $"'{name}' needs 'hours' (× 'count'): the phase's dynamic energy is not described by chip-hours.");
            return null;
        }

        // One chip to an item would count a server of the catalog as often as it has chips.
        if (!block.Has("chips_per_item") && !block.Has("manufacturing") && !AcceleratorCatalog.Find(name).IsFound)
            problems.Add(block.LineOf("item"), $"'{DescriptionNode.Shortened(name)}' is held as long as the phase's chips: how many are in it? Give 'chips_per_item', as in 8, or 'hours' (× 'count').");
        return block.Number("chips_per_item", $"chips in a {name}", Dimension.Number, static count => count >= 1 ? null : "an item holds at least one chip.") is { } chips
            ? new Derivation.Quotient($"hours of {name}", "h", chipHours, new Derivation.Given(chips))
            : chipHours;
    }

    static Derivation? Lifetime(DescriptionBlock? block) =>
        block?.Number("lifetime", "hours that hardware serves", Dimension.Time, static hours => hours > 0 ? null : "hardware that serves no time makes every share infinite.") is { } factor ? new Derivation.Given(factor) : null;

    static Derivation? Utilisation(DescriptionBlock? block) =>
        block?.Number("utilisation", "share of its life that hardware is held for work", Dimension.Share, static share => share is > 0 and <= 1 ? null : "it is a share of the life: more than 0, at most 1 (or 100 %).") is { } factor
            ? new Derivation.Given(factor) : null;
}
