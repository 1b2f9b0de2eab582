using System.Text.Json;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Wrapping;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PlaceDetection;
using Tonne.Instruments.Processes;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>One <c>tonne run</c>, from the first look at the machine to the summary.</summary>
/// <remarks>
/// Order matters: the trace is open and on the disk before the child starts; the first sample is taken before, the last after it;
/// nothing of ours that fails keeps the child from starting or changes its exit code.
/// </remarks>
sealed class RunSession(CommandContext context, Settings settings)
{
    readonly List<Warning> _warnings = [];

    /// <summary>Whether Ctrl-C ended the command.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>What was recorded and accounted; null if it could not be summed up.</summary>
    public (RunRecord Record, Footprint Footprint)? Result { get; private set; }

    /// <summary>Runs the command.</summary>
    /// <returns>The child's exit code, 128 + n for signal n; 127 not found, 126 not executable, 125 not started by us; 1 where all must be measured, was not, and the child ended well.</returns>
    public int Run(RunRequest request)
    {
        var inheritance = request.Inheritance ?? InheritedState.ReadAndIgnoreFileSizeSignal();
        using var discovery = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.CreateDiscoveryOptions(context.GetVariable));
        if (settings.Strict && discovery.DescribeUnmeasured() is { } modelled)
        {
            WriteMessage($"--strict: {modelled}. 'tonne doctor' says which meters are missing and how to enable them.");
            return 125;
        }

