using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.LifeCycles.Describing;

/// <summary>Energy as it is described: given, or time × devices × power, or chip-hours × power.</summary>
sealed class UseReader(DescriptionProblems problems, DescribedSources sources)
{
    static readonly string[] _counts = [".hours", ".devices", ".chip_hours"];

    static readonly string[] _factors = ["hours", "devices", "chip_hours", "power", "mode"];

    static readonly string[] _modes = ["training", "inference", "idle", "tdp"];

    /// <summary>One described piece of energy.</summary>
    /// <param name="Label">What it is.</param>
    /// <param name="Energy">kWh.</param>
    /// <param name="Extent"><c>it</c>, or <c>gpu</c> where only accelerators are counted.</param>
    /// <param name="Quality">Worst quality of its parts above 5 %.</param>
    /// <param name="MeasuredShare">Measured ÷ total.</param>
    /// <param name="HoldsCooling">Whether it already holds the building.</param>
    /// <param name="ChipHours">Chip-hours behind it; null if it was given as energy.</param>
    /// <param name="Chip">The accelerator; null if not said.</param>
    /// <param name="Notes">Remarks.</param>
    /// <param name="Doubts">What is unsure.</param>
    public sealed record Piece(
        string Label, Derivation Energy, string Extent, Quality Quality, double MeasuredShare, bool HoldsCooling, Derivation? ChipHours, string? Chip,
        ImmutableArray<string> Notes, ImmutableArray<Doubt> Doubts);

    /// <summary>What a node describes; null if something is wrong with it.</summary>
    /// <param name="node">An energy, or a block.</param>
    /// <param name="id">Path of the piece in the file.</param>
    /// <param name="phase">The phase's block, for its source and for messages.</param>
    /// <param name="part">The key that holds it.</param>
    public Piece? Read(DescriptionNode node, string id, DescriptionBlock phase, string part)
    {
        if (node is DescriptionNode.Scalar)
        {
            return phase.Number(node, id + ".energy", part, $"{part} energy", Dimension.Energy) is { } given
                ? new Piece(part, new Derivation.Given(given), "it", given.Quality, Measured(given), false, null, null, [], []) : null;
        }

        if (node is not DescriptionNode.Mapping mapping)
        {
            problems.Add(node, $"'{part}' must be an energy, as in 433196 kWh, or a block such as {{chip_hours: 1082990, power: 400 W}}.");
            return null;
        }

        if (mapping.Entries.Any(entry => entry.Key.Text == "best"))
        {
            return phase.Number(node, id + ".energy", part, $"{part} energy", Dimension.Energy) is { } spread
                ? new Piece(part, new Derivation.Given(spread), "it", spread.Quality, Measured(spread), false, null, null, [], []) : null;
        }

        var block = new DescriptionBlock(mapping, id, problems, sources, [.. DescriptionKeys.Use, "pue"]);
        var holds = block.Flag("holds_cooling");
        if (block.Has("pue"))
        {
            problems.Add(block.LineOf("pue"), holds
                ? "this energy already holds the cooling: a PUE on it would count the building twice. Leave out 'pue' or 'holds_cooling'."
                : "a PUE belongs to a 'facility', beside 'place': it holds for all that is drawn there.");
        }

        if (block.Has("energy") && Array.Find(_factors, block.Has) is { } beside)
            problems.Add(block.LineOf(beside), $"'{beside}' stands beside 'energy', which would hide it: give the energy, or what it follows from.");
        var label = block.Text("name") ?? part;
        var boundary = block.Text("boundary");
        if (boundary is not (null or "it" or "gpu"))
            problems.Unknown(block.LineOf("boundary"), "boundary", boundary, ["it", "gpu"]);
        var (energy, chipHours, chip, fromCatalog) = block.Has("energy") ? (Given(block, label), null, block.Text("hardware"), false) : Multiplied(block, label, part);
        if (energy is null)
            return null;
        var (quality, measured) = QualityOf(block, energy);
        var doubts = new List<Doubt>();
        var extent = boundary ?? "it";
        if (fromCatalog && extent == "it")
        {
            var rest = MachineFactors.Table["other/gpu-server-gpus-only"];
            energy = new Derivation.Sum($"energy with the rest of the server, {label}", "kWh", [energy, new Derivation.Product("the rest of the server", "kWh", [energy, new Derivation.Given(rest)])]);
        }

        if (extent == "gpu")
            doubts.Add(new Doubt("gpu-only", $"{phase.Text("name")}, {label}: only the boards of the accelerators are counted, not the servers around them."));
        if (fromCatalog)
            doubts.Add(new Doubt("power-from-catalog", $"{phase.Text("name")}, {label}: no power is given; the catalog's for a board of {chip} is taken{(extent == "gpu" ? "" : ", and for the rest of its server a share of it")}, with their bounds."));
        var notes = new List<string>(block.Texts("note"));
        return new Piece(label, energy, extent, quality, measured, holds, chipHours, chip, [.. notes], [.. doubts]);
    }

