using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Reads a described energy: as given, or as time × devices × power, or as chip-hours × power.</summary>
sealed class EnergyUseReader(DescriptionProblems problems, SourceResolver sources)
{
    static readonly string[] _counts = [".hours", ".devices", ".chip_hours"];

    static readonly string[] _factors = ["hours", "devices", "chip_hours", "power", "mode"];

    static readonly string[] _modes = ["training", "inference", "idle", "tdp"];

    /// <summary>One described energy.</summary>
    /// <param name="Label">Label of the energy, for the derivation.</param>
    /// <param name="Energy">kWh.</param>
    /// <param name="Extent">IT equipment, or GPUs where only accelerators are counted.</param>
    /// <param name="Quality">Worst quality of its parts above 5 %.</param>
    /// <param name="MeasuredShare">Measured ÷ total.</param>
    /// <param name="IncludesFacility">Whether it already includes the PUE.</param>
    /// <param name="ChipHours">Chip-hours from which it was computed; null if energy was given.</param>
    /// <param name="Hours">Clock time from which it was computed, in h; null if energy or chip-hours were given.</param>
    /// <param name="Chip">The accelerator; null if not given.</param>
    /// <param name="Notes">Notes to print.</param>
    /// <param name="Warnings">Warnings about the description of the energy.</param>
    public sealed record DescribedEnergy(
        string Label, Derivation Energy, BoundaryExtent Extent, Quality Quality, double MeasuredShare, bool IncludesFacility, Derivation? ChipHours, Factor? Hours, string? Chip,
        ImmutableArray<string> Notes, ImmutableArray<Warning> Warnings);

    /// <summary>Reads the energy that a node describes; null if something is wrong with it.</summary>
    /// <param name="node">An energy, or a block.</param>
    /// <param name="id">Path of the energy in the file.</param>
    /// <param name="phase">The phase's block, for its source and for messages.</param>
    /// <param name="part">Key of the energy.</param>
    public DescribedEnergy? Read(DescriptionNode node, string id, DescriptionBlock phase, string part)
    {
        if (node is DescriptionNode.Scalar)
        {
            return phase.ReadNumber(node, id + ".energy", part, $"{part} energy", Dimension.Energy) is { } given
                ? new DescribedEnergy(part, new Derivation.FactorNode(given), BoundaryExtent.It, given.Quality, GetMeasuredShare(given), false, null, null, null, [], []) : null;
        }

        if (node is not DescriptionNode.Mapping mapping)
        {
            problems.Add(node, $"'{part}' must be an energy, as in 433196 kWh, or a block such as {{chip_hours: 1082990, power: 400 W}}.");
            return null;
        }

        if (mapping.Entries.Any(entry => entry.Key.Text == "best"))
        {
            return phase.ReadNumber(node, id + ".energy", part, $"{part} energy", Dimension.Energy) is { } spread
                ? new DescribedEnergy(part, new Derivation.FactorNode(spread), BoundaryExtent.It, spread.Quality, GetMeasuredShare(spread), false, null, null, null, [], []) : null;
        }

        var block = new DescriptionBlock(mapping, id, problems, sources, [.. DescriptionKeys.Use, "pue"]);
        var holds = block.ReadFlag("holds_cooling");
        if (block.HasKey("pue"))
        {
            problems.Add(block.GetLine("pue"), holds
                ? "this energy already includes the cooling, so a PUE would count the cooling twice. Leave out 'pue' or 'holds_cooling'."
                : "put the PUE into a 'facility' next to 'place'. It applies to all energy used there.");
        }

        if (block.HasKey("energy") && Array.Find(_factors, block.HasKey) is { } beside)
            problems.Add(block.GetLine(beside), $"'{beside}' has no effect together with 'energy'. Give either the energy, or the "
                + "values to compute it from.");
        var label = block.ReadText("name") ?? part;
        var boundary = block.ReadText("boundary");
        if (boundary is not (null or "it" or "gpu"))
            problems.AddUnknown(block.GetLine("boundary"), "boundary", boundary, ["it", "gpu"]);
        var (energy, chipHours, hours, chip, fromCatalog) = block.HasKey("energy") ? (ReadGivenEnergy(block, label), null, null, block.ReadText("hardware"), false) : ReadPowerTimesHours(block, label, part);
        if (energy is null)
            return null;
        var (quality, measured) = QualityOf(block, energy);
        var warnings = new List<Warning>();
        var extent = boundary == "gpu" ? BoundaryExtent.Gpu : BoundaryExtent.It;
        if (fromCatalog && extent == BoundaryExtent.It)
        {
            var rest = MachineFactors.Table["other/gpu-server-gpus-only"];
            energy = new Derivation.Sum($"energy of the whole server, {label}", "kWh", [energy,
                new Derivation.Product("other parts of the server", "kWh", [energy, new Derivation.FactorNode(rest)])]);
        }

        if (extent == BoundaryExtent.Gpu)
            warnings.Add(new Warning("gpu-only", $"{phase.ReadText("name")}, {label}: only the boards of the accelerators are counted, not the servers around them."));
        if (fromCatalog)
            warnings.Add(new Warning("power-from-catalog", $"{phase.ReadText("name")}, {label}: no power is given; the catalog's "
                + $"power of a {chip} board is "
                + $"used{(extent == BoundaryExtent.Gpu ? "" : ", plus a share of it for the other parts of the server")}, with bounds."));
        var notes = new List<string>(block.ReadTexts("note"));
        return new DescribedEnergy(label, energy, extent, quality, measured, holds, chipHours, hours, chip, [.. notes], [.. warnings]);
    }

