using System.Collections.Immutable;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>
/// Divides the energy of a run of a service by hours, models and idle, from looks at counters of requests and tokens. It knows sums between
/// two looks; energies of single requests, where there are any, come beside them (<see cref="RequestEnergySum"/>).
/// </summary>
/// <remarks>
/// Energy above idle of the time between two looks is split among models by work (<see cref="ServedModelWork"/>), where no tokens were
/// counted by the requests that ran, and within a model between prompts and answers by work. Idle energy is that of requests for the share
/// of time in which there was one, at most 1: the mean number of requests that ran or waited; where a server does not say, all the time in
/// which tokens or requests were counted. Energy is divided at the edges of hours by its own time; tokens of a look that crosses such an
/// edge go to the hour of its middle.
/// </remarks>
sealed class ServiceDivision
{
    const long NanosecondsPerHour = 3_600_000_000_000;

    readonly DateTimeOffset _startedAt;
    readonly IReadOnlyList<ServiceObservation> _looks;
    readonly Func<string, ServedModelWork?> _findWork;
    readonly List<Cell> _cells = [];
    readonly List<RequestEnergySum> _energies;
    readonly long[] _edges;

    /// <summary>Prepares a division.</summary>
    /// <param name="startedAt">Start of the run.</param>
    /// <param name="end">End of what is recorded, in ns since the start.</param>
    /// <param name="looks">The looks; those that overlap an earlier one are cut.</param>
    /// <param name="findWork">The work of a model by its name; null if unknown.</param>
    public ServiceDivision(DateTimeOffset startedAt, long end, IEnumerable<ServiceObservation> looks, Func<string, ServedModelWork?> findWork)
    {
        (_startedAt, _findWork) = (startedAt, findWork);
        var all = looks.ToList();
        _energies = [.. all.SelectMany(static look => look.RequestEnergies ?? []).Where(static sum => sum.Energies.IsValid)];
        _looks = [.. all.Where(static look => look.RequestEnergies is null).OrderBy(static look => look.To)];
        var edges = new List<long> { 0, Math.Max(1, end) };
        foreach (var look in _looks)
        {
            if (look.From > 0 && look.From < end)
                edges.Add(look.From);
            if (look.To > 0 && look.To < end)
                edges.Add(look.To);
        }

        var sinceHour = startedAt.UtcTicks % TimeSpan.TicksPerHour * 100;
        for (var edge = NanosecondsPerHour - sinceHour; edge < end; edge += NanosecondsPerHour)
            edges.Add(edge);
        edges.Sort();
        _edges = [.. edges.Distinct()];
        var at = 0;
        for (var i = 0; i + 1 < _edges.Length; i++)
        {
            while (at < _looks.Count && _looks[at].To <= _edges[i])
                at++;
            var look = at < _looks.Count && _looks[at].From <= _edges[i] && _looks[at].To >= _edges[i + 1] ? _looks[at] : null;
            _cells.Add(new Cell(look, GetHour(_edges[i])));
        }
    }

    /// <summary>Takes energy of the service.</summary>
    public void Add(JobEnergySlice slice)
    {
        var first = Find(slice.From);
        var last = Math.Max(first, Find(Math.Max(slice.From, slice.To - 1)));
        if (first == last)
        {
            _cells[first].Add(slice.Job, slice.JobIdle);
            return;
        }

        var count = last - first + 1;
        var (weights, jobs, idles) = (new double[count], new Microjoules[count], new Microjoules[count]);
        for (var i = 0; i < count; i++)
            weights[i] = Math.Max(0, Math.Min(slice.To, _edges[first + i + 1]) - Math.Max(slice.From, _edges[first + i]));
        Split(slice.Job, weights, jobs);
        Split(slice.JobIdle, weights, idles);
        for (var i = 0; i < count; i++)
            _cells[first + i].Add(jobs[i], idles[i]);
    }

    /// <summary>Takes energies of single requests, beside those of the looks.</summary>
    public void Add(IEnumerable<RequestEnergySum> energies) => _energies.AddRange(energies);