    static Derivation? Given(DescriptionBlock block, string label) => block.Number("energy", $"energy, {label}", Dimension.Energy) is { } factor ? new Derivation.Given(factor) : null;

    (Derivation? Energy, Derivation? ChipHours, string? Chip, bool FromCatalog) Multiplied(DescriptionBlock block, string label, string part)
    {
        Derivation? chipHours = null;
        if (block.Has("chip_hours"))
        {
            if (block.Has("hours") || block.Has("devices"))
                problems.Add(block.LineOf("chip_hours"), "give 'chip_hours', or 'hours' and 'devices', not both.");
            if (block.Number("chip_hours", $"chip-hours, {label}", Dimension.Hours) is { } counted)
                chipHours = new Derivation.Given(counted);
        }
        else if (block.Has("hours"))
        {
            var hours = block.Number("hours", $"hours, {label}", Dimension.Hours);
            var devices = block.Number("devices", $"devices, {label}", Dimension.Number);
            if (hours is not null)
                chipHours = devices is null ? new Derivation.Given(hours) : new Derivation.Product($"chip-hours, {label}", "h", [new Derivation.Given(hours), new Derivation.Given(devices)]);
        }
        else
        {
            problems.Add(block.Line, $"'{part}' needs an 'energy', or 'hours' (× 'devices'), or 'chip_hours', with a 'power' or a 'hardware' of the catalog.");
        }

        var (power, chip, fromCatalog) = PowerOf(block, label, part);
        return chipHours is null || power is null
            ? (null, chipHours, chip, fromCatalog)
            : (new Derivation.Product($"energy, {label}", "kWh", [chipHours, new Derivation.Given(power)], 1 / 1000d), chipHours, chip, fromCatalog);
    }

    (Factor? Power, string? Chip, bool FromCatalog) PowerOf(DescriptionBlock block, string label, string part)
    {
        Accelerator? accelerator = null;
        var chip = block.Text("hardware");
        if (chip is not null)
        {
            var found = AcceleratorCatalog.Find(chip);
            if (found.IsFound)
                (accelerator, chip) = (found.Value, found.Value.Name);
            else if (!block.Has("power"))
                problems.Add(block.LineOf("hardware"), $"{found.Unknown.Message} Or give a 'power'.");
        }

        var mode = block.Text("mode") ?? (part == "idle" ? "idle" : "training");
        if (Array.IndexOf(_modes, mode) < 0)
            problems.Unknown(block.LineOf("mode"), "mode", mode, _modes);
        if (block.Has("power"))
            return (block.Number("power", $"power of a device, {label}", Dimension.Power), chip, false);
        if (accelerator is not null)
        {
            return (mode switch
            {
                "inference" => accelerator.Inference ?? accelerator.Training,
                "idle" => accelerator.IdleWithContext,
                "tdp" => accelerator.Tdp,
                _ => accelerator.Training,
            }, chip, true);
        }

        if (chip is null)
            problems.Add(block.Line, $"'{part}' needs a 'power', as in 400 W, or a 'hardware' of the catalog, as in a100.");
        return (null, chip, false);
    }

    (Quality Quality, double MeasuredShare) QualityOf(DescriptionBlock block, Derivation energy)
    {
        // Hours and devices are counts: they make no energy better or worse known than its power.
        var stated = block.Quality() ?? energy.Factors().Where(factor => !Array.Exists(_counts, key => factor.Id.EndsWith(key, StringComparison.Ordinal))).Select(factor => factor.Quality).DefaultIfEmpty(Quality.Assumed).Max();
        if (block.Block("of_which") is not { } mapping)
            return (stated, stated == Quality.Measured ? 1 : 0);
        var known = mapping.Entries.Select(entry => entry.Key.Text).ToArray();
        var parts = new DescriptionBlock(mapping, $"{block.Path}.of_which", problems, sources, known);
        List<Factor> read = [.. known.Select(key => parts.Number(key, key, Dimension.Energy)).OfType<Factor>()];
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

    static double Measured(Factor factor) => factor.Quality == Quality.Measured ? 1 : 0;
}
