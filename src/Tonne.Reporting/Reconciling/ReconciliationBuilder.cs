using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Ledgers.ImportExport;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Reconciling;

/// <summary>Replaces CodeCarbon's factors by ours, one after the other. Energies are in kWh at the plug, before PUE.</summary>
sealed class ReconciliationBuilder
{
    readonly RunRecord _record;
    readonly Footprint _footprint;
    readonly RowChoice _choice;
    readonly CodeCarbonRun _row;
    readonly double? _tdpWatts;
    readonly bool _ofProcess;
    readonly JobEnergy _ourCpu, _ourMemory, _ourGpu, _ourOther, _ourPlatform;
    readonly ImmutableArray<ReconciliationStep>.Builder _steps = ImmutableArray.CreateBuilder<ReconciliationStep>();
    readonly List<string> _notSeparable = [];

    // The factors as replaced so far; an undivided part is of components whose columns are empty.
    double _cpu, _memory, _gpu, _undivided, _other, _pue, _intensityKg, _embodied;
    double _energyBefore, _emissionsBefore;

    public ReconciliationBuilder(RunRecord record, Footprint footprint, RowChoice choice, double? tdpWatts)
    {
        (_record, _footprint, _choice, _row, _tdpWatts) = (record, footprint, choice, choice.Run ?? throw new ArgumentException(choice.Fault, nameof(choice)), tdpWatts);
        _ofProcess = _row.TrackingMode == "process";
        (_ourCpu, _ourMemory, _ourGpu) = (JobEnergy.Of(record, Component.Cpu), JobEnergy.Of(record, Component.Memory), JobEnergy.Of(record, Component.Gpu));
        (_ourOther, _ourPlatform) = (JobEnergy.Of(record, Component.Other), JobEnergy.Of(record, Component.Platform));
        _pue = _row.Pue;
        (_cpu, _memory, _gpu) = ((_row.CpuEnergyKwh ?? 0) / _pue, (_row.MemoryEnergyKwh ?? 0) / _pue, (_row.GpuEnergyKwh ?? 0) / _pue);
        var undivided = (_row.EnergyKwh / _pue) - _cpu - _memory - _gpu;
        _undivided = Reconciliation.IsNegligible(undivided, _row.EnergyKwh) ? 0 : undivided;
        _intensityKg = _row.EnergyKwh > 0 ? _row.EmissionsKg / _row.EnergyKwh : OurIntensityKg;
        (_energyBefore, _emissionsBefore) = (_row.EnergyKwh, _row.EmissionsKg);
    }

    public List<Warning> Warnings { get; } = [];

    double OurIntensityKg => _footprint.FacilityEnergy.Value > 0 ? _footprint.Operational.Value / _footprint.FacilityEnergy.Value : _footprint.Factors.Grid.Intensity.Bounds.Best / 1000;

    double Facility => _pue * (_cpu + _memory + _gpu + _undivided + _other);

    public ImmutableArray<ReconciliationStep> Build()
    {
        CollectWarnings();
        ReplaceDuration();
        ReplaceScope();
        ReplaceChildren();
        ReplaceCpu();
        ReplaceMemory();
        ReplaceGpu();
        ReplaceUndivided();
        _other = _ourOther.JobKwh;
        Add(ReconciliationCause.Other, "CodeCarbon leaves out supply losses, fans, board, network and disks; we add them.", Describe(_ourOther));
        ReplacePue();
        ReplaceGrid();
        ReplaceEmbodied();
        return _steps.ToImmutable();
    }

    void CollectWarnings()
    {
        if (_choice.OverlapSeconds <= 0)
            Warnings.Add(new("no-overlap", "By its time the row states other work than the run: they do not overlap.", "Check the row, and the time zone of its times."));
        if (_row.TrackingMode is null)
            Warnings.Add(new("mode-not-stated", "The row has no tracking_mode; it is taken as machine, CodeCarbon's default."));
        if (_ourPlatform.Quality is not null)
            Warnings.Add(new("ours-not-divided", "The run's energy is not divided among components; what is undivided is compared as one."));
        if (_footprint.Embodied is null)
            Warnings.Add(new("embodied-unknown", "No cited factor describes the manufacturing of this hardware: our figure has no embodied emissions."));
    }

