namespace Tonne.Recording.EpochPatterns;

/// <summary>A pattern of lines in a program's output that report epochs.</summary>
public sealed class EpochPattern
{
    /// <summary>Example of an expression.</summary>
    public const string Example = @"'round (?<epoch>\d+): loss=(?<loss>\S+) acc=(?<accuracy>\S+)'";

    EpochPattern(string name, bool needsEveryLine, params ILinePattern[] lines)
    {
        Name = name;
        NeedsEveryLine = needsEveryLine;
        LinePatterns = lines;
    }

    /// <summary>The built-in patterns: Keras, PyTorch Lightning and tqdm, Hugging Face, rows and tables, plain lines, and steps where no
    /// epoch is printed. The default.</summary>
    public static EpochPattern Auto { get; } =
        new("auto", false, new HuggingFacePattern(), new ProgressBarPattern(), new KerasPattern(), new RowPattern(), new PlainTextPattern()) { HasTables = true, HasSteps = true };

    /// <summary>No line.</summary>
    public static EpochPattern None { get; } = new("none", false);

    /// <summary>Names accepted instead of a regular expression.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "keras", "lightning", "hugging-face", "plain", "table", "steps", "none"];

    /// <summary>The name, or the expression.</summary>
    public string Name { get; }

    internal IReadOnlyList<ILinePattern> LinePatterns { get; }

    /// <summary>Whether tables are recognised.</summary>
    internal bool HasTables { get; private init; }

    /// <summary>Whether steps are recognised where no epoch is printed.</summary>
    internal bool HasSteps { get; private init; }

    /// <summary>Whether lines without the words epoch or loss must be parsed.</summary>
    internal bool NeedsEveryLine { get; }

    /// <summary>Reads a name, or a regular expression with a group <c>epoch</c>; every other named group is a metric.</summary>
    /// <exception cref="FormatException">The text is neither; the message has the position of the error and an example.</exception>
    public static EpochPattern Parse(string text) => text switch
    {
        "auto" or "" => Auto,
        "none" => None,
        "keras" => new(text, false, new KerasPattern()),
        "lightning" or "tqdm" => new("lightning", false, new ProgressBarPattern()),
        "hugging-face" or "huggingface" => new("hugging-face", false, new HuggingFacePattern()),
        "plain" => new(text, false, new RowPattern(), new PlainTextPattern()),
        "table" => new(text, false) { HasTables = true },
        "steps" => new(text, false) { HasSteps = true },
        _ => CreateCustom(text),
    };

    static EpochPattern CreateCustom(string text)
    {
        if (text.All(letter => char.IsLetter(letter) || letter == '-'))
            throw new FormatException($"'{text}' is not a pattern of epochs. Use {string.Join(", ", Names)}, or a regular expression. "
                + $"Example: {Example}");
        var expression = UserRegex.Build(text, "epoch", Example);
        string[] metrics = [.. expression.GetGroupNames().Where(name => name is not "epoch" && !char.IsAsciiDigit(name[0]))];
        return new(text, true, new CustomPattern(expression, metrics));
    }
}
