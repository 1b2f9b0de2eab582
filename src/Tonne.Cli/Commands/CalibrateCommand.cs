using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Terminal;
using Tonne.Formatting;
using Tonne.Instruments.Files;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Quantities;

namespace Tonne.Cli.Commands;

/// <summary>
/// <c>tonne calibrate</c>: fits idle power, full-load power and everything else of this machine to a plug meter, in ten minutes.
/// </summary>
static class CalibrateCommand
{
    /// <summary>Assumed error of a plug meter for the home, last digit included, if none is given: 3 %, our choice.</summary>
    static readonly Bounds _defaultPlugAccuracy = new(0.97, 1, 1.03);

    public static Command Build(CommandContext context)
    {
        var idle = new Option<string>("--plug-idle") { Description = "Readings in W while the machine is idle", HelpName = "W[,W…]" };
        var full = new Option<string>("--plug-full") { Description = "Readings in W with every thread busy", HelpName = "W[,W…]" };
        var half = new Option<string>("--plug-half") { Description = "Readings in W with half of the threads busy", HelpName = "W[,W…]" };
        var meter = new Option<string>("--meter") { Description = "Plug meter or BMC, such as shelly://192.168.1.20 (docs/methods/plug.md); default: the one in tonne.yaml", HelpName = "ADDRESS" };
        var minutes = new Option<double?>("--minutes") { Description = "Duration in minutes, at least 0.1; default 10", HelpName = "N" };
        var quick = new Option<bool>("--quick") { Description = "One minute instead, with wider bounds" };
        var ask = new Option<bool>("--ask") { Description = "Ask for the readings even without a terminal" };
        var idleLoad = new Option<double?>("--idle-load") { Description = "Load in % of all threads up to which a machine is idle", HelpName = "PERCENT" };
        var dry = new Option<bool>("--dry-run") { Description = "Show the result and keep nothing" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.calibration/1)" };
        var command = new Command("calibrate", "Fit the power model of this machine to a plug meter. Instead of a meter, its readings can be typed in. Later runs on this machine use the result.")
        {
            idle, full, half, meter, minutes, quick, ask, idleLoad, dry, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = Settings.Resolve(new Dictionary<Setting, string?> { [Setting.Meter] = parsed.GetValue(meter) }, context.GetVariable, context.CurrentDirectory, context.Root);
            if (settings[Setting.Calibration] == "none")
                throw new InvalidInputException("calibrations are switched off by 'calibration: none': remove that setting first, or name a file.");
            var request = new Request(
                ParseReadings("--plug-idle", parsed.GetValue(idle)), ParseReadings("--plug-full", parsed.GetValue(full)), ParseReadings("--plug-half", parsed.GetValue(half)), parsed.GetValue(meter), parsed.GetValue(ask),
                Plan(parsed.GetValue(minutes), parsed.GetValue(quick)), Percent(parsed.GetValue(idleLoad)));
            if (request.Idle is null != request.Full is null || (request.Half is not null && request.Idle is null))
                throw new InvalidInputException("--plug-idle and --plug-full go together: tonne calibrate --plug-idle 42 --plug-full 118");
            if (request.Idle is not null && (request.Meter is not null || request.Ask))
                throw new InvalidInputException("readings typed in (--plug-idle, --plug-full) cannot be combined with --meter or --ask.");
            try
            {
                // An earlier calibration must not influence this one.
                var options = settings.CreateDiscoveryOptions(context.GetVariable) with { Calibrations = [] };
                using var discovery = MachineDiscovery.Discover(new FileTree(settings.Sysroot), options);
                var calibration = await CalibrateAsync(context, discovery, request, cancellation).ConfigureAwait(false);
                if (!parsed.GetValue(dry))
                    CalibrationStore.Add(settings.CalibrationFile, calibration);
                var path = parsed.GetValue(dry) ? null : settings.CalibrationFile;
                if (parsed.GetValue(json))
                    WriteJson(context, calibration, path);
                else
                    WriteText(context, calibration, path);
                return 0;
            }
            catch (Exception error) when (error is CalibrationFailedException or FormatException)
            {
                context.Error.WriteLine("tonne: " + error.Message);
                return CommandLine.Failure;
            }
            catch (OperationCanceledException)
            {
                context.Error.WriteLine("tonne: calibration was interrupted; nothing was saved.");
                return 130;
            }
        });
        return command;
    }

    static async Task<Calibration> CalibrateAsync(CommandContext context, DiscoveryResult discovery, Request request, CancellationToken cancellation)
    {
        if (discovery.Machine.Virtual)
            context.Error.WriteLine("tonne: this is a virtual machine: a plug meter sees its host with all its guests. Calibrate only if this guest has the host for itself.");
        var calibrator = new Calibrator(discovery, context.Time, static threads => new BusyLoop(threads));
        if (request is { Idle: { } idle, Full: { } full })
        {
            List<CalibrationBlock> typed = [.. CreateTypedBlocks(CalibrationLevel.Idle, 0, idle), .. CreateTypedBlocks(CalibrationLevel.Full, 1, full), .. CreateTypedBlocks(CalibrationLevel.Half, 0.5, request.Half ?? [])];
            return calibrator.CreateCalibration(typed, "figures typed in", _defaultPlugAccuracy);
        }

        var plug = request.Ask ? null : calibrator.Plug;
        var terminal = request.Ask || (!Console.IsInputRedirected && context.IsErrorTerminal);
        if (plug is null && request.Meter is { } address)
        {
            var why = discovery.Missing.FirstOrDefault(missing => missing.Path.Contains(address, StringComparison.Ordinal) || address.Contains(missing.Path, StringComparison.Ordinal) || missing.Id.Contains("plug", StringComparison.Ordinal));
            throw new CalibrationFailedException($"--meter {TextSanitizer.ToOneLine(address)} returned no power of the whole machine: {why?.Reason ?? "it measures only a part of it; 'tonne doctor --meter' shows which"}.");
        }

        if (plug is null && !terminal)
            throw new InvalidInputException("there is no meter of the whole machine here, and no terminal to ask for readings. Give --meter ADDRESS, or the readings of a plug meter: tonne calibrate --plug-idle 42 --plug-full 118");
        await ThrowIfBusyAsync(context, calibrator, request, cancellation).ConfigureAwait(false);
        if (plug is not null)
        {
            context.Error.WriteLine($"Reading {Name(plug)} for {FormatSpan(request.Plan.Total)}: idle, full load, half load, twice. Do not use the machine meanwhile; Ctrl-C ends it and keeps nothing.");
            var blocks = await calibrator.RunAsync(request.Plan, ReportProgress, cancellation).ConfigureAwait(false);
            return calibrator.CreateCalibration(blocks, Name(plug), plug.Accuracy?.Bounds ?? _defaultPlugAccuracy);
        }

        var settling = request.Plan.PhaseDuration < TimeSpan.FromMinutes(1) ? request.Plan.PhaseDuration : TimeSpan.FromMinutes(1);
        using var answers = new StreamReader(Console.OpenStandardInput());
        List<CalibrationBlock> readings = [];
        foreach (var (level, what, optional) in new[] { (CalibrationLevel.Idle, "idle", false), (CalibrationLevel.Full, "with every thread busy", false), (CalibrationLevel.Half, "with half of the threads busy (Enter to skip)", true) })
        {
            context.Error.WriteLine($"{Capitalize(what)}: settling for {FormatSpan(settling)} …");
            readings.AddRange(await calibrator.ReadManuallyAsync(level, settling, () => Ask(context, answers, what, optional), cancellation).ConfigureAwait(false));
        }

        return calibrator.CreateCalibration(readings, "a plug meter read off", _defaultPlugAccuracy);

        void ReportProgress(CalibrationLevel level, TimeSpan left, CalibrationBlock? read) => context.Error.WriteLine(read is null
            ? $"  {FormatSpan(left),8} left   {level.ToString().ToLowerInvariant(),-5}"
            : string.Create(CultureInfo.InvariantCulture, $"  {"",8}        {level.ToString().ToLowerInvariant(),-5} {read.PlugWatts:0.0} W at {100 * read.Load:0} % load{(read.MeteredWatts is { } metered ? $", of which {metered:0.0} W metered" : "")}"));
    }

    static async Task ThrowIfBusyAsync(CommandContext context, Calibrator calibrator, Request request, CancellationToken cancellation)
    {
        var maxIdleLoad = request.IdleLoad ?? calibrator.DefaultMaxIdleLoad;
        context.Error.WriteLine("Checking whether the machine is idle …");
        var (load, busy) = await calibrator.MeasureLoadAsync(TimeSpan.FromSeconds(3), cancellation).ConfigureAwait(false);
        if (load > maxIdleLoad)
        {
            var busyProcesses = busy.Count == 0 ? "" : ": " + string.Join(", ", busy.Select(one => string.Create(CultureInfo.InvariantCulture, $"{TextSanitizer.ToOneLine(one.Name)} (pid {one.Id}, {100 * one.Threads:0} % of a thread)")));
            throw new CalibrationFailedException(string.Create(CultureInfo.InvariantCulture, $"the machine is not idle, {100 * load:0.#} % of it is busy (at most {100 * maxIdleLoad:0.#} % counts as idle){busyProcesses}. Stop that first, or allow more with --idle-load PERCENT."));
        }
    }

    static IEnumerable<CalibrationBlock> CreateTypedBlocks(CalibrationLevel level, double load, IReadOnlyList<double> watts) => watts.Select(one => new CalibrationBlock(level, 0, load, one));

    static IReadOnlyList<double> Ask(CommandContext context, StreamReader answers, string what, bool optional)
    {
        while (true)
        {
            context.Error.Write($"W at the plug now, {what}: ");
            context.Error.Flush();
            var line = answers.ReadLine() ?? throw new CalibrationFailedException("no reading was given.");
            if (line.Trim().Length == 0 && optional)
                return [];
            if (TryReadings(line, out var watts))
                return watts;
            context.Error.WriteLine($"'{TextSanitizer.ToOneLine(line)}' is not a power; write for example 42.5");
        }
    }

    static IReadOnlyList<double>? ParseReadings(string option, string? text) => text is null ? null
        : TryReadings(text, out var watts) ? watts
        : throw new InvalidInputException($"{option} '{text}' is not a power in W; write for example {option} 42.5");

    static bool TryReadings(string text, out IReadOnlyList<double> watts)
    {
        var all = new List<double>();
        watts = all;
        foreach (var part in text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!double.TryParse(part.TrimEnd('W', 'w'), NumberStyles.Float, CultureInfo.InvariantCulture, out var one) || !(one > 0 && one < 1e6))
                return false;
            all.Add(one);
        }

        return all.Count > 0;
    }

    static CalibrationPlan Plan(double? minutes, bool quick) => (minutes, quick) switch
    {
        (not null, true) => throw new InvalidInputException("--minutes and --quick say two times; give one."),
        (null, true) => CalibrationPlan.Quick,
        (null, false) => CalibrationPlan.Default,
        ( >= 0.1 and <= 1440, false) => new CalibrationPlan(TimeSpan.FromMinutes(minutes.Value)),
        _ => throw new InvalidInputException($"--minutes {minutes!.Value.ToString(CultureInfo.InvariantCulture)} is not a number from 0.1 to 1440; for example --minutes 10"),
    };

    static double? Percent(double? percent) => percent is null or (>= 0 and <= 100) ? percent / 100
        : throw new InvalidInputException($"--idle-load {percent.Value.ToString(CultureInfo.InvariantCulture)} is not a percentage from 0 to 100.");

    static string Name(MeteredPart plug) => plug.Name ?? string.Join(" and ", plug.Meters);

    static string Capitalize(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    static string FormatSpan(TimeSpan span) => span.TotalSeconds < 90 ? $"{span.TotalSeconds:0} s" : $"{span.TotalMinutes:0.#} min";

    static void WriteText(CommandContext context, Calibration made, string? path)
    {
        var with = made.GpuWatts is { } gpus ? $", without GPUs (taken as {DisplayValue.Format(gpus.Best, "W")} idle at the plug)" : "";
        context.Out.WriteLine($"{Capitalize(made.Source.Title)}{with}:");
        context.Out.WriteLine($"  idle       {Interval(made.Idle)} W");
        context.Out.WriteLine($"  full load  {Interval(made.Full)} W{(made.HalfOverLine is { } half ? string.Create(CultureInfo.InvariantCulture, $"; half load {100 * (half - 1):+0.0;-0.0} % off the straight line, which the bounds include") : "")}");
        if (made.OtherFraction is { } other)
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  other      {Interval(other, "0.###")} of processors and memory; {made.OtherConstantWatts:0.#} W at any load and {100 * made.OtherPerMeteredWatt:0.#} % of what is metered"));
        if (made.PackageIdle is { } package)
            context.Out.WriteLine($"  packages   {Interval(package)} W idle, by their own meters");
        if (made.OtherFraction is null)
            context.Out.WriteLine("  other      not separated: the processors have no meter of their own. The total of the machine is calibrated; its split is from the catalog");
        context.Out.WriteLine(path is null ? "Nothing was saved (--dry-run)." : $"Saved in {path}. Runs on this machine use it from now on; 'tonne doctor' and 'tonne explain' name it as {made.Id}.");
    }

    static string Interval(Bounds bounds, string format = "0.0") =>
        $"{bounds.Best.ToString(format, CultureInfo.InvariantCulture)} [{bounds.Low.ToString(format, CultureInfo.InvariantCulture)}, {bounds.High.ToString(format, CultureInfo.InvariantCulture)}]";

    static void WriteJson(CommandContext context, Calibration made, string? path) => context.Out.WriteLine(JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.calibration/1");
        writer.WriteString("id", made.Id);
        writer.WriteString("date", made.Date.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteString("meter", made.Meter);
        writer.WriteString("source", made.Source.Title);
        writer.WriteString("kept_in", path);
        writer.WriteStartObject("machine");
        writer.WriteString("cpu", made.Machine.Cpu);
        writer.WriteNumber("threads", made.Machine.Threads);
        writer.WriteNumber("memory_bytes", made.Machine.MemoryBytes);
        writer.WriteStartArray("gpus");
        foreach (var gpu in made.Machine.Gpus)
            writer.WriteStringValue(gpu);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteBounds("idle_w", made.Idle, Quality.Measured);
        writer.WriteBounds("full_w", made.Full, Quality.Measured);
        writer.WriteBounds("other_fraction", made.OtherFraction, Quality.Measured);
        writer.WriteKnown("other_constant_w", made.OtherConstantWatts);
        writer.WriteKnown("other_per_metered_w", made.OtherPerMeteredWatt);
        writer.WriteBounds("package_idle_w", made.PackageIdle, Quality.Measured);
        writer.WriteBounds("gpu_w", made.GpuWatts, Quality.Measured);
        writer.WriteKnown("half_over_line", made.HalfOverLine);
        writer.WriteStartArray("blocks");
        foreach (var block in made.Blocks)
        {
            writer.WriteStartObject();
            writer.WriteString("level", block.Level.ToString().ToLowerInvariant());
            writer.WriteNumber("phase", block.Phase);
            writer.WriteNumber("load", block.Load);
            writer.WriteNumber("plug_w", block.PlugWatts);
            writer.WriteKnown("metered_w", block.MeteredWatts);
            writer.WriteKnown("package_w", block.PackageWatts);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    /// <summary>The options that were given.</summary>
    sealed record Request(IReadOnlyList<double>? Idle, IReadOnlyList<double>? Full, IReadOnlyList<double>? Half, string? Meter, bool Ask, CalibrationPlan Plan, double? IdleLoad);
}
