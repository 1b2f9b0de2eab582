using System.CommandLine;
using Tonne.Catalogs;

namespace Tonne.Cli.Commands;

/// <summary>Separates the arguments of tonne from those of the wrapped command.</summary>
static class ArgumentSplitter
{
    /// <summary>
    /// Returns the arguments of tonne, up to and including the verb's options, and those of the child; null if the verb wraps no command.
    /// </summary>
    /// <remarks>
    /// The child's arguments begin after the first <c>--</c>, or at the first one that is neither an option of the verb nor the value of
    /// one.
    /// </remarks>
    /// <param name="args">All words.</param>
    /// <param name="verbs">The verbs that wrap commands: their options and an example.</param>
    /// <exception cref="InvalidInputException">
    /// An option before the command is unknown. It is not passed to the child, because that could start a command that nobody meant.
    /// </exception>
    public static (IReadOnlyList<string> Ours, IReadOnlyList<string>? Childs) Split(string[] args, IReadOnlyDictionary<string, (IReadOnlyList<Option> Options, string Example)> verbs)
    {
        var words = args is [var group, var action, ..] && verbs.ContainsKey($"{group} {action}") ? 2 : 1;
        var path = string.Join(' ', args.Take(words));
        if (!verbs.TryGetValue(path, out var verb))
            return (args, null);
        var options = verb.Options;
        for (var i = words; i < args.Length; i++)
        {
            if (args[i] == "--")
                return (args[..i], args[(i + 1)..]);
            if (!args[i].StartsWith('-') || args[i].Length == 1)
                return (args[..i], args[i..]);
            if (args[i] is "--help" or "-h" or "-?")
                return (args[..(i + 1)], []);
            var name = args[i].Split(['=', ':'], 2)[0];
            var option = options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));
            if (option is null)
                throw new InvalidInputException(Unknown(path, name, options, verb.Example));
            if (option.ValueType != typeof(bool) && name.Length == args[i].Length)
                i++;
        }

        return (args, []);
    }

    static string Unknown(string verb, string name, IReadOnlyList<Option> options, string example)
    {
        var nearest = NameMatching.FindNearest(name, options.Select(option => (NameMatching.ToKey(option.Name), option.Name)), 1);
        return $"{verb} has no option {name}.{(nearest.Count > 0 ? $" Did you mean {nearest[0]}?" : "")} What belongs to the command follows --, as in: {example}";
    }
}
