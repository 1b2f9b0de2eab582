using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>The exact cost of segments, whatever made them: all options, replays and settlements are evaluated here.</summary>
static class PlanEvaluator
{
    internal static void Evaluate(PlanRequest request, PlaceModel[] models, ReadOnlySpan<PlannedSpan> spans, PlanTally tally)
    {
        var (done, factor) = (0L, models[spans[0].Place].DurationFactor);
        for (var i = 0; i < spans.Length; i++)
        {
            var span = spans[i];
            var model = models[span.Place];
            var workFrom = span.From;
            if (i == 0)
            {
                model.AddTransfer(model.Place.TransferToStart, span.From, tally);
            }
            else
            {
                AddPause(request, models[spans[i - 1].Place], spans[i - 1].To, span.From, tally);
                if (span.Place != spans[i - 1].Place)
                    model.AddTransfer(model.Place.TransferToMove, span.From, tally);
                model.AddAt(span.From, model.MeanWatts * request.ResumeCost.TotalSeconds, tally);
                workFrom = Math.Min(span.To, span.From + request.ResumeTime.Ticks);
                model.Add(span.From, workFrom, model.MeanWatts, tally);
                if (model.DurationFactor != factor)
                    done = (long)(done / factor * model.DurationFactor);
                factor = model.DurationFactor;
            }

            AddWork(model, workFrom, span.To, done, tally);
            done += span.To - workFrom;
            tally.EmbodiedGrams += model.EmbodiedPerTick * (span.To - span.From);
        }
    }

    static void AddPause(PlanRequest request, PlaceModel left, long from, long to, PlanTally tally)
    {
        if (request.PausedPower == Power.Zero || to <= from)
            return;
        left.Add(from, to, request.PausedPower.Watts, tally);
        tally.EmbodiedGrams += left.EmbodiedPerTick * (to - from);
    }

    /// <summary>Adds the work of a span whose start is a given time into the job. What exceeds the profile has its last power.</summary>
    static void AddWork(PlaceModel model, long from, long to, long done, PlanTally tally)
    {
        var stage = 0;
        for (var at = from; at < to;)
        {
            while (stage < model.StageEnds.Length - 1 && model.StageEnds[stage] <= done)
                stage++;
            var left = stage == model.StageEnds.Length - 1 ? long.MaxValue : model.StageEnds[stage] - done;
            var next = left < to - at ? at + left : to;
            model.Add(at, next, model.StageWatts[stage], tally);
            done += next - at;
            at = next;
        }
    }
}
