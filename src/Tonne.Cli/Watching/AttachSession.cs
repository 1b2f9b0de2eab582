using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Watching;

/// <summary>Performs one <c>tonne attach</c>: records a process until it ends or the user ends the recording.</summary>
/// <remarks>
/// With <see cref="RunRequest.Output"/> set it serves a program, mostly the recorded one itself: one line of JSON says that the first sample is taken
/// and where marks are sent, the last one is the run.
/// </remarks>
sealed class AttachSession(CommandContext context, Settings settings, AttachedProcess process, RunRequest request)
{
    static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    readonly RunSession _session = new(context, settings);

    /// <summary>Records.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        using var wait = new InterruptWait();
        if (request.Output is not null && OperatingSystem.IsWindows())
            wait.StopAtEndOfInput();
        using var ranks = TryJoinRanks();
        if (ranks is not null)
            FollowRank(ranks, wait);
        else
            Record(wait);
        return 0;
    }

    // A process that is a rank of a distributed job is in one run with the others of its node.
    RankSession? TryJoinRanks()
    {
        if (context.HostSystem is not null || RankIdentity.Find(process.GetVariable) is not { } identity
            || (ParentRun.Find(process.GetVariable, process.Identity.BootId) is { } outer && JobInstruments.MayBeInside(outer, process.Id)))
            return null;
        return RankSession.TryJoin(context, settings, _session, request, process.Discovery, identity, watcher: null);
    }

    void FollowRank(RankSession ranks, InterruptWait wait)
    {
        using var marks = new MarkReceiver(context, settings, ranks, _session.WriteMessage);
        Announce(ranks.ChildVariables[ParentRun.IdVariable], marks, "with the other ranks");
        var detached = IsAliveAtEnd(wait);
        if (ranks.Leave(0, marks, [CreateWarning(detached)], stoppedByUser: IsInterrupted(detached)) is { } result)
            WriteSummary(result, ranks.Location);
    }

    void Record(InterruptWait wait)
    {
        var place = settings.Place is { } given ? Task.FromResult(given) : _session.DetectPlaceAsync(process.Discovery);
        using var run = process.Record(_session.CreateSink(request), _session.CreateOptions(request, process.Discovery, place), request.Name, context.Time);
        using var marks = new MarkReceiver(context, settings, new RecordedMarkTarget(run, place), _session.WriteMessage);
        Announce(run.Id, marks, "as " + run.Id);
        var detached = IsAliveAtEnd(wait);
        marks.Finish(run.StopSampling());
        var result = run.FinishAsync(new RunCompletion
        {
            Interrupted = IsInterrupted(detached),
            Place = place.IsCompletedSuccessfully ? place.Result : null,
            Warnings = [CreateWarning(detached)],
        }).AsTask().GetAwaiter().GetResult();
        if (request.Output is { } output)
            _session.WriteOutput(output, RunDocument.From(result.Record, result.Footprint), run.Location is not null);
        WriteSummary(result, run.Location);
    }

    void Announce(string id, MarkReceiver marks, string how)
    {
        if (request.Output is not null)
        {
            context.Out.Write(new AttachDocument(id, request.Name!, process.Identity.BootId, marks.SocketPath).ToJsonLine() + "\n");
            context.Out.Flush();
        }
        else
        {
            _session.WriteMessage(string.Create(CultureInfo.InvariantCulture, $"recording {request.Name} ({process.Id}) {how}; Ctrl-C ends the recording and leaves the process."));
        }
    }

    void WriteSummary(RunResult result, string? folder)
    {
        if (!request.Quiet)
            RunSummaryText.Write(context.Error, result.Record, result.Footprint, context.ErrorCapabilities, folder is null ? null : "last", isTraced: false);
    }

    /// <summary>Waits until the process has ended or the user ends the recording; the sampler has a thread of its own.</summary>
    /// <returns>Whether the process still runs.</returns>
    bool IsAliveAtEnd(InterruptWait wait)
    {
        while (process.IsAlive && !wait.Wait(_look))
        {
        }

        return process.IsAlive;
    }

    // A program that asked for the document ends its recording as it meant to: a block of Python has come to its end.
    bool IsInterrupted(bool detached) => detached && request.Output is null;

    static Warning CreateWarning(bool detached) => new("attached", detached
        ? "The process was recorded from the middle of its life and still runs: what it used before and after is not counted."
        : "The process was recorded from the middle of its life: what it used before is not counted, and its exit code is not known.");
}
