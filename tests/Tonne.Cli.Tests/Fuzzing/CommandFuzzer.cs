using System.CommandLine;

namespace Tonne.Cli.Tests.Fuzzing;

/// <summary>Makes command lines of every command and option that there is, with values that users type and values that nobody should.</summary>
/// <param name="random">Source of the choices; a seed repeats them.</param>
/// <param name="commands">The commands to choose from.</param>
/// <param name="files">Paths of input files, valid and damaged.</param>
sealed class CommandFuzzer(Random random, IReadOnlyList<CommandFuzzer.Choice> commands, IReadOnlyList<string> files)
{
    static readonly string[] _numbers =
    [
        "0", "1", "2", "7", "-1", "0.5", "1e9", "7e9", "70B", "2T", "300e9", "1e18", "1e100", "1e300", "1e308", "1.7976931348623157e308", "1e309", "1e999", "5e-324", "1e-320", "1e-300", "-0",
        "NaN", "nan", "inf", "-inf", "∞", "1,5", "1.000,5", "0x10", "1_000", "٣", "½", "2147483648", "9223372036854775808", "00007", "1e", "e9", "+5", " 5", "5 ", "7 B", "1/3",
    ];

    static readonly string[] _names =
    [
        "h100", "A100 80GB", "NVIDIA H100 80GB HBM3", "v5e", "TPU v4", "MI300X", "cpu", "FR", "France", "US-CA", "world", "gcp:europe-west9", "us-east-1", "aws:eu-north-1", "last", "first", "FR,DE", "h100,a100", "lr=4,layers=3",
        "token=1e9", "training run=1", "request=0", "bf16", "fp8", "int4", "llama", "gpt-4", "llama-3.1-70b", "Llama 3.3 70B", "2026-11-01", "10/03/2024", "day-first", "share", "machine", "completed", "lifecycle", "direct", "energy_kwh",
        "emissions_kg.total", "facility_energy_kwh", "gpu", "", " ", "\u001b[31mred", "'; rm -rf /", "=1+1", "../../../dev/null/passwd", "/dev/null", "/dev/null/file", "\ud83d\ude00", "\uFFFD", "\u202Eevil", "日本", "a\nb", "a,b,,c", "=",
        "==", "k=", "=v", "{", "}", "[", "%s%n", "\\", "--", "-", "-1", "--json", "@response", "http://", "redfish+https://user:pass@localhost:1/", "prometheus+http://127.0.0.1:1/metrics", "5 min", "100ms", "-3s", "1e300 s", "1y",
    ];

    /// <summary>A command with its path, options and number of arguments.</summary>
    /// <param name="Path">The words that name it.</param>
    /// <param name="Options">Its options.</param>
    /// <param name="Arguments">Number of its arguments.</param>
    internal sealed record Choice(string[] Path, IReadOnlyList<Option> Options, int Arguments);

    /// <summary>All commands below one that take input of their own, except those whose names are given.</summary>
    internal static IEnumerable<Choice> FindCommands(Command command, IReadOnlySet<string> without, params string[] path)
    {
        if (command.Subcommands.Count == 0 || command.Action is not null)
            yield return new Choice(path, [.. command.Options], command.Arguments.Count);
        foreach (var sub in command.Subcommands.Where(sub => !without.Contains(sub.Name)))
        {
            foreach (var choice in FindCommands(sub, without, [.. path, sub.Name]))
                yield return choice;
        }
    }

    /// <summary>The words of one command line.</summary>
    internal string[] Next()
    {
        var choice = commands[random.Next(commands.Count)];
        List<string> words = [.. choice.Path];
        // Estimates need three or four right values before anything is computed: mostly they get them.
        if (choice.Path is ["estimate", "training"] && random.Next(4) > 0)
            words.AddRange(["--parameters", Number(), "--tokens", Number(), "--hardware", Hardware()]);
        else if (choice.Path is ["estimate", "inference"] && random.Next(4) > 0)
            words.AddRange(["--parameters", Number(), "--output-tokens", Number(), "--hardware", Hardware()]);
        for (var i = 0; i < choice.Arguments; i++)
        {
            if (random.Next(8) > 0)
                words.Add(Value());
        }

        for (var i = random.Next(5); i > 0 && choice.Options.Count > 0; i--)
        {
            var option = choice.Options[random.Next(choice.Options.Count)];
            words.Add(option.Name);
            if (option.ValueType != typeof(bool) && random.Next(12) > 0)
                words.Add(Value());
        }

        return [.. words];
    }

    string Hardware() => random.Next(3) == 0 ? Value() : _names[random.Next(7)];

    string Number() => random.Next(6) == 0 ? Value() : _numbers[random.Next(_numbers.Length)];

    string Value() => random.Next(5) switch
    {
        0 or 1 => _numbers[random.Next(_numbers.Length)],
        2 or 3 => _names[random.Next(_names.Length)],
        _ => files[random.Next(files.Count)],
    };
}
