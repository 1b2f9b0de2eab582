using System.Collections.Immutable;
using System.CommandLine;
using System.Security.Cryptography;
using Tonne.Cli.Benching;
using Tonne.Cli.Configuration;
using Tonne.Cli.PowerLimits;
using Tonne.Cli.Terminal;
using Tonne.Cli.Wrapping;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Reporting.Terminal;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne bench -- CMD_A ::: CMD_B</c>.</summary>
static class BenchCommand
{
    public const string Example = "tonne bench -- python a.py ::: python b.py";

    const string LimitExample = "tonne bench --power-limit 150W,200W,80% -- python train.py";
    const string Separator = ":::";
    const int MostCommands = 26;
    const int MostRounds = 1000;

    static readonly Option<int?> _runs = new("--runs", "-r") { Description = "Most rounds, one run of every command each; default 60",
        HelpName = "N" };
    static readonly Option<ComparedFigure?> _by = new("--by") { Description = "Figure that decides: energy (default), time or emissions", HelpName = "FIGURE" };
    static readonly Option<double?> _within = new("--within") { Description = "Difference in per cent that does not matter; default 1", HelpName = "PERCENT" };
    static readonly Option<double?> _risk = new("--risk") { Description = "Chance in per cent of a false difference; default 1", HelpName = "PERCENT" };
    static readonly Option<int?> _warmup = new("--warmup") { Description = "Rounds before the measured ones; default 1", HelpName = "N" };
    static readonly Option<int?> _seed = new("--seed") { Description = "Seed of the order in each round; default: drawn, and printed", HelpName = "N" };
    static readonly Option<string> _limits = new("--power-limit") { Description = "Compare power limits of one command: 150W,200W,80%",
        HelpName = "LIST" };
    static readonly Option<PowerLimitDeviceKind?> _limited = new("--limit-device") { Description = "gpu (default where one can be "
        + "limited) or cpu", HelpName = "KIND" };
    static readonly Option<bool> _restore = new("--restore-limits") { Description = "Restore power limits that a killed bench has left" };
    static readonly Option<bool> _show = new("--show") { Description = "Show the output of the commands on standard error" };
    static readonly Option<bool> _noLedger = new("--no-ledger") { Description = "Keep no run in the ledger; default: each, tagged bench=ID" };
    static readonly Option<bool> _json = new("--json") { Description = "One JSON document (schema tonne.bench/1)" };

    /// <summary>The options, in the order of the help.</summary>
    public static IReadOnlyList<Option> Options { get; } =
        [_runs, _by, _within, _risk, _warmup, _seed, _limits, _limited, _restore, _show, _noLedger, _json, .. SettingOptions.Place,
            .. SettingOptions.Measurement];