    void ReplaceDuration()
    {
        if (_row.DurationSeconds > 0)
        {
            var scale = _record.DurationSeconds / _row.DurationSeconds;
            (_cpu, _memory, _gpu, _undivided) = (_cpu * scale, _memory * scale, _gpu * scale, _undivided * scale);
            var offset = (_choice.Start - _record.Opening.StartedAt).TotalSeconds;
            Add(ReconciliationCause.Duration, Text(
                $"CodeCarbon measured {_row.DurationSeconds:0.0} s, from {Math.Abs(offset):0} s {(offset < 0 ? "before" : "after")} our start, we {_record.DurationSeconds:0.0} s; ")
                + "its mean powers are taken over our time. It samples every 15 s unless set otherwise: errors of few samples are in the steps of the components.", null);
            return;
        }

        _notSeparable.Add("duration: the row states 0 s, so it has no mean powers");
        Add(ReconciliationCause.Duration, "Not separable: the row states a duration of 0 s.", null);
    }

    void ReplaceScope()
    {
        var (cpu, memory, gpu) = (_ofProcess || _row.CpuEnergyKwh is null ? 1 : _ourCpu.Share, _ofProcess || _row.MemoryEnergyKwh is null ? 1 : _ourMemory.Share, _ourGpu.Share);
        (_cpu, _memory, _gpu) = (_cpu * cpu, _memory * memory, _gpu * gpu);
        var shares = Text($"processors {DisplayValue.FormatPercent(_ourCpu.Share)}, memory {DisplayValue.FormatPercent(_ourMemory.Share)}{(_ourGpu.Quality is null ? "" : Text($", accelerators {DisplayValue.FormatPercent(_ourGpu.Share)}"))}");
        Add(ReconciliationCause.Scope, _ofProcess
            ? "tracking_mode process follows one process and its children on processors and memory, but the whole of each accelerator; of these our share of the job is taken."
            : Text($"tracking_mode machine counts all that runs on the machine; of it the job's share by our counts is taken: {shares}."),
            Text($"the run's own counts, policy {EnumWords.Format(_record.Opening.Policy)}"));
    }

    void ReplaceChildren()
    {
        if (!_ofProcess)
        {
            Add(ReconciliationCause.Children, "tracking_mode machine sees the CPU time of all processes, so no child is missing.", null);
            return;
        }

        var seen = CountSeenCpuSeconds();
        if (seen is > 0 && _record.JobCpuSeconds > 0)
        {
            _cpu *= _record.JobCpuSeconds / seen.Value;
            Add(ReconciliationCause.Children, Text(
                $"At a TDP of {_tdpWatts:0.#} W, cpu_energy is {seen:0.0} s of CPU time; the job and its children used {_record.JobCpuSeconds:0.0} s. ")
                + "CodeCarbon adds up the processes that it finds at each sample: children that ended in between are missing.",
                "CPU time of the job: its control group, or the kernel's sum of ended children");
            return;
        }

        var reason = _row.CpuEnergyKwh is null ? "cpu_energy is empty"
            : _tdpWatts is null ? "cpu_energy is TDP × the CPU time that CodeCarbon saw, and the row states neither; --tdp W (in CodeCarbon's log) divides it"
            : "the row or the run states no CPU time";
        _notSeparable.Add("missing children: " + reason + "; they are with the power of the processors");
        Add(ReconciliationCause.Children, $"Not separable: {reason}.", null);
    }

    /// <summary>CPU seconds in cpu_energy, over our time: power = TDP × CPU seconds ÷ (threads × time).</summary>
    double? CountSeenCpuSeconds() =>
        _tdpWatts is > 0 and var tdp && _row.CpuEnergyKwh is not null && (_row.Threads ?? _record.Opening.Machine.Threads) is > 0 and var threads
            ? _cpu * Energy.JoulesPerKilowattHour * threads / tdp : null;