    /// <summary>The hours, and the gaps.</summary>
    public (ImmutableArray<ServiceHour> Hours, ImmutableArray<ServiceGap> Gaps) Build()
    {
        var hours = new SortedDictionary<DateTimeOffset, HourSum>();
        for (var i = 0; i < _cells.Count; i++)
        {
            var cell = _cells[i];
            var hour = GetOrAdd(hours, cell.Hour);
            var nanoseconds = _edges[i + 1] - _edges[i];
            hour.Nanoseconds += nanoseconds;
            if (cell.Look is null or { Gap: not null })
                hour.UnknownNanoseconds += nanoseconds;
            Divide(cell, hour);
        }

        foreach (var look in _looks)
        {
            // What happened while nothing was recorded is counted where it was first seen.
            var hour = GetOrAdd(hours, GetHour(look.IsUnmeasured ? 0 : Math.Max(0, look.From + ((look.To - look.From) / 2))));
            foreach (var use in look.Uses)
                hour.Count(use, look.IsUnmeasured);
        }

        foreach (var sum in _energies)
        {
            var model = GetOrAdd(hours, GetHour(sum.Hour)).GetModel(sum.Model);
            model.Counts = model.Counts.Plus(new ServiceModelHour { Model = sum.Model, RequestEnergies = sum.Energies });
        }

        return ([.. hours.Select(pair => pair.Value.ToHour(pair.Key))], BuildGaps());
    }

    void Divide(Cell cell, HourSum hour)
    {
        hour.Total += cell.Job;
        var uses = cell.Look is { Gap: null } look ? look.Uses : [];
        if (uses.IsDefaultOrEmpty)
        {
            hour.Idle += cell.Job;
            return;
        }

        var (works, running, waiting) = (new (double Prompt, double Output)[uses.Length], 0d, 0d);
        for (var i = 0; i < uses.Length; i++)
        {
            works[i] = GetWork(uses[i]);
            running += uses[i].Running ?? 0;
            waiting += uses[i].Waiting ?? 0;
        }

        DivideActive(cell.Job - cell.JobIdle, uses, works, running, hour);
        DivideIdle(cell.JobIdle, uses, works, running, waiting, hour);
    }

    static void DivideActive(
        Microjoules active, ImmutableArray<ServiceUse> uses, (double Prompt, double Output)[] works, double running, HourSum hour)
    {
        var total = works.Sum(static work => work.Prompt + work.Output);
        var weights = new double[(2 * uses.Length) + 1];
        for (var i = 0; i < uses.Length; i++)
        {
            if (total > 0)
                (weights[2 * i], weights[(2 * i) + 1]) = works[i];
            else if (running > 0)
                weights[2 * i] = uses[i].Running ?? 0;
        }

        var parts = new Microjoules[weights.Length];
        Split(active, weights, parts);
        hour.Idle += parts[^1];
        for (var i = 0; i < uses.Length; i++)
        {
            var model = hour.GetModel(uses[i].Model);
            if (total > 0)
            {
                model.Prompt += parts[2 * i];
                model.Output += parts[(2 * i) + 1];
                model.PromptWork += works[i].Prompt;
                model.OutputWork += works[i].Output;
            }
            else
            {
                model.Undivided += parts[2 * i];
            }
        }
    }

    static void DivideIdle(
        Microjoules idle, ImmutableArray<ServiceUse> uses, (double Prompt, double Output)[] works, double running, double waiting, HourSum hour)
    {
        var knowsPresence = uses.Any(static use => use.Running is not null);
        var presence = knowsPresence ? Math.Min(1, running + waiting) : uses.Any(static use => !use.IsEmpty) ? 1 : 0;
        var weights = new double[(2 * uses.Length) + 1];
        for (var i = 0; i < uses.Length; i++)
        {
            if (knowsPresence && running + waiting > 0)
            {
                weights[2 * i] = presence * (uses[i].Running ?? 0) / (running + waiting);
                weights[(2 * i) + 1] = presence * (uses[i].Waiting ?? 0) / (running + waiting);
            }
            else if (!knowsPresence && !uses[i].IsEmpty)
            {
                // Without a count of those that are there, time goes with work, or with requests.
                var work = works.Sum(static each => each.Prompt + each.Output);
                weights[2 * i] = work > 0 ? (works[i].Prompt + works[i].Output) / work : 1d / uses.Length;
            }
        }

        weights[^1] = 1 - presence;
        var parts = new Microjoules[weights.Length];
        Split(idle, weights, parts);
        hour.Idle += parts[^1];
        for (var i = 0; i < uses.Length; i++)
        {
            var model = hour.GetModel(uses[i].Model);
            model.Held += parts[2 * i];
            model.Waiting += parts[(2 * i) + 1];
        }
    }

    (double Prompt, double Output) GetWork(ServiceUse use)
    {
        var work = _findWork(use.Model) ?? ServedModelWork.ByTokens;
        return AggregateWork.GetBytes(work, use);
    }

