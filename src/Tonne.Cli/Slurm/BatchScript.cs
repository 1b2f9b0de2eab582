using System.Text;

namespace Tonne.Cli.Slurm;

/// <summary>The options of a batch script's <c>#SBATCH</c> lines that matter to a plan; of a repeated option the last counts.</summary>
/// <remarks>sbatch(1): lines are read up to the first that is neither empty nor a comment. Variables such as <c>SBATCH_TIMELIMIT</c> override them.</remarks>
/// <param name="Time">The time limit as it is written; null if there is none.</param>
/// <param name="Begin">The earliest start as it is written; null if there is none.</param>
/// <param name="Comment">The comment; null if there is none.</param>
sealed record BatchScript(string? Time, string? Begin, string? Comment)
{
    /// <summary>Reads the text of a script.</summary>
    public static BatchScript Parse(string text)
    {
        var found = new BatchScript(null, null, null);
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.StartsWith("#SBATCH", StringComparison.Ordinal) && (line.Length == 7 || char.IsWhiteSpace(line[7])))
                found = found.Read(SplitWords(line[7..]));
            else if (line.TrimStart() is { Length: > 0 } code && code[0] != '#')
                break;
        }

        return found;
    }

    BatchScript Read(List<string> words)
    {
        var found = this;
        for (var i = 0; i < words.Count; i++)
        {
            var (name, value) = SplitOption(words[i]);
            if (name is not ("--time" or "-t" or "--begin" or "-b" or "--comment"))
                continue;
            value ??= ++i < words.Count ? words[i] : "";
            found = name switch
            {
                "--time" or "-t" => found with { Time = value },
                "--begin" or "-b" => found with { Begin = value },
                _ => found with { Comment = value },
            };
        }

        return found;
    }

    static (string Name, string? Value) SplitOption(string word)
    {
        if (!word.StartsWith("--", StringComparison.Ordinal))
            return word.Length > 2 && word[0] == '-' ? (word[..2], word[2..]) : (word, null);
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]);
    }

    /// <summary>The words of a line: quotes and backslashes as in a shell, a comment after <c>#</c>.</summary>
    static List<string> SplitWords(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var sign = line[i];
            if (quote == '\0' && char.IsWhiteSpace(sign))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else if (quote == '\0' && sign == '#' && word is null)
            {
                return words;
            }
            else if (quote == '\0' && sign is '"' or '\'' && quote is '\0')
            {
                (quote, word) = (sign, word ?? new StringBuilder());
            }
            else if (quote != '\0' && sign == quote)
            {
                quote = '\0';
            }
            else
            {
                word ??= new StringBuilder();
                word.Append(sign == '\\' && quote != '\'' && i + 1 < line.Length ? line[++i] : sign);
            }
        }

        if (word is not null)
            words.Add(word.ToString());
        return words;
    }
}
