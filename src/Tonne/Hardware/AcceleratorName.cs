using System.Globalization;
using System.Text.RegularExpressions;

namespace Tonne.Hardware;

/// <summary>A name of an accelerator, split into what it says: maker, product line, chip, form and memory.</summary>
/// <param name="Makers">Makers that the name states, as in the column vendor of the table.</param>
/// <param name="Lines">Product lines that it states, lower case: geforce, rtx, quadro, tesla, grid, radeon, instinct …</param>
/// <param name="Words">Every other word, lower case: together they identify the chip.</param>
/// <param name="Forms">Forms that it states: sxm, sxm4, pcie, nvl, oam, dgxs, fhhl.</param>
/// <param name="MemoryGigabytes">Size of the memory, GB; null if not stated.</param>
/// <param name="MemoryType">Type of the memory, such as hbm2e; null if not stated.</param>
sealed partial record AcceleratorName(
    IReadOnlyList<string> Makers,
    IReadOnlyList<string> Lines,
    IReadOnlyList<string> Words,
    IReadOnlyList<string> Forms,
    double? MemoryGigabytes,
    string? MemoryType)
{
    const int Timeout = 1000;

    const RegexOptions IgnoringCase = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    static readonly Dictionary<string, string> MakerByWord = new(StringComparer.Ordinal)
    {
        ["nvidia"] = "NVIDIA", ["amd"] = "AMD", ["ati"] = "AMD", ["intel"] = "Intel", ["habana"] = "Intel", ["google"] = "Google",
        ["amazon"] = "Amazon", ["aws"] = "Amazon", ["huawei"] = "Huawei",
        ["hisilicon"] = "Huawei", ["meta"] = "Meta", ["microsoft"] = "Microsoft", ["apple"] = "Apple",
    };

    static readonly HashSet<string> LineWords = new(StringComparer.Ordinal)
    {
        "geforce", "gtx", "rtx", "quadro", "tesla", "grid", "radeon", "rx", "instinct",
    };

    static readonly HashSet<string> FormWords = new(StringComparer.Ordinal) { "sxm", "pcie", "nvl", "oam", "dgxs", "fhhl" };

    // Words that distinguish no two accelerators. A word that is neither here nor in a name of the table makes a name unknown.
    static readonly HashSet<string> IgnoredWords = new(StringComparer.Ordinal)
    {
        "gpu", "gpus", "graphics", "card", "accelerator", "board", "data", "center", "centre", "datacenter", "cloud",
        "tensor", "core", "generation", "gen", "edition", "founders", "with", "design", "corporation", "corp", "inc", "r", "tm", "c", "hgx", "dgx", "mcm",
        "ac", "lc", "mba", "vf", "nvgpu", "developer", "kit", "devkit", "the", "shared",
    };

    /// <summary>The words that identify the chip, joined.</summary>
    public string Chip { get; } = string.Concat(Words);

    /// <summary>Chip, forms, memory and its type: equal for names that differ only in maker, line and spelling.</summary>
    public string Key => $"{KeyWithoutMemoryType}|{MemoryType}";

    /// <summary>The key without the type of memory.</summary>
    public string KeyWithoutMemoryType =>
        string.Create(CultureInfo.InvariantCulture, $"{Chip}|{string.Join('+', Forms.Order(StringComparer.Ordinal))}|{MemoryGigabytes:0.##}");

    /// <summary>Parses a name as a driver, a maker, a list of devices or a person writes it.</summary>
    public static AcceleratorName Parse(string name)
    {
        var (makers, lines, words, forms) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        double? memory = null;
        string? type = null;
        var tokens = SplitTokens(RemoveRemarks(name));
        for (var i = 0; i < tokens.Count; i++)
        {
            var (token, next) = (tokens[i], i + 1 < tokens.Count ? tokens[i + 1] : "");
            if (ReadMemory(token, next) is { } size)
            {
                memory = size;
                if (next is "gb" or "gib")
                    i++;
            }
            else if (MakerByWord.TryGetValue(token, out var maker))
            {
                makers.Add(maker);
            }
            else if (string.Equals(token, "advanced", StringComparison.Ordinal) && string.Equals(next, "micro", StringComparison.Ordinal))
            {
                makers.Add("AMD");
                i += i + 2 < tokens.Count && string.Equals(tokens[i + 2], "devices", StringComparison.Ordinal) ? 2 : 1;
            }
            else if (LineWords.Contains(token))
            {
                lines.Add(token);
            }
            else if (MemoryTypes().IsMatch(token))
            {
                type = token;
            }
            else if (ReadForm(token, next) is { } form)
            {
                forms.Add(form);
                if (string.Equals(token, "pci", StringComparison.Ordinal) && next is "e" or "express")
                    i++;
            }
            else if (!IgnoredWords.Contains(token) && !RackWords().IsMatch(token))
            {
                words.Add(token is "mobile" or "notebook" ? "laptop" : token);
            }
        }

        return new AcceleratorName(Distinct(makers), Distinct(lines), words, Distinct(forms), memory, type);

        static string[] Distinct(List<string> all) => [.. all.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The board of a virtual GPU's name, such as <c>A100D</c> of <c>GRID A100D-80C</c>; null for other names.</summary>
    public static string? FindVirtualBoard(string name) =>
        VirtualProfile().Match(name.Trim()) is { Success: true } match ? VirtualPrefix().Replace(match.Groups[1].Value, "") : null;

    /// <summary>A name without the slice of a multi-instance GPU, such as <c>MIG 1g.10gb</c>.</summary>
    public static string RemoveSlice(string name) => MigSlice().Replace(name, " ").Trim();

    /// <summary>
    /// The slice of a multi-instance GPU in a name; null if it has none. Of <c>A100 MIG 1c.3g.40gb+me</c> the board <c>A100</c>, the
    /// profile <c>3g.40gb</c>, its memory of 40 GB, and 1 compute slice. Profile and memory are null if the name only says MIG.
    /// </summary>
    public static (string Board, string? Profile, double? MemoryGigabytes, int? ComputeSlices)? FindSlice(string name)
    {
        var match = MigProfile().Match(name);
        if (!match.Success && !MigWord().IsMatch(name))
            return null;
        var board = match.Success ? name[..match.Index] + " " + MigDevice().Replace(name[(match.Index + match.Length)..], "") : name;
        // Kubernetes names a resource nvidia.com/mig-1g.5gb, without the board.
        board = MigWord().Replace(board, " ").Replace("nvidia.com/", "", StringComparison.OrdinalIgnoreCase).Trim(' ', '-', '_', '/', ':', '.', '(', ')', ',');
        if (!match.Success)
            return (board, null, null, null);
        var profile = $"{match.Groups[2].Value}g.{match.Groups[3].Value}gb";
        return (board, profile, double.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture),
            match.Groups[1].Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null);
    }

    /// <summary>The number and the name of <c>2 x NVIDIA A100</c>: 2 and <c>NVIDIA A100</c>; 1 and the name if no number leads.</summary>
    public static (int Count, string Name) SplitCount(string name) =>
        CountPrefix().Match(name) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var count)
            ? (count, name[match.Length..].Trim())
            : (1, name);

    /// <summary>Several boards named in one text: <c>MI250X/MI250</c>. Only the name itself if there is one.</summary>
    public static string[] SplitAlternatives(string name) =>
        name.Split(['/', ',', ';', '|'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a form that a name states fits one that another name states: <c>sxm</c> and <c>sxm4</c>.</summary>
    public static bool IsSameForm(string a, string b) => string.Equals(a, b, StringComparison.Ordinal)
        || (a.StartsWith("sxm", StringComparison.Ordinal) && b.StartsWith("sxm", StringComparison.Ordinal)
            && (a.Length == 3 || b.Length == 3));

    /// <summary>
    /// A name without what a listing adds: number, identifier, renderer; of <c>GA100 [A100 PCIe 40GB] (rev a1)</c> the maker and what is in
    /// brackets.
    /// </summary>
    public static string RemoveRemarks(string name)
    {
        var text = Remarks().Replace(name, " ");
        // A maker before the brackets stays: words before it name the die.
        return Bracketed().Match(text) is { Success: true } match
            ? string.Join(' ', [.. SplitTokens(match.Groups[1].Value).Where(IsMaker), match.Groups[2].Value])
            : text;
    }

    static bool IsMaker(string word) => MakerByWord.ContainsKey(word) || word is "advanced" or "micro" or "devices";

    static List<string> SplitTokens(string text)
    {
        var tokens = new List<string>();
        foreach (Match match in Tokens().Matches(text.ToLowerInvariant()))
        {
            var token = match.Value;
            // "rtxa6000", "rtx4090", "teslav100".
            foreach (var line in LineWords)
            {
                if (token.Length > line.Length + 1 && token.StartsWith(line, StringComparison.Ordinal)
                    && token.AsSpan(line.Length).IndexOfAnyInRange('0', '9') >= 0)
                {
                    tokens.Add(line);
                    token = token[line.Length..];
                    break;
                }
            }

            tokens.Add(token);
        }

        return tokens;
    }

    static double? ReadMemory(string token, string next)
    {
        var digits = next is "gb" or "gib" ? token
            : token.EndsWith("gib", StringComparison.Ordinal) ? token[..^3]
            : token.EndsWith("gb", StringComparison.Ordinal) ? token[..^2]
            : token.Length >= 3 && token[^1] == 'g' ? token[..^1] : "";
        return digits.Length is > 0 and <= 6 && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var size) && size > 0
            ? size
            : null;
    }

    static string? ReadForm(string token, string next) => FormWords.Contains(token) ? token
        : token is "pci" && next is "e" or "express" ? "pcie"
        : token.Length == 4 && token.StartsWith("sxm", StringComparison.Ordinal) && char.IsAsciiDigit(token[3]) ? token : null;

    [GeneratedRegex(@"\p{L}[\p{L}\p{Nd}]*|\p{Nd}+(\.\p{Nd}+)?\p{L}*[\p{L}\p{Nd}]*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex Tokens();

    [GeneratedRegex("^(hbm|gddr|lpddr|ddr)[0-9][a-z]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex MemoryTypes();

    [GeneratedRegex("^nvl[0-9]+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex RackWords();

    [GeneratedRegex(@"^([^0-9]*[0-9].*?)-([0-9]+-)?[0-9]+(Q|C|B|A|V|CME|QME|AME)$", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex VirtualProfile();

    [GeneratedRegex(@"^((NVIDIA|GRID)[\s-]+)+", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex VirtualPrefix();

    [GeneratedRegex(@"\bMIG\b.*$|\b([0-9]c\.)?[0-9]g\.[0-9]+gb(\+[a-z.]+)*", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex MigSlice();

    [GeneratedRegex(@"(?<![0-9a-z.])(?:([1-9])c\.)?([1-9])g\.([1-9][0-9]{0,2})gb([+.-](me|gfx)(\.all)?)*(?![0-9a-z])", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex MigProfile();

    [GeneratedRegex("(?<![0-9a-z])MIG(?![0-9a-z])", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex MigWord();

    [GeneratedRegex(@"^\s*Device\s+[0-9]+:?", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex MigDevice();

    [GeneratedRegex(@"^\s*([0-9]{1,5})\s*[x×*]\s+", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex CountPrefix();

    [GeneratedRegex(@"^\s*GPU\s+[0-9]+:|\(UUID:[^)]*\)|\(rev [^)]*\)|/PCIe/SSE2|\((r|tm|c)\)|[®™©]", IgnoringCase, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex Remarks();

    [GeneratedRegex(@"^(.*)\[([^\[\]]*[0-9][^\[\]]*)\]\s*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Timeout)]
    private static partial Regex Bracketed();
}
