using System.Text.Json;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Wrapping;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Places;
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
sealed class RunSession(Surroundings around, Settings settings)
{
    readonly List<Doubt> _doubts = [];

    /// <summary>Whether Ctrl-C ended the command.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>What was recorded and accounted; null if it could not be summed up.</summary>
    public (RunRecord Record, Footprint Footprint)? Closed { get; private set; }

    /// <summary>Runs the command.</summary>
    /// <returns>The child's exit code, 128 + n for signal n; 127 not found, 126 not executable, 125 not started by us; 1 where all must be measured, was not, and the child ended well.</returns>
    public int Run(RunRequest request)
    {
        var inheritance = request.Inheritance ?? Inheritance.ReadAndOutliveFileSizeLimit();
        using var discovery = MachineDiscovery.Discover(new FileTree(settings.Sysroot), settings.Discovery(around.Variable));
        if (settings.Strict && discovery.NotMeasured() is { } modelled)
        {
            Say($"--strict: {modelled}. 'tonne doctor' says which meters are missing and how to enable them.");
            return 125;
        }

        var now = around.Time.GetUtcNow();
        using var job = new JobMeters(RunNames.Id(now), discovery);
        var place = (request.Place ?? settings.Place) is { } given ? Task.FromResult(given) : Guess(discovery);
        var opening = Open(request, now, discovery, job, place.IsCompletedSuccessfully ? place.Result : new Place { Pue = settings.Pue });
        using var evidence = Evidence.Open(request.Kept ? new LedgerHome(settings.Home) : null, opening, around.Time, Say);
        var anchor = around.Time.GetTimestamp();
        using var sampler = new Sampler(job.Meters, evidence.Trace, around.Time, settings.PeriodFor(discovery), OwnProcess.ThreadCpuNanoseconds, anchor, KernelPause.TryCreate(), discovery.IntegratesPower);
        using var marks = new MarkDesk(around, settings, evidence.Trace, sampler, anchor, Say);
        sampler.SampleNow();
        Child child;
        try
        {
            child = Child.Start(
                new ChildCommand(request.Command) { Inheritance = inheritance, Environment = marks.Environment, Listener = marks.Listener, Streams = request.Streams, Placement = job.Placement },
                around.Time);
        }
        catch (StartFailureException error)
        {
            around.Error.WriteLine(error.Message);
            Guarded(() => Close(request, discovery, evidence, sampler, job, error.ExitCode, marks, place));
            return error.ExitCode;
        }

        using (child)
        {
            job.Follow(child);
            sampler.Start();
            var unmeasured = false;
            var exit = child.WaitAsync().GetAwaiter().GetResult();
            Interrupted = exit.Interrupted;
            Guarded(() =>
            {
                _doubts.AddRange(child.Doubts.Select(text => new Doubt("wrapping", text)));
                if (exit.HandedOver)
                    _doubts.Add(new Doubt("output-handed-over", "A process started by the command still holds its output; it is passed on without us from here."));
                var (record, footprint) = Close(request, discovery, evidence, sampler, job, exit.ExitCode, marks, place);
                Closed = (record, footprint);
                Tell(request, record, footprint, evidence.Folder);
                if (settings.Strict && !record.Gaps.IsEmpty)
                {
                    Say($"--strict: {record.Gaps[0].Meter} said nothing for {record.Gaps[0].To - record.Gaps[0].From:0.0} s ({record.Gaps[0].Reason}): not all energy was measured.");
                    unmeasured = true;
                }
            });
            return exit.ExitCode == 0 && unmeasured ? 1 : exit.ExitCode;
        }
    }

    /// <summary>Whatever goes wrong in our own work is told, and never becomes the command's failure.</summary>
    void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or LedgerUnavailableException or ArgumentException or InvalidOperationException or OverflowException)
        {
            Say("the run could not be summed up: " + error.Message);
        }
    }

    /// <summary>Finds out where we are while the child runs already; what is known at the start goes into the opening, the rest into the ending.</summary>
    async Task<Place> Guess(Discovery discovery)
    {
        var tree = new FileTree(settings.Sysroot);
        var asked = settings[Setting.CloudMetadata] is { } address ? System.Net.IPEndPoint.Parse(address) : null;
        var metadata = asked is not null ? new CloudMetadata(around.Time, asked) : tree.IsStandIn ? null : new CloudMetadata(around.Time);
        var guess = await PlaceGuess.BestAsync(tree, discovery.Description.Firmware, around.Variable("TZ"), metadata).ConfigureAwait(false);
        return guess with { Pue = settings.Pue };
    }

    RunOpening Open(RunRequest request, DateTimeOffset now, Discovery discovery, JobMeters job, Place place)
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
            PeriodSeconds = settings.PeriodFor(discovery).TotalSeconds,
            Meters = [.. job.Meters.Select(meter => meter.Description)],
            Bases = discovery.Bases,
            Rates = discovery.Rates,
            Doubts = [.. discovery.Doubts, .. discovery.Missing.Where(meter => meter.Remedies.Count > 0).Select(Missing)],
            Holder = job.Holder,
        };
    }

    /// <summary>Takes the last sample, writes the ending, folds the trace and accounts it.</summary>
    (RunRecord Record, Footprint Footprint) Close(RunRequest request, Discovery discovery, Evidence evidence, Sampler sampler, JobMeters job, int exitCode, MarkDesk marks, Task<Place> place)
    {
        var (settled, unsure) = job.Settle();
        _doubts.AddRange(unsure);
        discovery.Settle();
        var end = sampler.SampleNow();
        sampler.Dispose();
        _doubts.AddRange(discovery.ClosingDoubts());
        marks.Finish(end);
        if (evidence.Trace.Failure is { } failure)
            Say($"the trace could not be written to its end: {failure.Message} The rest of it is in memory, and the run is summed up from both.");
        var ending = new RunEnding
        {
            Timestamp = end,
            ExitCode = exitCode,
            JobCpuNanoseconds = settled,
            Place = place.IsCompletedSuccessfully ? place.Result : null,
            Overhead = OwnUse.Now(sampler, request.OwnCpuBefore),
            Doubts = [.. _doubts],
        };
        evidence.Trace.Append(TraceBlock.Ending, JsonSerializer.SerializeToUtf8Bytes(ending, RunJson.Default.RunEnding));
        var record = RecordBuilder.Build(evidence.Read, evidence.Opening, ending);
        var footprint = new Accountant().Account(record, FactorChoice.For(record.Opening.Place, record.Opening.Machine));
        evidence.Finish(record, footprint.State(around.Time.GetUtcNow()), Say);
        return (record, footprint);
    }

    void Tell(RunRequest request, RunRecord record, Footprint footprint, string? folder)
    {
        if (request.Output is { } output)
            WriteOutput(output, RunDocument.Of(record, footprint), folder is not null);
        if (!request.Quiet)
        {
            var screen = around.ErrorScreen;
            Summary.Write(around.Error, record, footprint, screen, folder, folder is null ? null : "last", isTraced: request.Traced && record.ExitCode == 0);
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
            Say($"--output {path}: {error.Message.TrimEnd('.')}.{(kept ? " The run is in the ledger: 'tonne show last --json' prints the same." : "")}");
        }
    }

    static Doubt Missing(MissingMeter meter) => new("meter-missing", $"{meter.Id} is not read ({meter.Reason}); 'tonne doctor' says how to enable it.");

    void Say(string text) => around.Error.WriteLine("tonne: " + text);
}