        var now = context.Time.GetUtcNow();
        using var job = new JobMeters(RunNames.CreateId(now), discovery);
        var place = (request.Place ?? settings.Place) is { } given ? Task.FromResult(given) : GuessPlaceAsync(discovery);
        var opening = CreateOpening(request, now, discovery, job, place.IsCompletedSuccessfully ? place.Result : new Place { Pue = settings.Pue });
        using var evidence = RunTraceSink.Open(request.KeepInLedger ? new LedgerHome(settings.Home) : null, opening, context.Time, WriteMessage);
        var anchor = context.Time.GetTimestamp();
        using var sampler = new Sampler(job.Meters, evidence.Trace, context.Time, settings.GetPeriod(discovery), ProcessIdentity.GetThreadCpuNanoseconds, anchor, EventFdWaiter.TryCreate(), discovery.NeedsPowerIntegration);
        using var marks = new MarkReceiver(context, settings, evidence.Trace, sampler, anchor, WriteMessage);
        sampler.SampleNow();
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(
                new ChildCommand(request.Command) { Inheritance = inheritance, Environment = marks.ChildEnvironment, Listener = marks.Listener, Streams = request.Streams, Placement = job.Placement },
                context.Time);
        }
        catch (StartFailureException error)
        {
            context.Error.WriteLine(error.Message);
            RunGuarded(() => CloseRun(request, discovery, evidence, sampler, job, error.ExitCode, marks, place));
            return error.ExitCode;
        }

        using (child)
        {
            job.AttachChild(child);
            sampler.Start();
            var unmeasured = false;
            var exit = child.WaitAsync().GetAwaiter().GetResult();
            Interrupted = exit.Interrupted;
            RunGuarded(() =>
            {
                _warnings.AddRange(child.Warnings.Select(text => new Warning("wrapping", text)));
                if (exit.HandedOver)
                    _warnings.Add(new Warning("output-handed-over", "A process started by the command still holds its output; it is passed on without us from here."));
                var (record, footprint) = CloseRun(request, discovery, evidence, sampler, job, exit.ExitCode, marks, place);
                Result = (record, footprint);
                WriteSummary(request, record, footprint, evidence.Folder);
                if (settings.Strict && !record.Gaps.IsEmpty)
                {
                    WriteMessage($"--strict: {record.Gaps[0].Meter} said nothing for {record.Gaps[0].To - record.Gaps[0].From:0.0} s ({record.Gaps[0].Reason}): not all energy was measured.");
                    unmeasured = true;
                }
            });
            return exit.ExitCode == 0 && unmeasured ? 1 : exit.ExitCode;
        }
    }

    /// <summary>Whatever goes wrong in our own work is told, and never becomes the command's failure.</summary>
    void RunGuarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or LedgerUnavailableException or ArgumentException or InvalidOperationException or OverflowException)
        {
            WriteMessage("the run could not be summed up: " + error.Message);
        }
    }

    /// <summary>Finds out where we are while the child runs already; what is known at the start goes into the opening, the rest into the ending.</summary>
    async Task<Place> GuessPlaceAsync(DiscoveryResult discovery)
    {
        var tree = new FileTree(settings.Sysroot);
        var asked = settings[Setting.CloudMetadata] is { } address ? System.Net.IPEndPoint.Parse(address) : null;
        var metadata = asked is not null ? new CloudMetadata(context.Time, asked) : tree.IsSysroot ? null : new CloudMetadata(context.Time);
        var guess = await PlaceDetector.DetectAsync(tree, discovery.Description.Firmware, context.GetVariable("TZ"), metadata).ConfigureAwait(false);
        return guess with { Pue = settings.Pue };
    }

    RunOpening CreateOpening(RunRequest request, DateTimeOffset now, DiscoveryResult discovery, JobMeters job, Place place)
    {
        return new RunOpening
        {
            Id = job.RunId,
            Name = request.Name ?? RunNames.FromCommand(request.Command),
            Project = settings[Setting.Project],
            Tags = request.Tags,
            Command = request.Command,
            StartedAt = now,
            Machine = discovery.Machine,
            Place = place,
            Policy = settings.Policy,
            ReservedShare = job.Reservation.ThreadShare,
            ReservedMemoryBytes = job.Reservation.MemoryBytes,
            PeriodSeconds = settings.GetPeriod(discovery).TotalSeconds,
            Meters = [.. job.Meters.Select(meter => meter.Description)],
            Bases = discovery.Bases,
            Rates = discovery.Rates,
            Warnings = [.. discovery.Warnings, .. discovery.Missing.Where(meter => meter.Remedies.Count > 0).Select(CreateMissingMeterWarning)],
            Holder = job.Holder,
        };
    }

    /// <summary>Takes the last sample, writes the ending, folds the trace and accounts it.</summary>
    (RunRecord Record, Footprint Footprint) CloseRun(RunRequest request, DiscoveryResult discovery, RunTraceSink evidence, Sampler sampler, JobMeters job, int exitCode, MarkReceiver marks, Task<Place> place)
    {
        var (settled, unsure) = job.GetFinalCpuTime();
        _warnings.AddRange(unsure);
        discovery.PrepareFinalSample();
        var end = sampler.SampleNow();
        sampler.Dispose();
        _warnings.AddRange(discovery.GetFinalWarnings());
        marks.Finish(end);
        if (evidence.Trace.Failure is { } failure)
            WriteMessage($"the trace could not be written to its end: {failure.Message} The rest of it is in memory, and the run is summed up from both.");
        var ending = new RunEnding
        {
            Timestamp = end,
            ExitCode = exitCode,
            JobCpuNanoseconds = settled,
            Place = place.IsCompletedSuccessfully ? place.Result : null,
            Overhead = TonneOverhead.Measure(sampler, request.OwnCpuBefore),
            Warnings = [.. _warnings],
        };
        evidence.Trace.Append(TraceBlock.Ending, JsonSerializer.SerializeToUtf8Bytes(ending, RunJson.Default.RunEnding));
        var record = RecordBuilder.Build(evidence.Read, evidence.Opening, ending);
        var footprint = new Accountant().Account(record, FactorSelector.SelectFactors(record.Opening.Place, record.Opening.Machine));
        evidence.Finish(record, footprint.CreateStatement(context.Time.GetUtcNow()), WriteMessage);
        return (record, footprint);
    }

    void WriteSummary(RunRequest request, RunRecord record, Footprint footprint, string? folder)
    {
        if (request.Output is { } output)
            WriteOutput(output, RunDocument.From(record, footprint), folder is not null);
        if (!request.Quiet)
        {
            var screen = context.ErrorCapabilities;
            RunSummaryText.Write(context.Error, record, footprint, screen, folder, folder is null ? null : "last", isTraced: request.ShowTrace && record.ExitCode == 0);
        }
    }

    void WriteOutput(string path, RunDocument document, bool kept)
    {
        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(document, ReportJson.Readable.RunDocument) + "\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is what .NET makes of a file that would grow beyond the limit on its size.
            WriteMessage($"--output {path}: {error.Message.TrimEnd('.')}.{(kept ? " The run is in the ledger: 'tonne show last --json' prints the same." : "")}");
        }
    }

    static Warning CreateMissingMeterWarning(MissingMeter meter) => new("meter-missing", $"{meter.Id} is not read ({meter.Reason}); 'tonne doctor' says how to enable it.");

    void WriteMessage(string text) => context.Error.WriteLine("tonne: " + text);
}