    ImmutableArray<ServiceGap> BuildGaps()
    {
        var gaps = new List<ServiceGap>();
        foreach (var look in _looks.Where(static look => (look.Gap ?? look.Note) is not null))
        {
            var gap = new ServiceGap(_startedAt.AddTicks(Math.Max(0, look.From) / 100), _startedAt.AddTicks(look.To / 100), (look.Gap ?? look.Note)!);
            if (gaps.Count > 0 && (gaps[^1].Reason == gap.Reason || gaps.Count == ServiceSegment.MostGaps) && (gaps[^1].To >= gap.From || gaps.Count == ServiceSegment.MostGaps))
                gaps[^1] = gaps[^1] with { To = gap.To };
            else
                gaps.Add(gap);
        }

        return [.. gaps];
    }

    DateTimeOffset GetHour(long at) => GetHour(_startedAt.AddTicks(at / 100));

    static DateTimeOffset GetHour(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    int Find(long at)
    {
        var index = Array.BinarySearch(_edges, at);
        return Math.Clamp(index >= 0 ? index : ~index - 1, 0, _cells.Count - 1);
    }

    static HourSum GetOrAdd(SortedDictionary<DateTimeOffset, HourSum> hours, DateTimeOffset hour)
    {
        if (!hours.TryGetValue(hour, out var sum))
            hours[hour] = sum = new HourSum();
        return sum;
    }

    /// <summary>Splits an energy that may be negative, by its absolute value.</summary>
    static void Split(Microjoules energy, ReadOnlySpan<double> weights, Span<Microjoules> parts)
    {
        new Microjoules(Math.Abs(energy.Value)).Split(weights, parts);
        if (energy.Value >= 0)
            return;
        for (var i = 0; i < parts.Length; i++)
            parts[i] = new(-parts[i].Value);
    }

    sealed class Cell(ServiceObservation? look, DateTimeOffset hour)
    {
        public ServiceObservation? Look { get; } = look;

        public DateTimeOffset Hour { get; } = hour;

        public Microjoules Job { get; private set; }

        public Microjoules JobIdle { get; private set; }

        public void Add(Microjoules job, Microjoules idle) => (Job, JobIdle) = (Job + job, JobIdle + idle);
    }

    sealed class ModelSum
    {
        public ServiceModelHour Counts { get; set; } = new() { Model = "" };

        public Microjoules Prompt { get; set; }

        public Microjoules Output { get; set; }

        public Microjoules Held { get; set; }

        public Microjoules Waiting { get; set; }

        /// <summary>Energy of times in which requests ran and no tokens were counted.</summary>
        public Microjoules Undivided { get; set; }

        public double PromptWork { get; set; }

        public double OutputWork { get; set; }

        public ServiceModelHour ToHour(string model)
        {
            var parts = new Microjoules[2];
            // Answers, where no work is known at all.
            Split(Undivided, PromptWork + OutputWork > 0 ? [PromptWork, OutputWork] : [0d, 1d], parts);
            return Counts with
            {
                Model = model,
                PromptMicrojoules = (Prompt + parts[0]).Value,
                OutputMicrojoules = (Output + parts[1]).Value,
                HeldMicrojoules = Held.Value,
                WaitingMicrojoules = Waiting.Value,
            };
        }
    }

    sealed class HourSum
    {
        readonly SortedDictionary<string, ModelSum> _models = new(StringComparer.Ordinal);

        public long Nanoseconds { get; set; }

        public long UnknownNanoseconds { get; set; }

        public Microjoules Total { get; set; }

        public Microjoules Idle { get; set; }

        public ModelSum GetModel(string name)
        {
            if (!_models.TryGetValue(name, out var model))
                _models[name] = model = new ModelSum();
            return model;
        }

        public void Count(ServiceUse use, bool withoutEnergy)
        {
            var model = GetModel(use.Model);
            model.Counts = model.Counts.Plus(new ServiceModelHour
            {
                Model = use.Model,
                Requests = use.Requests,
                Failed = use.Failed,
                PromptTokens = use.PromptTokens,
                CachedTokens = use.CachedTokens,
                OutputTokens = use.OutputTokens,
                ReasoningTokens = use.ReasoningTokens,
                WithoutEnergy = withoutEnergy ? use.Requests : 0,
            });
        }

        public ServiceHour ToHour(DateTimeOffset hour) => new()
        {
            Hour = hour,
            Seconds = Nanoseconds / 1e9,
            UnknownSeconds = UnknownNanoseconds / 1e9,
            Microjoules = Total.Value,
            IdleMicrojoules = Idle.Value,
            Models = [.. _models.Select(pair => pair.Value.ToHour(pair.Key))],
        };
    }
}