    public static Command Build(CommandContext context, IReadOnlyList<string>? childArguments)
    {
        var command = new Command("bench",
            "Compare the energy of commands, or of power limits, in random order. It reports whether energy, time and emissions differ "
            + "and by how much, and stops when that is clear; 'no difference seen' is a result.")
        {
            new Argument<string[]>("commands") { Description = "The commands, after --, with ::: between them", Arity = ArgumentArity.ZeroOrMore, HelpName = "-- COMMAND ::: COMMAND [::: …]" },
        };
        foreach (var option in Options)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            if (parsed.GetValue(_restore))
                return Restore(context, settings, childArguments ?? []);
            var requested = parsed.GetValue(_limits) is { } list ? RequestedPowerLimit.ParseList(list) : null;
            if (requested is null && parsed.GetValue(_limited) is not null)
                throw new InvalidInputException($"{_limited.Name} belongs to {_limits.Name}; for example: {LimitExample}");
            var commands = ParseCommands(childArguments ?? [], requested is not null);
            var request = new BenchRequest
            {
                Commands = commands,
                Plan = new ComparisonPlan
                {
                    Rounds = ParseWholeNumber(parsed, _runs, 60, 1, MostRounds),
                    Risk = ParsePercent(parsed, _risk, 1, 0.001, 50),
                    Margin = ParsePercent(parsed, _within, 1, 0, 100),
                    DecisionFigure = parsed.GetValue(_by) ?? ComparedFigure.Energy,
                },
                Warmup = ParseWholeNumber(parsed, _warmup, 1, 0, 100),
                Seed = parsed.GetValue(_seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
                ShowOutput = parsed.GetValue(_show),
                KeepInLedger = !parsed.GetValue(_noLedger),
            };
            if (requested is not null)
                return CompareLimits(context, settings, request, requested, parsed.GetValue(_limited), parsed.GetValue(_json));
            if (new PowerLimitFile(settings.Home).DescribeLeft() is { } left)
                context.Error.WriteLine("tonne: " + left);
            using var session = new BenchSession(context, settings, request);
            return WriteResult(context, session, request, session.Run(), parsed.GetValue(_json), null);
        });
        return command;
    }

    static int Restore(CommandContext context, Settings settings, IReadOnlyList<string> words)
    {
        if (words.Count > 0)
            throw new InvalidInputException($"{_restore.Name} runs no command: {PowerLimitFile.RestoreCommand}");
        PowerLimitSession.RestoreLeft(context, settings);
        return 0;
    }

    static int CompareLimits(
        CommandContext context, Settings settings, BenchRequest request, IReadOnlyList<RequestedPowerLimit> requested,
            PowerLimitDeviceKind? kind, bool json)
    {
        using var limits = PowerLimitSession.Open(context, settings, requested, kind);
        var ofLimits = request with { Commands = [.. limits.Variants.Select(_ => request.Commands[0])],
            LimitNames = [.. limits.Variants.Select(variant => variant.Name)] };
        using var session = new BenchSession(context, settings, ofLimits, limits);
        BenchOutcome end;
        bool restored;
        try
        {
            end = session.Run();
        }
        finally
        {
            // Before the result is written, which may take time, and may end tonne by Ctrl-C.
            restored = limits.Restore();
        }

        var code = WriteResult(context, session, ofLimits, end, json, limits);
        return restored || code != 0 ? code : CommandLine.Failure;
    }

    static int WriteResult(CommandContext context, BenchSession session, BenchRequest request, BenchOutcome end, bool json,
        PowerLimitSession? limits)
    {
        var stopped = end switch
        {
            BenchOutcome.Decided => $"Stopped after {Rounds(session.Rounds.Count)} of at most {request.Plan.Rounds}: every pair is decided.",
            BenchOutcome.RoundsExhausted => $"Stopped after all {Rounds(session.Rounds.Count)}.",
            BenchOutcome.Interrupted => $"Interrupted after {Rounds(session.Rounds.Count)} of at most {request.Plan.Rounds}; the result so far.",
            _ => $"Stopped after {Rounds(session.Rounds.Count)}: a command failed.",
        };
        var commands = request.Commands.Select((_, i) => request.Describe(i)).ToList();
        if (json)
        {
            context.Out.WriteLine(BenchReport.CreateDocument(session, request, end, stopped, limits).ToJson());
        }
        else if (session.Rounds.Count > 0 || end != BenchOutcome.Failed)
        {
            var screen = context.OutCapabilities;
            VariantComparisonText.Write(context.Out, session.Comparison, commands, session.ReferenceRun?.Footprint.Energy.Quality ?? Quantities.Quality.Modelled, screen);
            var text = new WrappedTextWriter(context);
            text.WriteBlankLine();
            if (limits is not null && BenchReport.FindLeast(session, request) is { Count: > 0 } least)
            {
                foreach (var sentence in PowerLimitSummary.Describe(least, limits.Variants, context.Unicode ? "–" : "-"))
                    text.WriteLabelled("", sentence, null);
                text.WriteBlankLine();
            }

            text.WriteLabelled("  ", stopped);
            foreach (var note in BenchReport.CreateNotes(session, request, limits))
                text.WriteLabelled("  ", note);
        }

        context.Out.Flush();
        if (session.Failure is { } failure)
        {
            context.Error.WriteLine("tonne: " + TextSanitizer.ToOneLine(failure.Text));
            return CommandLine.Failure;
        }

        if (session.InterruptedBy == 2 && context.HostSystem is null)
            SelfTermination.TerminateByInterrupt();
        return session.InterruptedBy == 0 ? 0 : 128 + session.InterruptedBy;
    }

    static ImmutableArray<ImmutableArray<string>> ParseCommands(IReadOnlyList<string> words, bool ofLimits)
    {
        if (ofLimits)
        {
            return words.Count > 0 && !words.Contains(Separator) ? [[.. words]]
                : throw new InvalidInputException($"{_limits.Name} compares limits of one command; for example: {LimitExample}");
        }

        var commands = new List<ImmutableArray<string>>();
        var rest = words;
        while (true)
        {
            var one = rest.TakeWhile(word => word != Separator).ToImmutableArray();
            commands.Add(one);
            if (one.Length == rest.Count)
                break;
            rest = [.. rest.Skip(one.Length + 1)];
        }

        if (words.Count == 0 || commands.Count < 2)
            throw new InvalidInputException($"bench needs two commands or more, with {Separator} between them. For example: {Example}");
        for (var i = 0; i < commands.Count; i++)
        {
            if (commands[i].IsEmpty)
                throw new InvalidInputException($"bench: command {i + 1} of {commands.Count} is empty; {Separator} stands between two commands. For example: {Example}");
        }

        return commands.Count <= MostCommands ? [.. commands]
            : throw new InvalidInputException($"bench: {commands.Count} commands are too many; at most {MostCommands} are compared at once.");
    }

    static int ParseWholeNumber(ParseResult parsed, Option<int?> option, int defaultValue, int minimum, int maximum) => parsed.GetValue(option) switch
    {
        null => defaultValue,
        { } value when value >= minimum && value <= maximum => value,
        { } value => throw new InvalidInputException($"{option.Name} {value} is not a whole number from {minimum} to {maximum}; for example: tonne bench {option.Name} {defaultValue} -- python a.py ::: python b.py"),
    };

    static double ParsePercent(ParseResult parsed, Option<double?> option, double defaultValue, double minimum, double maximum) => parsed.GetValue(option) switch
    {
        null => defaultValue / 100,
        { } value when value >= minimum && value <= maximum => value / 100,
        { } value => throw new InvalidInputException($"{option.Name} {value} is not a percentage from {minimum} to {maximum}; for example: tonne bench {option.Name} {defaultValue} -- python a.py ::: python b.py"),
    };

    static string Rounds(int rounds) => rounds == 1 ? "1 round" : $"{rounds} rounds";
}
