using System.Collections.Immutable;
using System.Globalization;
using Tonne.Comparing;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Finds when and where to run a job with the least emissions.</summary>
/// <remarks>
/// Exact, by dynamic programming over the steps of the intensities; see docs/methods/planning.md. Pure: no clock, no network, the same
/// request has the same plan. Thread safe.
/// </remarks>
public static class Planner
{
    // Values visited by the plans in hindsight of all draws together.
    const double HindsightBudget = 30_000_000;
    const int MaxHindsightDraws = 64;
    const int MinHindsightDraws = 8;

    // What a pause has to save more than the best start alone to be worth the trouble.
    const double MinimumPauseGain = 0.01;

    /// <summary>Plans a job.</summary>
    /// <returns>A <see cref="Plan"/>, or a <see cref="NoPlan"/> if the job does not fit or intensities are missing.</returns>
    /// <exception cref="ArgumentException">A value of the request is out of range, or its places mix bases, scopes or kinds.</exception>
    public static PlanResult Plan(PlanRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var models = CreateModels(request);
        var hasForecast = Array.Exists(models, model => model.Place.Intensity.Signal != IntensitySignal.Observed);
        var draws = request.ForecastError is { } error && hasForecast
            ? new ForecastDraws(request, models, error) : null;
        var searched = draws is not null && request.UseExpectedIntensity ? Replace(models, draws.GetExpected()) : models;
        var contiguous = PlanSearch.FindContiguous(request, searched);
        var (isExact, resolution) = (true, 0L);
        var spans = contiguous;
        if (request.MaxPauses != 0)
            (spans, isExact) = PlanSearch.FindWithPauses(request, searched, out resolution);
        if (contiguous.Length == 0 && spans.Length == 0)
            return Explain(request, models);
        var now = request.Now.UtcTicks + (models[0].Place.TransferToStart?.Time.Ticks ?? 0);
        var immediate = Evaluate(request, models, PlanOptionKind.Immediate, [new PlannedSpan(now, now + models[0].Duration, 0)], null);
        var without = contiguous.Length == 0 ? null : Evaluate(request, models, PlanOptionKind.Contiguous, contiguous, immediate);
        var with = request.MaxPauses == 0 || spans.Length == 0 ? null : Evaluate(request, models, PlanOptionKind.Pauses, spans, immediate);
        // The best start lies between slots where times were rounded; and of equal plans the one without a pause is preferred.
        if (request.MaxPauses != 0 && without is not null
            && !(GetTotal(request, searched, spans) < GetTotal(request, searched, contiguous) * (1 - 1e-12)))
        {
            with = without with { Kind = PlanOptionKind.Pauses };
        }

        PlanOption?[] options = [immediate, without, with];
        if (draws is not null)
            Assess(request, models, draws, options, resolution);
        return new Plan
        {
            Request = request,
            Immediate = options[0],
            Contiguous = options[1],
            WithPauses = options[2],
            Recommendation = Recommend(request, options[0], options[1], options[2]),
            IsExact = isExact,
            Resolution = TimeSpan.FromTicks(resolution),
            Warnings = FindWarnings(request, immediate, isExact, resolution),
        };
    }

    /// <summary>The cost of segments on the intensities of a request, whatever chose them.</summary>
    /// <returns>Null if an intensity is missing that the segments use.</returns>
    /// <exception cref="ArgumentException">There is no segment, they overlap, or a place is not one of the request.</exception>
    public static PlanOption? Evaluate(PlanRequest request, PlanOptionKind kind, ImmutableArray<PlanSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var spans = ToSpans(request, segments);
        var models = CreateModels(request, spans);
        var now = request.Now.UtcTicks + (models[0].Place.TransferToStart?.Time.Ticks ?? 0);
        var immediate = Evaluate(request, models, PlanOptionKind.Immediate, [new PlannedSpan(now, now + models[0].Duration, 0)], null);
        return Evaluate(request, models, kind, spans, immediate);
    }

