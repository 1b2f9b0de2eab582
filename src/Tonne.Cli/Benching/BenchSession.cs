using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Tonne.Cli.Configuration;
using Tonne.Cli.PowerLimits;
using Tonne.Cli.Running;
using Tonne.Cli.Wrapping;
using Tonne.Comparing;
using Tonne.Instruments.PowerLimits;
using Tonne.Reporting.Terminal;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Benching;

/// <summary>
/// One <c>tonne bench</c>: rounds of one run of every command, in a new random order for each round, until every pair is decided or all
/// rounds were run.
/// </summary>
/// <remarks>Every run is a <see cref="RunSession"/> of its own, as <c>tonne run</c> would measure it. A round that was not completed does not count.</remarks>
sealed class BenchSession : IDisposable
{
    readonly CommandContext _context;
    readonly Settings _settings;
    readonly BenchRequest _request;
    readonly Random _random;
    readonly InheritedState? _inheritance;
    readonly List<PosixSignalRegistration> _signals = [];
    readonly List<BenchRound> _rounds = [];
    readonly BenchProgress _progress;
    readonly PowerLimitSession? _limits;
    Place? _place;
    int _interrupts;

    /// <summary>A bench before its first run.</summary>
    /// <param name="context">The process.</param>
    /// <param name="settings">The settings of its runs.</param>
    /// <param name="request">What is compared.</param>
    /// <param name="limits">The power limits that are compared, one for each command. Default: null, none is set.</param>
    public BenchSession(CommandContext context, Settings settings, BenchRequest request, PowerLimitSession? limits = null)
    {
        (_context, _settings, _request, _random, _limits) = (context, settings, request, new Random(request.Seed), limits);
        Id = RunId.Create(context.Time.GetUtcNow());
        Labels = [.. request.Commands.Select((_, i) => ((char)('A' + i)).ToString())];
        Comparison = new VariantComparison(Labels, request.Plan);
        _inheritance = context.HostSystem is null ? InheritedState.ReadAndIgnoreFileSizeSignal() : null;
        _progress = new BenchProgress(context, Comparison);
        // Between two runs nothing else handles signals. During a run the child gets its own signal, and the bench stops after it.
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            if (_inheritance?.Ignores(signal == PosixSignal.SIGINT ? 2 : 15) == true)
                continue;
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Interlocked.Exchange(ref _interrupts, signal == PosixSignal.SIGINT ? 2 : 15);
            }));
        }
    }

    /// <summary>Id of the bench; its runs carry it as tag <c>bench</c>.</summary>
    public string Id { get; }

    /// <summary>The labels A, B, C …</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>The comparison, with the rounds that were completed.</summary>
    public VariantComparison Comparison { get; }

    /// <summary>The rounds that were completed.</summary>
    public IReadOnlyList<BenchRound> Rounds => _rounds;

    /// <summary>Quality of the energy of a run without failures; null before the first.</summary>
    public BenchedRun? ReferenceRun { get; private set; }

    /// <summary>The signal that ended the bench, 2 or 15; 0 if none did.</summary>
    public int InterruptedBy => Volatile.Read(ref _interrupts);

    /// <summary>The failure that stopped the bench; null if there is none.</summary>
    public BenchFailure? Failure { get; private set; }

    /// <summary>Runs the rounds.</summary>
    public BenchOutcome Run()
    {
        for (var round = -_request.Warmup; round < _request.Plan.Rounds; round++)
        {
            _progress.Begin(round);
            if (!RunRound(round))
            {
                _progress.End();
                return Failure is null ? BenchOutcome.Interrupted : BenchOutcome.Failed;
            }

            if (round >= 0 && Comparison.IsDecided)
            {
                _progress.End();
                return BenchOutcome.Decided;
            }
        }

        _progress.End();
        return BenchOutcome.RoundsExhausted;
    }

    /// <inheritdoc/>
    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    bool RunRound(int round)
    {
        var order = Enumerable.Range(0, Labels.Length).ToArray();
        _random.Shuffle(order);
        var runs = new BenchedRun?[order.Length];
        foreach (var variant in order)
        {
            if (InterruptedBy != 0 || !TrySetLimit(variant) || Measure(variant, round) is not { } run)
                return false;
            runs[variant] = run;
            _progress.CompleteRun();
        }

        if (round < 0)
            return true;
        ImmutableArray<BenchedRun> complete = [.. runs.OfType<BenchedRun>()];
        _rounds.Add(new BenchRound([.. order], complete));
        Comparison.Add([.. complete.Select(run => run.VariantRun)]);
        // The intervals are computed after every round even if nobody watches, because each look may narrow them.
        foreach (var pair in Comparison.Pairs)
        {
            foreach (var figure in Enum.GetValues<ComparedFigure>())
                pair.GetRatio(figure);
        }

        return true;
    }

    bool TrySetLimit(int variant)
    {
        try
        {
            _limits?.Apply(variant);
            return true;
        }
        catch (PowerLimitException error)
        {
            Failure = new(variant, null, error.Message);
            return false;
        }
    }

    ImmutableSortedDictionary<string, string> CreateTags(int variant, int round)
    {
        var tags = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
        [
            KeyValuePair.Create("bench", Id),
            KeyValuePair.Create("variant", Labels[variant]),
            KeyValuePair.Create("round", round < 0 ? "warm-up" : (round + 1).ToString(CultureInfo.InvariantCulture)),
        ]);
        return _limits is null ? tags : tags.Add("power-limit", _limits.Variants[variant].Name);
    }

    BenchedRun? Measure(int variant, int round)
    {
        var command = _request.Commands[variant];
        var tags = CreateTags(variant, round);
        var session = new RunSession(_context, _settings);
        var code = session.Run(new RunRequest(command, $"{RunNames.FromCommand(command)}-{Labels[variant]}", tags, null, Quiet: true)
        {
            Streams = _request.ShowOutput ? ChildStreams.StandardError : ChildStreams.Discarded,
            KeepInLedger = _request.KeepInLedger,
            Place = _place,
            Inheritance = _inheritance,
            OwnCpuBefore = Environment.CpuUsage.TotalTime,
            HelperPid = _limits?.GuardianPid ?? 0,
        });
        if (session.Interrupted)
            Interlocked.CompareExchange(ref _interrupts, 2, 0);
        if (InterruptedBy != 0)
            return null;
        var name = $"{Labels[variant]} ({_request.Describe(variant)})";
        if (code != 0)
        {
            Failure = new(variant, code, code is 125 or 126 or 127 && session.Result is null
                ? $"{name} could not be started (see above).{Quoted(command)}"
                : $"{name} ended with exit code {code}. {(_request.ShowOutput ? "" : "--show shows what it wrote. ")}A bench compares commands that end with 0.");
            return null;
        }

        if (session.Result is not { } closed)
        {
            Failure = new(variant, null, $"a run of {name} could not be evaluated (see above).");
            return null;
        }

        if (_limits?.FindProblem(variant) is { } problem)
        {
            Failure = new(variant, null, problem);
            return null;
        }

        // The place is determined once: if one run knew it and another did not, that would appear as a difference in emissions.
        _place ??= closed.Record.Opening.Place;
        var run = new BenchedRun(closed.Record, closed.Footprint);
        ReferenceRun ??= run;
        if (!(run.VariantRun[_request.Plan.DecisionFigure] > 0))
        {
            Failure = new(variant, null, $"a run of {name} used no {VariantText.GetFigureName(_request.Plan.DecisionFigure)} that could be measured. Longer commands, or --by time, can be compared.");
            return null;
        }

        return run;
    }

    /// <summary>A whole command line in quotes cannot be the name of a program.</summary>
    static string Quoted(ImmutableArray<string> command) =>
        command is [var only] && only.Contains(' ', StringComparison.Ordinal) ? $" A command line in quotes is one word; leave the quotes away, or: sh -c '{only}'" : "";
}