    void ReplaceCpu()
    {
        if (_row.CpuEnergyKwh is null)
        {
            Add(ReconciliationCause.Cpu, "Not separable: cpu_energy is empty; the processors are in the undivided energy.", null);
            return;
        }

        _cpu = _ourCpu.JobKwh;
        var power = _row.CpuWatts is { } watts ? Text($"{watts:0.#} W on average") : "its power";
        var childrenWithIt = _ofProcess && _steps[^1].Why.StartsWith("Not separable", StringComparison.Ordinal);
        Add(
            ReconciliationCause.Cpu,
            $"CodeCarbon has {power}{(_ofProcess ? "" : " for the machine")}: a counter (RAPL) where it could read one, else a rule on the TDP (0.1 + 0.9 × load³ for a machine, "
                + "in proportion to CPU time for a process, half of it where there is no load; 4 W a thread or 85 W for unknown processors). The row does not state which."
                + (childrenWithIt ? " Missing children are in this step." : ""),
            Describe(_ourCpu));
        if (_ofProcess && !childrenWithIt)
            Warnings.Add(new("tdp-given", Text($"The CPU time that CodeCarbon saw is computed with a TDP of {_tdpWatts:0.#} W, as given; it holds where CodeCarbon had no counter.")));
    }

    void ReplaceMemory()
    {
        if (_row.MemoryEnergyKwh is null)
        {
            Add(ReconciliationCause.Memory, "Not separable: ram_energy is empty; the memory is in the undivided energy.", null);
            return;
        }

        _memory = _ourMemory.JobKwh;
        Add(ReconciliationCause.Memory, DescribeMemoryRule(), Describe(_ourMemory));
    }

    string DescribeMemoryRule()
    {
        var power = _row.MemoryWatts is { } watts ? Text($"{watts:0.##} W") : "an unstated power";
        var size = _row.MemoryGibibytes ?? _record.Opening.Machine.MemoryBytes / (1024d * 1024 * 1024);
        var isArm = _row.Cpu is { } cpu && (cpu.Contains("ARM", StringComparison.OrdinalIgnoreCase) || cpu.Contains("Neoverse", StringComparison.OrdinalIgnoreCase));
        if (_ofProcess)
            return $"CodeCarbon has {power}: its rule for the size of the process, of which version 3 takes no less than two modules of 5 W.";
        if (CodeCarbonMemoryRule.EstimateWatts(_row.Version, size, isArm) is not { } rule)
            return $"CodeCarbon has {power}; its version is not stated, so its rule is not known (3 W for 8 GB before version 3, then 5 W a module).";
        var name = _row.Version![0] is '0' or '1' or '2' ? Text($"3 W for 8 GB, {rule:0.##} W for {size:0.#} GB") : Text($"5 W for each module that it expects of {size:0.#} GB, {rule:0.##} W");
        return _row.MemoryWatts is { } stated && Math.Abs(stated - rule) <= 0.02 * rule
            ? $"CodeCarbon has {power} by the rule of version {_row.Version}: {name}, for the machine."
            : $"CodeCarbon has {power}; the rule of version {_row.Version} would be {name}, so another size or force_ram_power was set.";
    }

    void ReplaceGpu()
    {
        if (_row.GpuEnergyKwh is null && _ourGpu.Quality is null)
        {
            Add(ReconciliationCause.Gpu, "No accelerator on either side.", null);
            return;
        }

        if (_row.GpuEnergyKwh is null)
        {
            Add(ReconciliationCause.Gpu, "Not separable: gpu_energy is empty; accelerators are in the undivided energy.", null);
            return;
        }

        _gpu = _ourGpu.JobKwh;
        Add(ReconciliationCause.Gpu, (_row.GpuEnergyKwh, _ourGpu.Quality) switch
        {
            (0, null) => "No accelerator on either side.",
            (0, _) => "CodeCarbon counted no energy of accelerators; where NVML has no energy counter it has 0.",
            (_, null) => "CodeCarbon counted accelerators, and the run has none.",
            _ => "Both read the counters of the devices, at other times; what is left after the job's share is in this step.",
        }, Describe(_ourGpu));
    }