    /// <summary>Plans on two kinds of intensity of the same places, such as average and marginal, and evaluates each plan on the
    /// other.</summary>
    /// <param name="request">The request, with the first kind.</param>
    /// <param name="other">One series of the other kind for each place, in the order of the places.</param>
    /// <exception cref="ArgumentException">The numbers of series differ, or a request is not valid.</exception>
    public static SignalComparison CompareSignals(PlanRequest request, ImmutableArray<IntensitySeries> other)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (other.IsDefault || other.Length != request.Places.Length)
            throw new ArgumentException($"{request.Places.Length} places need as many series of the other kind.", nameof(other));
        var second = request with { Places = [.. request.Places.Select((place, i) => place with { Intensity = other[i] })] };
        return SignalComparison.Create(Plan(request), Plan(second), request, second);
    }

    internal static PlaceModel[] CreateModels(PlanRequest request, params ReadOnlySpan<PlannedSpan> spans)
    {
        var from = request.Now.UtcTicks;
        var to = request.FinishBy.UtcTicks;
        foreach (var span in spans)
            (from, to) = (Math.Min(from, span.From), Math.Max(to, span.To));
        foreach (var place in request.Places)
        {
            var duration = request.Profile.Duration * (place.Hardware?.DurationFactor ?? 1);
            to = Math.Max(to, request.Now.UtcTicks + duration.Ticks + (place.TransferToStart?.Time.Ticks ?? 0) + 1);
        }

        var models = new PlaceModel[request.Places.Length];
        for (var i = 0; i < models.Length; i++)
            models[i] = new PlaceModel(request.Places[i], i, request.Profile, from, to);
        return models;
    }

    internal static PlannedSpan[] ToSpans(PlanRequest request, ImmutableArray<PlanSegment> segments)
    {
        if (segments.IsDefaultOrEmpty)
            throw new ArgumentException("There is no segment.", nameof(segments));
        var spans = new PlannedSpan[segments.Length];
        for (var i = 0; i < spans.Length; i++)
        {
            var place = request.Places.IndexOf(segments[i].Place);
            if (place < 0)
                throw new ArgumentException($"The place {segments[i].Place.Label} of a segment is not one of the request.",
                    nameof(segments));
            spans[i] = new PlannedSpan(segments[i].From.UtcTicks, segments[i].To.UtcTicks, place);
            if (spans[i].To <= spans[i].From || (i > 0 && spans[i].From < spans[i - 1].To))
                throw new ArgumentException($"The segment from {segments[i].From:u} is empty or overlaps the one before.",
                    nameof(segments));
        }

        return spans;
    }

    internal static PlanOption? Evaluate(
        PlanRequest request, PlaceModel[] models, PlanOptionKind kind, PlannedSpan[] spans, PlanOption? immediate)
    {
        var tally = new PlanTally();
        PlanEvaluator.Evaluate(request, models, spans, tally);
        if (tally.IsUnknown)
            return null;
        var segments = ImmutableArray.CreateBuilder<PlanSegment>(spans.Length);
        foreach (var span in spans)
            segments.Add(new PlanSegment(new DateTimeOffset(span.From, TimeSpan.Zero), new DateTimeOffset(span.To, TimeSpan.Zero),
                request.Places[span.Place]));
        var total = tally.Grams + tally.EmbodiedGrams;
        return new PlanOption
        {
            Kind = kind,
            Segments = segments.MoveToImmutable(),
            Energy = Energy.FromKilowattHours(tally.GridKwh + tally.OwnKwh),
            GridEnergy = Energy.FromKilowattHours(tally.GridKwh),
            Operational = Emissions.FromGrams(tally.Grams),
            Embodied = Emissions.FromGrams(tally.EmbodiedGrams),
            Saving = kind == PlanOptionKind.Immediate ? 0 : immediate is null ? null : GetSaving(total, immediate.Total.Grams),
            Price = tally.Price is { } price && tally.Currency is not null ? price : null,
            Currency = tally.Price is null ? null : tally.Currency,
        };
    }

    internal static double GetSaving(double grams, double immediate) => immediate <= 0 ? 0 : 1 - (grams / immediate);

    static NoPlan Explain(PlanRequest request, PlaceModel[] models)
    {
        var earliest = PlanSearch.GetEarliest(request);
        var first = models.Min(model => earliest + model.Duration + (model.Place.TransferToStart?.Time.Ticks ?? 0));
        if (first > request.FinishBy.UtcTicks)
        {
            return new NoPlan(NoPlanReason.TooLate, string.Create(CultureInfo.InvariantCulture,
                $"The job cannot be finished by {request.FinishBy.UtcDateTime:yyyy-MM-dd HH:mm} UTC: started at the earliest, it ends at "
                + $"{new DateTime(first):yyyy-MM-dd HH:mm} UTC."));
        }

        var known = models.Max(model => model.Intensity.Count(value => !double.IsNaN(value)) * model.Step);
        return new NoPlan(NoPlanReason.NoIntensity, string.Create(CultureInfo.InvariantCulture,
            $"No place has intensities for enough of the time until {request.FinishBy.UtcDateTime:yyyy-MM-dd HH:mm} UTC: at most "
            + $"{TimeSpan.FromTicks(known).TotalHours:0.##} h are known, with gaps, and the job takes "
            + $"{request.Profile.Duration.TotalHours:0.##} h."));
    }

    static ImmutableArray<Warning> FindWarnings(PlanRequest request, PlanOption? immediate, bool isExact, long resolution)
    {
        var warnings = ImmutableArray.CreateBuilder<Warning>();
        if (immediate is null)
        {
            warnings.Add(new Warning("immediate-unknown",
                $"Intensities of {request.Places[0].Label} are missing from now on, so there is no "
                + "saving relative to an immediate start."));
        }
        else if (immediate.End > request.FinishBy)
        {
            warnings.Add(new Warning("immediate-late",
                $"Started at once at {request.Places[0].Label}, the job would end after the finish."));
        }

        if (!isExact && request.MaxPauses != 0)
        {
            warnings.Add(new Warning("rounded-times", $"Pauses were searched in steps of {TimeSpan.FromTicks(resolution):c}, because the "
                + "times of the job have no larger common divisor; the plan may be slightly above the optimum."));
        }

        return warnings.ToImmutable();
    }

    static PlanRecommendation Recommend(PlanRequest request, PlanOption? immediate, PlanOption? contiguous, PlanOption? pauses)
    {
        // One of the two is there, or there is no plan.
        if ((contiguous ?? pauses) is not { } best)
            throw new InvalidOperationException("A plan has an option.");
        if (immediate is null)
            return new PlanRecommendation.Wait(best, "the intensity of an immediate start is not known");
        if (pauses is not null && contiguous is not null && GetExpected(pauses) - GetExpected(contiguous) >= MinimumPauseGain)
            best = pauses;
        if (immediate.End > request.FinishBy)
            return new PlanRecommendation.Wait(best, "an immediate start would end after the finish");
        var saving = GetExpected(best);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, saving) * 100:0} %");
        if (saving < request.MinimumSaving)
            return new PlanRecommendation.StartNow(immediate, $"not worth waiting: {text}");
        if (best.ExpectedSaving is { Low: <= 0 } interval)
        {
            return new PlanRecommendation.StartNow(immediate, string.Create(CultureInfo.InvariantCulture,
                $"not worth waiting: {text}, which the forecast's error does not distinguish from zero "
                + $"({interval.Low * 100:0} to {interval.High * 100:0} %)"));
        }

        return new PlanRecommendation.Wait(best, $"saves {text}");
    }

    static double GetExpected(PlanOption option) => option.ExpectedSaving?.Value ?? option.Saving ?? 0;

    /// <summary>Adds intervals and expected regret from draws of what may be observed.</summary>
    static void Assess(PlanRequest request, PlaceModel[] models, ForecastDraws draws, PlanOption?[] options, long resolution)
    {
        var (totals, best) = DrawTotals(request, models, draws, options, resolution);
        for (var i = 0; i < options.Length; i++)
        {
            if (options[i] is not { } option)
                continue;
            var mean = totals[i].Average();
            var regret = 0d;
            for (var draw = 0; draw < best.Length; draw++)
                regret += (totals[i][draw] - best[draw]) / best.Length;
            var sorted = totals[i].Order().ToArray();
            Interval? saving = null;
            if (i == 0)
            {
                saving = new Interval(0, 0, 0);
            }
            else if (options[0] is not null)
            {
                var savings = totals[i].Select((total, draw) => GetSaving(total, totals[0][draw])).Order().ToArray();
                saving = new Interval(Quantile(savings, 0.025), savings.Average(), Quantile(savings, 0.975));
            }

            options[i] = option with
            {
                ExpectedSaving = saving,
                TotalGrams = new Bounds(Math.Min(Quantile(sorted, 0.025), mean), mean, Math.Max(mean, Quantile(sorted, 0.975))),
                ExpectedRegret = Emissions.FromGrams(Math.Max(0, regret)),
            };
        }
    }

    /// <summary>Totals of each option in each draw, and those of the best plan in the first of the draws.</summary>
    static (double[][] Totals, double[] Best) DrawTotals(
        PlanRequest request, PlaceModel[] models, ForecastDraws draws, PlanOption?[] options, long resolution)
    {
        var weights = new double[options.Length][][];
        var constants = new double[options.Length];
        for (var i = 0; i < options.Length; i++)
        {
            weights[i] = Array.ConvertAll(models, model => new double[model.Intensity.Length]);
            if (options[i] is not { } option)
                continue;
            var tally = new PlanTally { Weights = weights[i] };
            PlanEvaluator.Evaluate(request, models, ToSpans(request, option.Segments), tally);
            constants[i] = tally.FixedGrams + tally.EmbodiedGrams;
        }

        var values = PlanSearch.CountValues(request, models, resolution);
        var hindsight = (int)Math.Min(request.Draws, Math.Clamp(HindsightBudget / values, MinHindsightDraws, MaxHindsightDraws));
        var best = new double[hindsight];
        var totals = Array.ConvertAll(constants, _ => new double[request.Draws]);
        for (var draw = 0; draw < request.Draws; draw++)
        {
            var drawn = draws.Draw();
            for (var i = 0; i < options.Length; i++)
                totals[i][draw] = constants[i] + Sum(weights[i], drawn);
            if (draw >= hindsight)
                continue;
            best[draw] = FindBest(request, models, drawn);
            for (var i = 1; i < options.Length; i++)
                best[draw] = options[i] is null ? best[draw] : Math.Min(best[draw], totals[i][draw]);
        }

        return (totals, best);
    }

    static double FindBest(PlanRequest request, PlaceModel[] models, double[][] drawn)
    {
        var observed = Replace(models, drawn);
        var best = GetTotal(request, observed, PlanSearch.FindContiguous(request, observed));
        return request.MaxPauses == 0
            ? best : Math.Min(best, GetTotal(request, observed, PlanSearch.FindWithPauses(request, observed, out _).Spans));
    }

    static PlaceModel[] Replace(PlaceModel[] models, double[][] intensities)
    {
        var replaced = new PlaceModel[models.Length];
        for (var i = 0; i < models.Length; i++)
            replaced[i] = models[i].WithIntensity(intensities[i]);
        return replaced;
    }

    /// <summary>Grams of spans, embodied emissions included; infinite without spans.</summary>
    static double GetTotal(PlanRequest request, PlaceModel[] models, PlannedSpan[] spans)
    {
        if (spans.Length == 0)
            return double.PositiveInfinity;
        var tally = new PlanTally();
        PlanEvaluator.Evaluate(request, models, spans, tally);
        return tally.Grams + tally.EmbodiedGrams;
    }

    static double Sum(double[][] weights, double[][] intensities)
    {
        var sum = 0d;
        for (var place = 0; place < weights.Length; place++)
        {
            var (row, values) = (weights[place], intensities[place]);
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] != 0)
                    sum += row[i] * values[i];
            }
        }

        return sum;
    }

    static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var index = (int)at;
        return index + 1 < sorted.Length ? sorted[index] + ((at - index) * (sorted[index + 1] - sorted[index])) : sorted[^1];
    }
}