    static Derivation? ReadGivenEnergy(DescriptionBlock block, string label) => block.ReadNumber("energy", $"energy, {label}", Dimension.Energy) is { } factor ? new Derivation.FactorNode(factor) : null;

    (Derivation? Energy, Derivation? ChipHours, Factor? Hours, string? Chip, bool FromCatalog) ReadPowerTimesHours(DescriptionBlock block, string label, string part)
    {
        Derivation? chipHours = null;
        Factor? hours = null;
        if (block.HasKey("chip_hours"))
        {
            if (block.HasKey("hours") || block.HasKey("devices"))
                problems.Add(block.GetLine("chip_hours"), "give 'chip_hours', or 'hours' and 'devices', not both.");
            if (block.ReadNumber("chip_hours", $"chip-hours, {label}", Dimension.Hours) is { } counted)
                chipHours = new Derivation.FactorNode(counted);
        }
        else if (block.HasKey("hours"))
        {
            hours = block.ReadNumber("hours", $"hours, {label}", Dimension.Hours);
            var devices = block.ReadNumber("devices", $"devices, {label}", Dimension.Number);
            if (hours is not null)
                chipHours = devices is null ? new Derivation.FactorNode(hours) : new Derivation.Product($"chip-hours, {label}", "h", [new Derivation.FactorNode(hours), new Derivation.FactorNode(devices)]);
        }
        else
        {
            problems.Add(block.Line, $"'{part}' needs an 'energy', or 'hours' (× 'devices'), or 'chip_hours', with a 'power' or a 'hardware' of the catalog.");
        }

        var (power, chip, fromCatalog) = PowerOf(block, label, part);
        return chipHours is null || power is null
            ? (null, chipHours, hours, chip, fromCatalog)
            : (new Derivation.Product($"energy, {label}", "kWh", [chipHours, new Derivation.FactorNode(power)], 1 / 1000d), chipHours, hours, chip, fromCatalog);
    }

    (Factor? Power, string? Chip, bool FromCatalog) PowerOf(DescriptionBlock block, string label, string part)
    {
        Accelerator? accelerator = null;
        var chip = block.ReadText("hardware");
        if (chip is not null)
        {
            var found = AcceleratorCatalog.Find(chip);
            if (found.IsFound)
                (accelerator, chip) = (found.Value, found.Value.Name);
            else if (!block.HasKey("power"))
                problems.Add(block.GetLine("hardware"), $"{found.Unknown.Message} Or give a 'power'.");
        }

        var mode = block.ReadText("mode") ?? (part == "idle" ? "idle" : "training");
        if (Array.IndexOf(_modes, mode) < 0)
            problems.AddUnknown(block.GetLine("mode"), "mode", mode, _modes);
        if (block.HasKey("power"))
            return (block.ReadNumber("power", $"power of a device, {label}", Dimension.Power), chip, false);
        if (accelerator is not null)
        {
            return (mode switch
            {
                "inference" => accelerator.InferencePower ?? accelerator.TrainingPower,
                "idle" => accelerator.IdlePowerWithContext,
                "tdp" => accelerator.Tdp,
                _ => accelerator.TrainingPower,
            }, chip, true);
        }

        if (chip is null)
            problems.Add(block.Line, $"'{part}' needs a 'power', as in 400 W, or a 'hardware' of the catalog, as in a100.");
        return (null, chip, false);
    }

    (Quality Quality, double MeasuredShare) QualityOf(DescriptionBlock block, Derivation energy)
    {
        // Hours and devices are counts, so the energy has the quality of its power.
        var stated = block.ReadQuality() ?? energy.GetFactors().Where(factor => !Array.Exists(_counts, key => factor.Id.EndsWith(key, StringComparison.Ordinal))).Select(factor => factor.Quality).DefaultIfEmpty(Quality.Assumed).Max();
        if (block.ReadBlock("of_which") is not { } mapping)
            return (stated, stated == Quality.Measured ? 1 : 0);
        var known = mapping.Entries.Select(entry => entry.Key.Text).ToArray();
        var parts = new DescriptionBlock(mapping, $"{block.Path}.of_which", problems, sources, known);
        List<Factor> read = [.. known.Select(key => parts.ReadNumber(key, key, Dimension.Energy)).OfType<Factor>()];
        if (read.Count < known.Length || read.Count == 0)
            return (stated, 0);
        var (sum, whole) = (read.Sum(part => part.Bounds.Best), energy.Value);
        // Published parts are rounded: allow half a unit of the fourth digit each.
        if (Math.Abs(sum - whole) > 1e-3 * Math.Max(sum, whole))
        {
            problems.Add(mapping, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the parts in 'of_which' add up to {sum:0.###} kWh, the energy is {whole:0.###} kWh."));
            return (stated, 0);
        }

        var measured = read.Where(part => part.Quality == Quality.Measured).Sum(part => part.Bounds.Best) / sum;
        return (read.Where(part => part.Bounds.Best > 0.05 * sum).Select(part => part.Quality).DefaultIfEmpty(stated).Max(), measured);
    }

    static double GetMeasuredShare(Factor factor) => factor.Quality == Quality.Measured ? 1 : 0;
}
