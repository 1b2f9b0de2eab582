using Tonne.Accounting;
using Tonne.Reporting.Watching;
using Tonne.Runs;

namespace Tonne.Cli.Watching;

/// <summary>Looks at a run again and again, and prints each look.</summary>
/// <param name="context">Clock and output.</param>
/// <param name="interval">Time between looks.</param>
/// <param name="asJson">Whether each look is a line of JSON.</param>
sealed class WatchLoop(CommandContext context, TimeSpan interval, bool asJson)
{
    // A look reads the whole trace; a long one is looked at less often.
    const int MaxCostShare = 20;
    const int FirstLooks = 2;

    readonly WatchScreen _screen = new(context.OutCapabilities);
    int _linesDrawn;

    /// <summary>Prints looks until the run ends.</summary>
    /// <param name="look">Returns the run so far and whether it still runs.</param>
    /// <param name="epochs">Epochs in all; null if unknown.</param>
    /// <param name="findJobs">Other runs that are recorded now.</param>
    /// <param name="count">Most looks; null for no limit.</param>
    /// <param name="isMachine">Whether it is about the whole machine. Default: no.</param>
    /// <param name="wait">Waits for a time; returns true if the user wants to stop.</param>
    public void Run(Func<(RunRecord Record, Footprint Footprint, bool IsRunning)> look, int? epochs, Func<IReadOnlyList<JobPower>> findJobs, int? count, Func<TimeSpan, bool> wait, bool isMachine = false)
    {
        RunRecord? before = null;
        for (var looks = 1; ; looks++)
        {
            var began = context.Time.GetTimestamp();
            var (record, footprint, isRunning) = look();
            Print(WatchState.From(record, footprint, before, epochs, isRunning) with { Jobs = [.. findJobs()], IsMachine = isMachine });
            before = record;
            // The first looks load code and tables, and say nothing of the later ones.
            var cost = looks > FirstLooks ? context.Time.GetElapsedTime(began) * MaxCostShare : TimeSpan.Zero;
            if (!isRunning || context.IsOutReaderGone || looks >= count || wait(cost > interval ? cost : interval))
                return;
        }
    }

    void Print(WatchState state)
    {
        if (asJson)
        {
            context.Out.Write(WatchDocument.From(state, context.Time.GetUtcNow()).ToJsonLine() + "\n");
            context.Out.Flush();
            return;
        }

        using var picture = new StringWriter();
        _screen.Write(picture, state);
        var text = picture.ToString();
        // On a terminal the picture replaces the one before: cursor up, erase to the end (ECMA-48, CUU and ED).
        if (context.IsOutTerminal && _linesDrawn > 0)
            context.Out.Write($"\u001b[{_linesDrawn}A\u001b[J");
        context.Out.Write(text + (context.IsOutTerminal ? "" : "\n"));
        context.Out.Flush();
        _linesDrawn = text.Count(letter => letter == '\n');
    }
}
