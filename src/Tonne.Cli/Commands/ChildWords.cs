using System.CommandLine;

namespace Tonne.Cli.Commands;

/// <summary>Separates our words from those of the wrapped command.</summary>
static class ChildWords
{
    /// <summary>Our words up to and with the verb's options, and the child's words; null if the verb is not <c>run</c>.</summary>
    /// <remarks>The child's begin after the first <c>--</c>, or at the first word that is no option of ours nor the value of one.</remarks>
    public static (IReadOnlyList<string> Ours, IReadOnlyList<string>? Childs) Split(string[] args, IReadOnlyList<Option> options)
    {
        if (args.Length == 0 || args[0] != "run")
            return (args, null);
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--")
                return (args[..i], args[(i + 1)..]);
            if (!args[i].StartsWith('-') || args[i].Length == 1)
                return (args[..i], args[i..]);
            var name = args[i].Split('=', 2)[0];
            var option = options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));
            if (option is not null && option.ValueType != typeof(bool) && !args[i].Contains('='))
                i++;
        }

        return (args, []);
    }
}
