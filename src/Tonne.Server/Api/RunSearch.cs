using Tonne.Ledgers;

namespace Tonne.Server.Api;

/// <summary>Searches, sorts and pages the list of runs.</summary>
static class RunSearch
{
    const int DefaultLimit = 50;
    const int MaxLimit = 500;

    static readonly Dictionary<string, Func<RunSummary, IComparable?>> _keys = new(StringComparer.Ordinal)
    {
        ["started"] = run => run.StartedAt,
        ["name"] = run => run.Name,
        ["project"] = run => run.Project,
        ["user"] = run => run.User,
        ["machine"] = run => run.Node,
        ["status"] = run => run.Status,
        ["duration"] = run => run.DurationSeconds,
        ["energy"] = run => run.FacilityEnergy?.Bounds.Best,
        ["emissions"] = run => run.Total?.Bounds.Best,
    };

    /// <summary>The parameters of a list.</summary>
    public static QueryParameters Parameters { get; } = QueryParameters.Runs.With(
        new("q", "Words that id, name, project, user, machine or tags must contain, each, in upper or lower case"),
        new("machine", "Only runs of this machine"),
        new("sort", $"{string.Join(", ", _keys.Keys)}; with - before it the largest first. Default: -started"),
        new("offset", "Number of runs to leave out. Default: 0", IsNumber: true),
        new("limit", $"Most runs, 1 to {MaxLimit}. Default: {DefaultLimit}", IsNumber: true));

    /// <summary>The runs that a request asks for.</summary>
    public static RunPageDocument Find(ApiRequest request, IReadOnlyList<RunSummary> all)
    {
        var (offset, limit) = (request.GetNumber("offset", 0, int.MaxValue, 0), request.GetNumber("limit", 1, MaxLimit, DefaultLimit));
        var query = request.GetRuns();
        var machine = request["machine"];
        var found = FilterByWords(all.Where(run => query.Matches(run) && (machine is null || run.Node == machine)), request["q"] ?? "").ToList();
        var page = Sort(found, request["sort"] ?? "-started").Skip(offset).Take(limit).Select(RunPageDocument.RunPart.From).ToList();
        var next = offset + page.Count < found.Count ? GetNext(request, offset + page.Count) : null;
        return new RunPageDocument("tonne.run-page/1", found.Count, offset, limit, next, page);
    }

    /// <summary>The runs that contain every word of a text.</summary>
    public static IEnumerable<RunSummary> FilterByWords(IEnumerable<RunSummary> runs, string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 0 ? runs : runs.Where(run => Array.TrueForAll(words, word => Contains(run, word)));
    }

    static bool Contains(RunSummary run, string word) =>
        Has(run.Name, word) || Has(run.Id, word) || Has(run.Project, word) || Has(run.User, word) || Has(run.Node, word)
        || run.Tags.Any(tag => Has(tag.Key, word) || Has(tag.Value, word));

    static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;

    static IEnumerable<RunSummary> Sort(List<RunSummary> runs, string sort)
    {
        var isDescending = sort.StartsWith('-');
        var name = isDescending ? sort[1..] : sort;
        if (!_keys.TryGetValue(name, out var key))
            throw RequestProblemException.ForParameter("sort", $"'{sort}' is not a column to sort by", $"There are {string.Join(", ", _keys.Keys)}; with - before it the largest first.");
        // They come newest first.
        if (name == "started")
            return isDescending ? runs : Enumerable.Reverse(runs);
        // What is unknown comes last either way.
        var known = runs.OrderBy(run => key(run) is null);
        return isDescending ? known.ThenByDescending(key, Comparer.Instance) : known.ThenBy(key, Comparer.Instance);
    }

    static string GetNext(ApiRequest request, int offset)
    {
        var rest = request.Context.Request.Query.Where(pair => pair.Key != "offset").SelectMany(pair => pair.Value, static (pair, value) => KeyValuePair.Create(pair.Key, value));
        return request.Context.Request.Path + QueryString.Create([.. rest, KeyValuePair.Create("offset", (string?)offset.ToString())]).ToUriComponent();
    }

    sealed class Comparer : IComparer<IComparable?>
    {
        public static Comparer Instance { get; } = new();

        public int Compare(IComparable? x, IComparable? y) =>
            x is string a && y is string b ? string.Compare(a, b, StringComparison.OrdinalIgnoreCase) : Comparer<IComparable>.Default.Compare(x, y);
    }
}