    void ReplaceUndivided()
    {
        var empty = new[] { ("cpu_energy", _row.CpuEnergyKwh, _ourCpu), ("ram_energy", _row.MemoryEnergyKwh, _ourMemory), ("gpu_energy", _row.GpuEnergyKwh, _ourGpu) }.Where(part => part.Item2 is null).ToList();
        if (_undivided != 0)
        {
            _notSeparable.Insert(0, empty.Count == 0
                ? "cpu_energy, ram_energy and gpu_energy do not add up to energy_consumed; the rest is of no component"
                : Text($"{string.Join(", ", empty.Select(part => part.Item1))} {(empty.Count == 1 ? "is" : "are")} empty: scope, power and rules of these are in one sum"));
        }
        else if (empty.Any(part => part.Item3.JobKwh > 0))
        {
            _notSeparable.Insert(0, Text($"{string.Join(", ", empty.Select(part => part.Item1))} {(empty.Count == 1 ? "is" : "are")} empty, and the other columns add up to energy_consumed: CodeCarbon did not count these"));
        }

        if (_ourPlatform.JobKwh > 0)
            _notSeparable.Add("the run's own energy is not divided");
        _undivided = empty.Sum(part => part.Item3.JobKwh) + _ourPlatform.JobKwh;
        Add(ReconciliationCause.NotSeparable, _notSeparable.Count == 0 ? "Nothing: the row states every component." : string.Join("; ", _notSeparable) + ".", null);
    }

    void ReplacePue()
    {
        var before = _pue;
        _pue = _footprint.Factors.Pue.Bounds.Best;
        Add(ReconciliationCause.Pue, Text($"CodeCarbon has a PUE of {before:0.###}{(before == 1 ? ", its default" : ", as it was set")}; ours is {_pue:0.###}."), Text($"{_footprint.Factors.PueHow} ({_footprint.Factors.Pue.Source.Title})"));
    }

    void ReplaceGrid()
    {
        var before = _intensityKg;
        _intensityKg = OurIntensityKg;
        var grid = _footprint.Factors.Grid;
        var ours = Text($"ours is {_intensityKg * 1000:0.#} ({grid.Zone ?? "given"}{(grid.Year is { } year ? Text($", {year}") : "")}, {EnumWords.Format(grid.Basis)}, {EnumWords.Format(grid.Scope)})");
        Add(ReconciliationCause.Grid, _row.EnergyKwh > 0
            ? Text($"CodeCarbon has {before * 1000:0.#} g/kWh{(_row.Place.Length > 0 ? " for " + _row.Place : "")} (emissions ÷ energy_consumed), without basis; {ours}.")
            : Text($"CodeCarbon stated no energy, so its intensity is unknown and all steps are at our own; {ours}."),
            grid.Intensity.Source.Title);
    }

    void ReplaceEmbodied()
    {
        _embodied = _footprint.Embodied?.Value ?? 0;
        Add(
            ReconciliationCause.Embodied,
            _footprint.Embodied is null ? "CodeCarbon leaves out hardware manufacturing, and no factor for this hardware is known to us."
                : "CodeCarbon leaves out hardware manufacturing; we add the share that the job held.",
            _footprint.Embodied is null ? null : string.Join("; ", _footprint.Factors.Embodied.Select(share => share.Manufacturing.Source.Title).Distinct(StringComparer.Ordinal)));
    }

    void Add(ReconciliationCause cause, string why, string? source)
    {
        // The last steps end at the figures themselves, not at products that differ from them by rounding.
        var energy = cause >= ReconciliationCause.Pue ? _footprint.FacilityEnergy.Value : Facility;
        var emissions = cause switch
        {
            ReconciliationCause.Embodied => _footprint.Total.Value,
            ReconciliationCause.Grid => _footprint.Operational.Value,
            _ => energy * _intensityKg,
        };
        _steps.Add(new ReconciliationStep(cause, _energyBefore, energy, _emissionsBefore, emissions, why, source));
        (_energyBefore, _emissionsBefore) = (energy, emissions);
    }

    static string? Describe(JobEnergy ours) => ours.Quality is { } quality ? Text($"{EnumWords.Format(quality)}: {(ours.Origin is { Length: > 0 } origin ? origin.TrimEnd('.') : "as recorded")}") : null;

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
