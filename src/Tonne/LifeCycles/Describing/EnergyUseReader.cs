using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.LifeCycles.Describing;

/// <summary>Energy as it is described: given, or time × devices × power, or chip-hours × power.</summary>
sealed class EnergyUseReader(DescriptionProblems problems, SourceResolver sources)
{
    static readonly string[] _counts = [".hours", ".devices", ".chip_hours"];

    static readonly string[] _factors = ["hours", "devices", "chip_hours", "power", "mode"];

    static readonly string[] _modes = ["training", "inference", "idle", "tdp"];

    /// <summary>One described piece of energy.</summary>
    /// <param name="Label">What it is.</param>
    /// <param name="Energy">kWh.</param>
    /// <param name="Extent">IT equipment, or GPUs where only accelerators are counted.</param>
    /// <param name="Quality">Worst quality of its parts above 5 %.</param>
    /// <param name="MeasuredShare">Measured ÷ total.</param>
    /// <param name="IncludesFacility">Whether it is facility energy already (PUE included).</param>
    /// <param name="ChipHours">Chip-hours behind it; null if it was given as energy.</param>
    /// <param name="Chip">The accelerator; null if not said.</param>
    /// <param name="Notes">Remarks.</param>
    /// <param name="Warnings">What is unsure.</param>
    public sealed record DescribedEnergy(
        string Label, Derivation Energy, BoundaryExtent Extent, Quality Quality, double MeasuredShare, bool IncludesFacility, Derivation? ChipHours, string? Chip,
        ImmutableArray<string> Notes, ImmutableArray<Warning> Warnings);

    /// <summary>What a node describes; null if something is wrong with it.</summary>
    /// <param name="node">An energy, or a block.</param>
    /// <param name="id">Path of the piece in the file.</param>
    /// <param name="phase">The phase's block, for its source and for messages.</param>
    /// <param name="part">The key that holds it.</param>
    public DescribedEnergy? Read(DescriptionNode node, string id, DescriptionBlock phase, string part)
    {
        if (node is DescriptionNode.Scalar)
        {
            return phase.ReadNumber(node, id + ".energy", part, $"{part} energy", Dimension.Energy) is { } given
                ? new DescribedEnergy(part, new Derivation.FactorNode(given), BoundaryExtent.It, given.Quality, GetMeasuredShare(given), false, null, null, [], []) : null;
        }

        if (node is not DescriptionNode.Mapping mapping)
        {
            problems.Add(node, $"'{part}' must be an energy, as in 433196 kWh, or a block such as {{chip_hours: 1082990, power: 400 W}}.");
            return null;
        }

        if (mapping.Entries.Any(entry => entry.Key.Text == "best"))
        {
            return phase.ReadNumber(node, id + ".energy", part, $"{part} energy", Dimension.Energy) is { } spread
                ? new DescribedEnergy(part, new Derivation.FactorNode(spread), BoundaryExtent.It, spread.Quality, GetMeasuredShare(spread), false, null, null, [], []) : null;
        }

        var block = new DescriptionBlock(mapping, id, problems, sources, [.. DescriptionKeys.Use, "pue"]);
        var holds = block.ReadFlag("holds_cooling");
        if (block.HasKey("pue"))
        {
            problems.Add(block.GetLine("pue"), holds
                ? "this energy already holds the cooling: a PUE on it would count the building twice. Leave out 'pue' or 'holds_cooling'."
                : "a PUE belongs to a 'facility', beside 'place': it holds for all that is drawn there.");
        }

        if (block.HasKey("energy") && Array.Find(_factors, block.HasKey) is { } beside)
            problems.Add(block.GetLine(beside), $"'{beside}' stands beside 'energy', which would hide it: give the energy, or what it follows from.");
        var label = block.ReadText("name") ?? part;
        var boundary = block.ReadText("boundary");
        if (boundary is not (null or "it" or "gpu"))
            problems.AddUnknown(block.GetLine("boundary"), "boundary", boundary, ["it", "gpu"]);
        var (energy, chipHours, chip, fromCatalog) = block.HasKey("energy") ? (ReadGivenEnergy(block, label), null, block.ReadText("hardware"), false) : ReadPowerTimesHours(block, label, part);
        if (energy is null)
            return null;
        var (quality, measured) = QualityOf(block, energy);
        var warnings = new List<Warning>();
        var extent = boundary == "gpu" ? BoundaryExtent.Gpu : BoundaryExtent.It;
        if (fromCatalog && extent == BoundaryExtent.It)
        {
            var rest = MachineFactors.Table["other/gpu-server-gpus-only"];
            energy = new Derivation.Sum($"energy with the rest of the server, {label}", "kWh", [energy, new Derivation.Product("the rest of the server", "kWh", [energy, new Derivation.FactorNode(rest)])]);
        }

        if (extent == BoundaryExtent.Gpu)
            warnings.Add(new Warning("gpu-only", $"{phase.ReadText("name")}, {label}: only the boards of the accelerators are counted, not the servers around them."));
        if (fromCatalog)
            warnings.Add(new Warning("power-from-catalog", $"{phase.ReadText("name")}, {label}: no power is given; the catalog's for a board of {chip} is taken{(extent == BoundaryExtent.Gpu ? "" : ", and for the rest of its server a share of it")}, with their bounds."));
        var notes = new List<string>(block.ReadTexts("note"));
        return new DescribedEnergy(label, energy, extent, quality, measured, holds, chipHours, chip, [.. notes], [.. warnings]);
    }

