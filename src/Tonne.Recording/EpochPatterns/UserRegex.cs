using System.Text.RegularExpressions;

namespace Tonne.Recording.EpochPatterns;

/// <summary>Compiles a user's regular expression so that no output can make it hang.</summary>
public static class UserRegex
{
    /// <summary>Longest time for one line if the expression needs backtracking.</summary>
    static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(20);

    /// <summary>Builds an expression that has a group of the given name.</summary>
    /// <param name="pattern">The expression as the user wrote it.</param>
    /// <param name="group">Name of the group.</param>
    /// <param name="example">An example for messages.</param>
    /// <exception cref="FormatException">It is not a regular expression, or the group is missing; the message has the position and an
    /// example.</exception>
    public static Regex Build(string pattern, string group, string example)
    {
        Regex expression;
        try
        {
            expression = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            // Look-around and back references need backtracking, so their time is limited.
            expression = new Regex(pattern, RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (RegexParseException error)
        {
            var before = pattern[..Math.Min(error.Offset, pattern.Length)];
            throw new FormatException($"'{pattern}' is not a regular expression: at character {error.Offset}, after '{before}' "
                + $"({error.Error}). Example: {example}", error);
        }

        return expression.GetGroupNames().Contains(group, StringComparer.Ordinal)
            ? expression
            : throw new FormatException($"'{pattern}' has no group named {group}; write it as (?<{group}>…). Example: {example}");
    }
}