    static Derivation? ReadGivenEnergy(DescriptionBlock block, string label) => block.ReadNumber("energy", $"energy, {label}", Dimension.Energy) is { } factor ? new Derivation.FactorNode(factor) : null;

    (Derivation? Energy, Derivation? ChipHours, string? Chip, bool FromCatalog) ReadPowerTimesHours(DescriptionBlock block, string label, string part)
    {
        Derivation? chipHours = null;
        if (block.HasKey("chip_hours"))
        {
            if (block.HasKey("hours") || block.HasKey("devices"))
                problems.Add(block.GetLine("chip_hours"), "give 'chip_hours', or 'hours' and 'devices', not both.");
            if (block.ReadNumber("chip_hours", $"chip-hours, {label}", Dimension.Hours) is { } counted)
                chipHours = new Derivation.FactorNode(counted);
        }
        else if (block.HasKey("hours"))
        {
            var hours = block.ReadNumber("hours", $"hours, {label}", Dimension.Hours);
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
            ? (null, chipHours, chip, fromCatalog)
            : (new Derivation.Product($"energy, {label}", "kWh", [chipHours, new Derivation.FactorNode(power)], 1 / 1000d), chipHours, chip, fromCatalog);
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
        // Hours and devices are counts: they make no energy better or worse known than its power.
        var stated = block.ReadQuality() ?? energy.GetFactors().Where(factor => !Array.Exists(_counts, key => factor.Id.EndsWith(key, StringComparison.Ordinal))).Select(factor => factor.Quality).DefaultIfEmpty(Quality.Assumed).Max();
        if (block.ReadBlock("of_which") is not { } mapping)
            return (stated, stated == Quality.Measured ? 1 : 0);
        var known = mapping.Entries.Select(entry => entry.Key.Text).ToArray();
        var parts = new DescriptionBlock(mapping, $"{block.Path}.of_which", problems, sources, known);
        List<Factor> read = [.. known.Select(key => parts.ReadNumber(key, key, Dimension.Energy)).OfType<Factor>()];
        if (read.Count < known.Length || read.Count == 0)
            return (stated, 0);
        var (sum, whole) = (read.Sum(part => part.Bounds.Best), energy.Value);
        // Printed parts are rounded: half a unit of four digits each.
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
